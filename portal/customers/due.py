"""When a boiler is due, and how far around that date the visit may be planned. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

# A visit may come 8 weeks early: enough to gather neighbours on one route and to stay out of the
# longest school holiday (six weeks), and little of a yearly cycle is lost (15 %).
EARLY = timedelta(weeks=8)
# It may come 6 weeks late: the longest school holiday again, and no maker's warranty ends by it.
LATE = timedelta(weeks=6)


def visit_period(due_on: date) -> tuple[date, date]:
    """Return the first and the last day on which a visit may be planned, both included."""
    return due_on - EARLY, due_on + LATE


def next_due(last_service_on: date, cycle_months: int) -> date:
    """Return the day a number of months later, at most the last day of that month.

    31 January and one month make 28 (or 29) February; 29 February and a year make 28 February.
    """
    months = last_service_on.month - 1 + cycle_months
    year, month = last_service_on.year + months // 12, months % 12 + 1
    return date(year, month, min(last_service_on.day, monthrange(year, month)[1]))
