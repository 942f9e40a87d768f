"""When a customer may book, move and cancel. Times are Dutch clock times."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from portal.clock import AMSTERDAM, local_date
from portal.customers.due import visit_period
from portal.planning.policy import first_choosable_on

HORIZON_DAYS = 70
GRACE_DAYS = 42  # whoever is late still finds six weeks of choice
CHANGE_UNTIL = time(17)  # on the day before
LINK_DAYS_AFTER_DEADLINE = 120
GRACE_AFTER_NO = timedelta(minutes=15)  # in which a No by mail is taken back with one click
HOLD = timedelta(minutes=10)  # for which a chosen window is kept; renewed when somebody asks


def bookable_period(due_on: date, now: datetime) -> tuple[date, date]:
    """Return the first and the last date on which a visit may be booked now."""
    today = local_date(now)
    earliest, latest = visit_period(due_on)
    begin = max(first_choosable_on(now), earliest)
    end = max(latest, today + timedelta(days=GRACE_DAYS))
    return begin, min(end, today + timedelta(days=HORIZON_DAYS))


def changeable_until(day: date) -> datetime:
    """Return the moment until which an appointment on a date may be moved or cancelled online."""
    return datetime.combine(day - timedelta(days=1), CHANGE_UNTIL, AMSTERDAM)


def may_change(day: date, now: datetime, override: str = "") -> bool:
    """Return whether an appointment on a date may still be moved or cancelled.

    A planner who says why (`override`) may until that day is over.
    """
    return now < changeable_until(day) or (bool(override) and may_override(day, now))


def may_override(day: date, now: datetime) -> bool:
    """Return whether a planner who gives a reason may still change an appointment on a date."""
    return local_date(now) <= day


def link_is_expired(deadline_on: date, now: datetime) -> bool:
    """Return whether a personal link is too old to be used."""
    return local_date(now) > deadline_on + timedelta(days=LINK_DAYS_AFTER_DEADLINE)
