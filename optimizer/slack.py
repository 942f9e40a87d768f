"""Earliest leaving and latest begin along a fixed order, with lunch due or taken.

A technician is in one of two states: *due* (lunch not yet taken) and *taken*. Both are kept side
by side, since due is earlier and taken is freer; in either, earlier is never worse, so the earliest
time per state decides feasibility exactly. Somebody without lunch is in *taken* from the start.
Source: forward and backward time slack of Savelsbergh (1992), doi:10.1287/ijoc.4.2.146.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from optimizer.problem import Technician, TimeWindow

# Sentinels far beyond problem.LARGEST_SECOND: sums of a few of them still fit in 64 bits.
NEVER = 1 << 40
TOO_LATE = -NEVER


class LunchRule(NamedTuple):
    """Lunch of `seconds`, started in [first, last]; `last` is TOO_LATE for somebody without."""

    first: int
    last: int
    seconds: int

    @staticmethod
    def of(technician: Technician) -> LunchRule:
        """Return the technician's rule."""
        lunch = technician.lunch
        if lunch is None:
            return LunchRule(0, TOO_LATE, 0)
        return LunchRule(lunch.window.start, lunch.window.end, lunch.seconds)


class Work(NamedTuple):
    """What slack needs to know of one visit."""

    service_s: int
    windows: tuple[TimeWindow, ...]


class Slack(NamedTuple):
    """Times along start, stops 1..n, end. Unreachable is NEVER, hopeless is TOO_LATE.

    `due` and `taken` (n + 1 entries, start first): earliest leaving in that state. `latest_due`
    and `latest_taken` (n + 1 entries, end last): latest begin in that state that keeps the rest.
    """

    due: list[int]
    taken: list[int]
    latest_due: list[int]
    latest_taken: list[int]

    @property
    def feasible(self) -> bool:
        """Whether the order can be driven at all; an empty one always can."""
        return len(self.due) == 1 or self.earliest_fits

    @property
    def earliest_fits(self) -> bool:
        """Whether a route of one or more stops keeps all windows, lunch and shift."""
        return self.taken[-1] < NEVER and self.latest_taken[0] > TOO_LATE or self.due[-1] < NEVER
