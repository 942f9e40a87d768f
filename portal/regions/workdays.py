"""Which days are worked. Pure; weekends and public holidays are free unless a planner says else."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta

SATURDAY = 5
LONGEST_CLOSURE = 366  # days; a search that finds no workday in a year is a mistake in the input


class NoWorkdayFound(Exception):
    """Every day for a year is closed."""


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


def next_workday(
    after: date,
    public_holidays: Container[date],
    closed: Container[date] = (),
    opened: Container[date] = (),
) -> date:
    """Return the first workday later than `after`; raises NoWorkdayFound when a year is closed."""
    for ahead in range(1, LONGEST_CLOSURE + 1):
        day = after + timedelta(days=ahead)
        if is_workday(day, public_holidays, closed, opened):
            return day
    raise NoWorkdayFound(after)


def workdays_between(
    first_on: date,
    last_on: date,
    public_holidays: Container[date],
    closed: Container[date] = (),
    opened: Container[date] = (),
) -> tuple[date, ...]:
    """Return the workdays from `first_on` to `last_on`, both included, in order."""
    span = range((last_on - first_on).days + 1)
    days = (first_on + timedelta(days=ahead) for ahead in span)
    return tuple(day for day in days if is_workday(day, public_holidays, closed, opened))
