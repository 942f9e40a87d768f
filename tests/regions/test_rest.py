"""Why nobody works on a day: exactly when it is no workday, and the planner's word goes first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.regions.branch_calendar import BranchCalendar, DayWord, Rest
from portal.regions.holidays_nl import public_holiday_name
from portal.regions.models import DayKind

FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)
SATURDAY, KINGS_DAY, TUESDAY = date(2027, 3, 13), date(2027, 4, 27), date(2027, 3, 9)


def calendar(*words: DayWord) -> BranchCalendar:
    return BranchCalendar(FIRST, LAST, zones={}, words=frozenset(words))


@pytest.mark.parametrize(
    ("day", "rest"),
    [(SATURDAY, Rest.WEEKEND), (KINGS_DAY, Rest.PUBLIC_HOLIDAY), (TUESDAY, None)],
)
def test_the_calendar_tells_why(day: date, rest: Rest | None) -> None:
    assert calendar().rest(day) is rest


def test_what_the_planner_closed_is_closed_also_on_a_holiday() -> None:
    assert calendar(DayWord(KINGS_DAY, DayKind.CLOSED)).rest(KINGS_DAY) is Rest.CLOSED


def test_what_the_planner_opened_is_worked() -> None:
    assert calendar(DayWord(SATURDAY, DayKind.WORKDAY)).rest(SATURDAY) is None


@given(st.integers(0, 364), st.none() | st.sampled_from(DayKind))
def test_there_is_a_reason_exactly_when_nobody_works(ahead: int, kind: DayKind | None) -> None:
    day = FIRST + timedelta(days=ahead)
    days = calendar(*([DayWord(day, kind)] if kind else []))
    assert (days.rest(day) is None) is days.is_workday(day)


def test_a_holiday_has_a_name_in_each_language() -> None:
    assert public_holiday_name(KINGS_DAY, "nl") == "Koningsdag"
    assert public_holiday_name(KINGS_DAY, "en") == "King's Day"
