"""Whom to invite, when, and how many at a time: the rules alone."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from portal.booking.offering.offer import NOTHING, Offer, OfferedWindow, offer_of
from portal.campaigns.policy import (
    ANSWER,
    BACK_HOME,
    deadline_for,
    is_worth_inviting,
    room_for_invitations,
)
from portal.planning.windows import STANDARD_WINDOWS, Window
from portal.regions.holidays_nl import SchoolBreak, SchoolHoliday, school_holiday
from portal.regions.models import SchoolZone

MONDAY = date(2027, 3, 1)


def no_holiday(_day: date) -> None:
    return None


def holidays(*periods: tuple[date, date]):
    known = [SchoolHoliday(SchoolBreak.ADDED, first, last) for first, last in periods]
    return lambda day: next((one for one in known if one.first_on <= day <= one.last_on), None)


def offer(days: int, windows: int) -> Offer:
    """Return an offer of so many windows, spread over so many days."""
    return offer_of(
        OfferedWindow(n, Window(MONDAY + timedelta(days=n % days), *STANDARD_WINDOWS[n // days]),
                      600, False)
        for n in range(windows)
    )  # fmt: skip


def test_an_ordinary_invitation_may_be_answered_for_two_weeks():
    assert deadline_for(MONDAY, no_holiday) == MONDAY + ANSWER == date(2027, 3, 15)


def test_nobody_is_invited_in_a_holiday_from_its_first_to_its_last_day():
    holiday_on = holidays((MONDAY, MONDAY + timedelta(days=8)))
    assert deadline_for(MONDAY, holiday_on) is None
    assert deadline_for(MONDAY + timedelta(days=8), holiday_on) is None
    assert deadline_for(MONDAY - timedelta(days=1), holiday_on) is not None
    assert deadline_for(MONDAY + timedelta(days=9), holiday_on) is not None


def test_a_deadline_that_would_fall_in_a_holiday_waits_until_people_are_home_again():
    last_on = MONDAY + timedelta(days=20)
    deadline = deadline_for(MONDAY, holidays((MONDAY + timedelta(days=12), last_on)))
    assert deadline == last_on + BACK_HOME


def test_a_deadline_moved_into_the_next_holiday_moves_again():
    first = (MONDAY + timedelta(days=14), MONDAY + timedelta(days=16))
    second = (MONDAY + timedelta(days=18), MONDAY + timedelta(days=22))
    assert deadline_for(MONDAY, holidays(first, second)) == second[1] + BACK_HOME


@pytest.mark.parametrize("zone", SchoolZone)
def test_no_deadline_of_two_real_years_falls_in_a_holiday(zone: SchoolZone):
    for ahead in range(730):
        today = date(2027, 1, 1) + timedelta(days=ahead)
        deadline = deadline_for(today, lambda day: school_holiday(zone, day))
        assert (deadline is None) == (school_holiday(zone, today) is not None)
        if deadline is not None:
            assert deadline >= today + ANSWER
            assert school_holiday(zone, deadline) is None


@pytest.mark.parametrize(
    ("days", "windows", "worth"), [(3, 6, True), (3, 5, False), (2, 6, False), (6, 6, True)]
)
def test_a_real_choice_is_six_windows_on_three_days(days: int, windows: int, worth: bool):
    assert is_worth_inviting(offer(days, windows)) is worth


def test_nothing_is_not_worth_a_mail():
    assert not is_worth_inviting(NOTHING)


def test_a_tenth_of_the_free_places_is_kept_and_everybody_asked_counts():
    assert room_for_invitations(free_places=100, unanswered=0) == 90
    assert room_for_invitations(free_places=100, unanswered=60) == 30
    assert room_for_invitations(free_places=10, unanswered=60) == 0
    assert room_for_invitations(free_places=1, unanswered=0) == 0


def test_windows_of_a_day_are_counted_one_by_one():
    starts = {one.window.start for day in offer(3, 6).all for one in day.windows}
    assert starts == {time(8), time(10)}
