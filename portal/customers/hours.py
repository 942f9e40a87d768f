"""When a message may go: never at night, and at the customer's own hour when that was told. Pure.

Night and hours are by the clock in the Netherlands.
"""

from __future__ import annotations

from datetime import datetime, time
from enum import Enum

from portal.clock import DAY_BEGINS, DAY_ENDS, by_day, next_at

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
    wished = [] if hour is None else [next_at(_within_day(hour), now)]
    for moment in (*wished, by_day(now)):
        if latest is None or moment <= latest:
            return moment
    return now


def _within_day(hour: time) -> time:
    return max(DAY_BEGINS, min(hour, HOURS[-1]))
