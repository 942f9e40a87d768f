"""What somebody likes, told or assumed: it weighs against driving, and its reason can be read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.customers.liking import (
    ASSUMED_WORTH_S,
    ASSUMPTIONS,
    BETWEEN_S,
    TOLD_WORTH_S,
    Taste,
    taste_of,
)
from portal.customers.models import ALL_WEEKDAYS, CustomerKind, DayPart, Preferences
from portal.texts import Tone, spoken_to

WEDNESDAY, SATURDAY = date(2027, 3, 10), date(2027, 3, 13)
STARTS = (8, 10, 12, 14)


def told(part: DayPart = DayPart.ANY, weekdays: int = ALL_WEEKDAYS) -> Preferences:
    return Preferences(customer_id=1, part=part, weekdays=weekdays, told_at=datetime.now(UTC))


def taste(kind: CustomerKind, wishes: Preferences | None = None, *, holiday: bool = False) -> Taste:
    return taste_of(kind, wishes, lambda _day: holiday)


def dislikes(of: Taste, day: date = WEDNESDAY) -> list[int]:
    return [of.dislike_s(day, time(start), time(start + 2)) for start in STARTS]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (CustomerKind.UNKNOWN, [0, 0, 0, 0]),
        (CustomerKind.INSTITUTION, [0, 0, 0, 0]),
        (CustomerKind.WORKING, [0, BETWEEN_S, ASSUMED_WORTH_S, 0]),
        (CustomerKind.SENIOR, [ASSUMED_WORTH_S, 0, 0, 0]),
        (CustomerKind.FAMILY, [ASSUMED_WORTH_S, 0, 0, ASSUMED_WORTH_S]),
        (CustomerKind.BUSINESS, [ASSUMED_WORTH_S, 0, 0, 0]),
    ],
)
def test_each_kind_of_customer_has_its_own_clock(kind: CustomerKind, expected: list[int]) -> None:
    assert dislikes(taste(kind)) == expected


def test_school_times_do_not_count_in_a_school_holiday_or_the_weekend() -> None:
    assert dislikes(taste(CustomerKind.FAMILY, holiday=True)) == [0, 0, 0, 0]
    assert dislikes(taste(CustomerKind.FAMILY), SATURDAY) == [0, 0, 0, 0]


def test_working_people_work_in_school_holidays_too() -> None:
    assert dislikes(taste(CustomerKind.WORKING, holiday=True))[2] == ASSUMED_WORTH_S


def test_each_wish_that_is_missed_weighs_twenty_minutes() -> None:
    mornings = taste(CustomerKind.UNKNOWN, told(DayPart.MORNING, weekdays=0b00001))
    assert dislikes(mornings, date(2027, 3, 8)) == [0, 0, TOLD_WORTH_S, TOLD_WORTH_S]
    assert dislikes(mornings)[2] == 2 * TOLD_WORTH_S


def test_who_told_something_is_not_guessed_about() -> None:
    assert dislikes(taste(CustomerKind.WORKING, told())) == [0, 0, 0, 0]


def test_no_weekday_at_all_is_no_wish() -> None:
    nothing = taste(CustomerKind.UNKNOWN, told(weekdays=0))
    assert dislikes(nothing) == [0, 0, 0, 0]
    assert not nothing.is_wish(WEDNESDAY, time(10))


def test_a_wish_is_only_what_was_told() -> None:
    mornings = taste(CustomerKind.UNKNOWN, told(DayPart.MORNING))
    assert mornings.is_wish(WEDNESDAY, time(10))
    assert not mornings.is_wish(WEDNESDAY, time(16))
    assert not taste(CustomerKind.WORKING).is_wish(WEDNESDAY, time(10))


@given(st.sampled_from(CustomerKind), st.sampled_from(DayPart), st.integers(0, ALL_WEEKDAYS))
def test_nothing_weighs_more_than_two_wishes(
    kind: CustomerKind, part: DayPart, weekdays: int
) -> None:
    for wishes in (None, told(part, weekdays)):
        assert all(0 <= one <= 2 * TOLD_WORTH_S for one in dislikes(taste(kind, wishes)))


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("locale", ["nl", "en"])
def test_what_is_assumed_and_why_can_be_read(app: Flask, locale: str, tone: Tone) -> None:
    with app.test_request_context(), spoken_to(locale, tone):
        for assumption in ASSUMPTIONS.values():
            assert assumption.sentence.endswith(".")
            assert assumption.reason.endswith(".")
