"""When a message may go: never at night, and at the customer's own hour when that was told. Pure.

Night and hours are by the clock in the Netherlands. Both changes of the clock happen at night, so
every moment this gives exists exactly once.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import Enum

from portal.clock import AMSTERDAM

DAY_BEGINS = time(8)
DAY_ENDS = time(21)
HOURS = tuple(time(hour) for hour in range(DAY_BEGINS.hour, DAY_ENDS.hour))


class Urgency(Enum):
    """Whether somebody waits for a message now, or it may wait for a moment that suits."""

    AT_ONCE = "at_once"
    CAN_WAIT = "can_wait"


def due_at(
    hour: time | None, now: datetime, urgency: Urgency, latest: datetime | None = None
) -> datetime:
    """Return the moment (UTC) from which a message may go; at the earliest now.

    What can wait goes at the customer's `hour`, else as soon as it is day (08:00 to 21:00). When
    the hour would come after `latest`, the message goes as soon as it is day, and when that is too
    late as well, it goes now: a reminder after the visit helps nobody.
    """
    if urgency is Urgency.AT_ONCE:
        return now
    wished = [] if hour is None else [_next(_by_day(hour), now)]
    for moment in (*wished, _as_soon_as_it_is_day(now)):
        if latest is None or moment <= latest:
            return moment
    return now


def _as_soon_as_it_is_day(now: datetime) -> datetime:
    clock = now.astimezone(AMSTERDAM).time()
    return now if DAY_BEGINS <= clock < DAY_ENDS else _next(DAY_BEGINS, now)


def _by_day(hour: time) -> time:
    return max(DAY_BEGINS, min(hour, HOURS[-1]))


def _next(clock: time, now: datetime) -> datetime:
    """Return the first moment from now on at which clocks in the Netherlands show this time."""
    today = now.astimezone(AMSTERDAM).date()
    for day in (today, today + timedelta(days=1)):
        moment = datetime.combine(day, clock, AMSTERDAM).astimezone(UTC)
        if moment >= now:
            break
    return moment
