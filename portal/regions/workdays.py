"""Which days are worked. Pure; weekends and public holidays are free unless a planner says else."""

from __future__ import annotations

from collections.abc import Container
from datetime import date

SATURDAY = 5


def is_workday(
    day: date,
    public_holidays: Container[date],
    closed: Container[date] = (),
    opened: Container[date] = (),
) -> bool:
    """Return whether the branch works on a day.

    A planner's word wins: closed before opened, and both before weekend and public holiday.
    """
    if day in closed:
        return False
    if day in opened:
        return True
    return day.weekday() < SATURDAY and day not in public_holidays
