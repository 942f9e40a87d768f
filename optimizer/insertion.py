"""Every feasible insertion of one newcomer into many planned days, in one pass over arrays.

Exact: an insertion is reported iff the plan with it passes `check`, for a newcomer promised one of
its windows. With c put between a and b, and begin x in [e, l], lunch either
  - is taken by c's begin: x = max(earliest arrival with lunch taken, e), x + s + t_cb <= taken_b;
  - is still due at c's begin: x = max(due_a + t_ac, e), and then it is had on the leg to b
    (x + s <= last, max(x + s + t_cb, first) + d <= taken_b) or later (x + s + t_cb <= due_b),
where due_b and taken_b are the latest begins at b of `slack`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optimizer.horizon import (
    Horizon,
    Integers,
    Mask,
    Row,
    Snapshot,
    horizon_of,
    snapshot,
    with_route,
)
from optimizer.problem import TimeWindow, require_service
from optimizer.travel import Location

__all__ = ["Candidate", "Insertion", "Snapshot", "evaluate", "snapshot", "with_route"]

# Keys of the search for a minimum: cost above, index below, so that among equals the first wins.
INDEX_BITS = 24
NOWHERE = 1 << 62


@dataclass(frozen=True, slots=True)
class Candidate:
    """A newcomer: any of `windows` would do, each is answered for by itself."""

    place: Location
    service_s: int
    windows: tuple[TimeWindow, ...]
    skills: frozenset[str] = frozenset()
    pinned_technician: str | None = None
    load: int = 0

    def __post_init__(self) -> None:
        require_service("candidate", self.service_s, self.windows)


class Insertion(NamedTuple):
    """The cheapest place for a newcomer on day `day` (index of its snapshot) in one window.

    `position` counts the stops before it; `extra_travel_s` is the travel it adds.
    """

    day: int
    window: TimeWindow
    technician: str
    position: int
    extra_travel_s: int


class Reach(NamedTuple):
    """What the newcomer meets at each position that is left after the first comparisons.

    `at_taken`, `at_due`: earliest arrival at its door with lunch taken, or due; `by_taken`,
    `by_due`: its latest begin in that state; `cost`: extra travel; `column`: position in the
    horizon's block.
    """

    at_taken: Integers
    by_taken: Integers
    at_due: Integers
    by_due: Integers
    cost: Integers
    column: Integers


def evaluate(candidate: Candidate, snapshots: Sequence[Snapshot]) -> list[Insertion]:
    """Return the cheapest feasible insertion per day and window; what does not fit is absent.

    Ordered by day, then by the candidate's windows. Ties in extra travel go to the technician who
    comes first in the snapshot, then to the earlier position. Snapshots that are asked again
    together are joined only once.
    """
    horizon = horizon_of(snapshots)
    wanted = open_positions(candidate, horizon)
    if not wanted.any():
        return []
    reach = reach_of(candidate, horizon, wanted)
    if not len(reach.column):
        return []
    windows = tuple(dict.fromkeys(candidate.windows))
    day, window, chosen = cheapest(reach, windows, horizon.day_of[reach.column])
    column = reach.column[chosen]
    route = horizon.route_of[column]
    return [
        Insertion(day, windows[window], horizon.crew[route].id, position, extra)
        for day, window, route, position, extra in zip(
            day.tolist(),
            window.tolist(),
            route.tolist(),
            (column - horizon.first_of[route]).tolist(),
            reach.cost[chosen].tolist(),
            strict=True,
        )
    ]


def open_positions(candidate: Candidate, horizon: Horizon) -> Mask:
    """Return which positions are long enough, with somebody who may and has room."""
    mask: Mask = horizon.free_s >= candidate.service_s
    # Without load everybody has room, unless he carries too much already.
    mask &= horizon.block[Row.ROOM] >= candidate.load
    able = horizon.able(candidate.skills, candidate.pinned_technician)
    if able is not None:
        mask &= able
    return mask


def reach_of(candidate: Candidate, horizon: Horizon, wanted: Mask) -> Reach:
    """Return the reach of those wanted positions that some begin could fit in some window."""
    there, onward = horizon.legs_through(candidate.place)
    block, lunch, service_s = horizon.block, horizon.lunches, candidate.service_s
    at_due = block[Row.LEAVE_DUE] + there
    at_taken = np.maximum(lunch.leave + there, lunch.first)
    at_taken += lunch.seconds
    np.minimum(at_taken, block[Row.LEAVE_TAKEN] + there, out=at_taken)
    by_taken = block[Row.BY_TAKEN] - onward
    by_taken -= service_s
    by_due = np.minimum(lunch.last, lunch.by - onward)
    np.maximum(by_due, block[Row.BY_DUE] - onward, out=by_due)
    by_due -= service_s
    fits = (at_taken <= by_taken) | (at_due <= by_due)
    column = np.flatnonzero(fits & wanted)
    cost = there + onward
    cost -= block[Row.SAVED]
    rows = (at_taken, by_taken, at_due, by_due, cost)
    return Reach._make([*(row.take(column) for row in rows), column])


def cheapest(
    reach: Reach, windows: Sequence[TimeWindow], day_of: Integers
) -> tuple[Integers, Integers, Integers]:
    """Return (days, windows, indices into reach) of the cheapest positions, one per hit."""
    starts = np.array([window.start for window in windows])[:, None]
    ends = np.array([window.end for window in windows])[:, None]
    taken = (reach.at_taken <= np.minimum(reach.by_taken, ends)) & (reach.by_taken >= starts)
    due = (reach.at_due <= np.minimum(reach.by_due, ends)) & (reach.by_due >= starts)
    keys = (reach.cost << INDEX_BITS) + np.arange(len(day_of))
    keys = np.where(taken | due, keys, NOWHERE)
    first_of_day = np.flatnonzero(np.diff(day_of, prepend=-1))
    best = np.minimum.reduceat(keys, first_of_day, axis=1).T
    row, window = np.nonzero(best < NOWHERE)
    return day_of[first_of_day[row]], window, best[row, window] & ((1 << INDEX_BITS) - 1)
