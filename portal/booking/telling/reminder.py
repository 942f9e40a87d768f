"""When somebody is reminded of a visit, and when a narrower time can be told. Pure.

Times are by the clock in the Netherlands. They lie in the daytime, so each exists exactly once on
the days on which the clock changes too.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from portal.booking.policy import changeable_until
from portal.clock import AMSTERDAM, DAY_BEGINS, local_date
from portal.customers.hours import Urgency, due_at
from portal.planning.windows import Window

USUAL_HOUR = time(10)  # for who told no hour: people are up, and the office is open
ONE_DAY = timedelta(days=1)
FRIDAY = 4
LONGEST_BEFORE = timedelta(days=4)  # for a visit on Tuesday: Sunday and Saturday are passed over

ESTIMATED_FROM = time(7)  # the technicians leave: before that a route may still change
ESTIMATED_BEFORE = timedelta(hours=1)  # of the window, for those who are first


def reminder_on(day: date) -> date:
    """Return the date on which somebody is reminded of a visit on `day`.

    It is the day before the last on which moving is free, so that whoever it does not suit can
    still act; never in a weekend, when nobody answers the telephone.
    """
    wished = local_date(changeable_until(day)) - ONE_DAY
    return wished - max(wished.weekday() - FRIDAY, 0) * ONE_DAY


def reminder_at(day: date, hour: time | None) -> datetime:
    """Return the moment (UTC) from which somebody is reminded: at the customer's hour."""
    return due_at(hour or USUAL_HOUR, begin_of(reminder_on(day)), Urgency.CAN_WAIT)


def is_reminded(day: date, hour: time | None, changed_at: datetime, now: datetime) -> bool:
    """Return whether a reminder of a visit on `day` may go now.

    Whoever booked or moved on the day of the reminder, or later, has just read it all. After the
    last moment of moving a reminder comes too late to act upon.
    """
    is_news = local_date(changed_at) < reminder_on(day)
    return is_news and reminder_at(day, hour) <= now < changeable_until(day)


def dates_to_remind(now: datetime) -> tuple[date, ...]:
    """Return the dates of visits of which somebody may be reminded now."""
    today = local_date(now)
    coming = (today + ahead * ONE_DAY for ahead in range(1, LONGEST_BEFORE.days + 1))
    return tuple(day for day in coming if reminder_on(day) <= today and now < changeable_until(day))


def estimate_at(window: Window) -> datetime:
    """Return the moment (UTC) from which a narrower time is told, on the day of the visit.

    As soon as it is day, or for the first customers an hour before their window begins.
    """
    latest = (window.starts_at().astimezone(UTC) - ESTIMATED_BEFORE).astimezone(AMSTERDAM).time()
    clock = max(ESTIMATED_FROM, min(DAY_BEGINS, latest))
    return datetime.combine(window.date, clock, AMSTERDAM).astimezone(UTC)


def is_estimated(window: Window, now: datetime) -> bool:
    """Return whether a narrower time may be told now: not too early, not in the window itself."""
    return estimate_at(window) <= now < window.starts_at()


def begin_of(day: date) -> datetime:
    """Return the moment (UTC) at which a date begins in the Netherlands."""
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
