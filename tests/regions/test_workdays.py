from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.regions.workdays import is_workday

FRIDAY = date(2027, 4, 23)
SATURDAY, SUNDAY, MONDAY, KINGS_DAY = (FRIDAY + timedelta(days=ahead) for ahead in (1, 2, 3, 4))
HOLIDAYS = {KINGS_DAY: "Koningsdag"}


@pytest.mark.parametrize(
    ("day", "works"),
    [(FRIDAY, True), (SATURDAY, False), (SUNDAY, False), (MONDAY, True), (KINGS_DAY, False)],
)
def test_weekends_and_public_holidays_are_free(day, works):
    assert is_workday(day, HOLIDAYS) is works


def test_a_planner_opens_a_free_day_and_closes_a_workday():
    assert is_workday(SATURDAY, HOLIDAYS, opened=[SATURDAY])
    assert is_workday(KINGS_DAY, HOLIDAYS, opened=[KINGS_DAY])
    assert not is_workday(FRIDAY, HOLIDAYS, closed=[FRIDAY])


def test_closed_wins_over_opened():
    assert not is_workday(FRIDAY, HOLIDAYS, closed=[FRIDAY], opened=[FRIDAY])
