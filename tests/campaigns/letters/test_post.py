"""When a letter is on the mat, when the card must go, and until when its windows are held."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.campaigns.letters.post import (
    LetterDates,
    dates_of_letter,
    delivered_by,
    held_until,
    is_collected,
    is_delivered,
)
from portal.clock import AMSTERDAM
from portal.regions.holidays_nl import SchoolHoliday, public_holidays, school_holiday
from portal.regions.models import SchoolZone

MAY_HOLIDAY = date(2027, 4, 24)


def is_workday(day: date) -> bool:
    return day.weekday() < 5 and day not in public_holidays(day.year)


def in_the_middle(day: date) -> SchoolHoliday | None:
    return school_holiday(SchoolZone.MIDDEN, day)


def dates(today: date) -> LetterDates | None:
    return dates_of_letter(today, is_workday, in_the_middle)


def test_a_letter_of_monday_is_posted_on_wednesday_and_surely_there_on_saturday():
    monday = date(2027, 3, 1)
    assert dates(monday) == LetterDates(
        post_on=date(2027, 3, 3),  # Wednesday
        arrives_on=date(2027, 3, 6),  # Saturday: Thursday, Friday, Saturday
        card_by_on=date(2027, 3, 16),  # Tuesday, ten days later
        deadline_on=date(2027, 3, 22),  # delivered on Friday at the latest; read on Monday
    )


@pytest.mark.parametrize(
    ("posted_on", "there_on"),
    [
        (date(2027, 3, 5), date(2027, 3, 10)),  # Friday: Saturday, Tuesday, Wednesday
        (date(2027, 3, 6), date(2027, 3, 11)),  # Saturday: Tuesday, Wednesday, Thursday
        (date(2027, 3, 26), date(2027, 3, 31)),  # Easter Monday is no day of post anyway
        (date(2026, 12, 24), date(2026, 12, 31)),  # both days of Christmas fall out
    ],
)
def test_nobody_brings_post_on_sundays_mondays_and_public_holidays(posted_on, there_on):
    assert delivered_by(posted_on) == there_on


def test_no_letter_falls_on_the_mat_in_the_own_school_holiday():
    assert dates(date(2027, 4, 26)) is None
    assert dates(date(2027, 4, 22)) is None, "posted after the holiday began"
    thursday_before_it_ends = date(2027, 5, 6)
    assert dates(thursday_before_it_ends) is not None, "it arrives when everybody is home"


def test_no_card_is_to_be_posted_in_a_school_holiday():
    found = dates(date(2027, 4, 12))
    assert found is not None
    assert found.arrives_on < MAY_HOLIDAY
    assert (found.card_by_on, found.deadline_on) == (date(2027, 5, 7), date(2027, 5, 13))


def test_the_windows_are_held_until_the_end_of_the_last_day():
    until = held_until(date(2027, 3, 22)).astimezone(AMSTERDAM)
    assert (until.date(), until.hour, until.minute) == (date(2027, 3, 23), 0, 0)


@settings(max_examples=200)
@given(today=st.dates(date(2026, 1, 1), date(2029, 5, 1)))
def test_a_card_that_is_posted_in_time_is_always_in_time(today: date):
    found = dates(today)
    if found is None:
        return
    assert today < found.post_on < found.arrives_on < found.card_by_on < found.deadline_on
    assert is_workday(found.post_on)
    assert is_delivered(found.arrives_on)
    assert is_collected(found.card_by_on)
    assert delivered_by(found.card_by_on) < found.deadline_on
    assert (found.card_by_on - found.arrives_on).days >= 10
    for day in (found.card_by_on, found.deadline_on):
        assert in_the_middle(day) is None
    on_its_way = range(1, (found.arrives_on - found.post_on).days + 1)
    assert not any(in_the_middle(found.post_on + timedelta(days=n)) for n in on_its_way)
