"""Between which times the technician probably comes: narrower than the window, inside it. Pure.

The window stays what was promised; this is only what we expect. It rests on the day's route: the
begin by schedule, how many visits come before, and how far the begin may slip before the plan
itself would break a promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from portal.planning.windows import Window

EARLY = 5  # minutes that a visit before may take less
LATE = 5  # minutes that a visit before may take more
ON_THE_ROAD = 20  # minutes later for traffic and a doorbell, with nobody before
MOST_EARLY = 20  # beyond four visits early and late make up for each other
MOST_LATE = 40
STEP = 5  # people say "ten past ten", not 10:08
LEAST_NARROWER = 30  # minutes; less says nothing that the window did not say


@dataclass(frozen=True, slots=True)
class Estimate:
    """Two times by the clock between which the technician is expected."""

    start: time
    end: time


def estimate(window: Window, begin: time, slack: int, visits_before: int) -> Estimate | None:
    """Return what is expected of a visit that begins at `begin` by schedule, or None.

    `slack` is how many minutes the begin may slip while every promise of the route is kept. None
    when that is not narrower than the window by `LEAST_NARROWER` minutes, or when by schedule the
    technician comes too late: then something else is to be told.
    """
    first, last, planned = (_minutes(one) for one in (window.start, window.end, begin))
    if not first <= planned <= last:
        return None
    early = min(visits_before * EARLY, MOST_EARLY)
    late = min(ON_THE_ROAD + visits_before * LATE, MOST_LATE, max(slack, ON_THE_ROAD))
    start = max(first, _down(planned - early))
    end = min(last, _up(planned + late))
    start = max(first, min(start, end - ON_THE_ROAD))
    if (last - first) - (end - start) < LEAST_NARROWER:
        return None
    return Estimate(_clock(start), _clock(end))


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _down(minutes: int) -> int:
    return minutes - minutes % STEP


def _up(minutes: int) -> int:
    return -_down(-minutes)
