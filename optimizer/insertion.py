"""Every feasible insertion of one newcomer into many planned days, in one pass over arrays.

Exact: an insertion is reported iff the plan with it passes `check`, for a newcomer promised one of
its windows. With c put between a and b, and begin x in [e, l], lunch either
  - is taken by c's begin: x = max(earliest arrival with lunch taken, e), x + s + t_cb <= taken_b;
  - is still due at c's begin: x = max(due_a + t_ac, e), and then it is had on the leg to b
    (x + s <= last, max(x + s + t_cb, first) + d <= taken_b) or later (x + s + t_cb <= due_b),
where due_b and taken_b are the latest begins at b of `slack`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import UnknownName
from optimizer.plan import Plan
from optimizer.problem import Problem, Technician, TimeWindow, Visit, require_service
from optimizer.schedule import legs_of
from optimizer.slack import NEVER, TOO_LATE, LunchRule, Work, slack_of
from optimizer.travel import Location, Places, TravelTimes

Integers = NDArray[np.int64]


class Row(enum.IntEnum):
    """The rows of a snapshot's block; one column per position (between stop a and stop b)."""

    LEAVE_DUE = 0  # earliest leaving of a, lunch due
    LEAVE_TAKEN = 1  # the same, lunch taken
    LUNCH_FROM = 2  # LEAVE_DUE where lunch can still be had on the way from a, else NEVER
    BY_DUE = 3  # latest begin at b, lunch due
    BY_TAKEN = 4  # the same, lunch taken
    LUNCH_BY = 5  # when lunch on the way to b must start at the far end at the latest
    FIRST = 6  # lunch rule: first start, last start, seconds
    LAST = 7
    BREAK = 8
    SAVED = 9  # seconds of the leg a to b that an insertion saves (0 for an empty route)
    TECHNICIAN = 10  # row in `Snapshot.technicians`
    POSITION = 11
    ROOM = 12  # capacity left, NEVER where it is not limited


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


@dataclass(frozen=True, slots=True)
class Insertion:
    """The cheapest place for a newcomer on day `day` (index of its snapshot) in one window.

    `position` counts the stops before it; `extra_travel_s` is the travel it adds.
    """

    day: int
    window: TimeWindow
    technician: str
    position: int
    extra_travel_s: int


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """One route's part of a snapshot: its positions, and the places before and after each."""

    block: Integers
    before: Places
    after: Places


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One planned branch-day, ready for `evaluate`; never changes, so it can be cached.

    The arrays hold the positions of all routes side by side, `widths` how many each route has.
    """

    technicians: tuple[Technician, ...]
    travel: TravelTimes
    routes: tuple[Columns, ...]
    widths: Integers
    block: Integers
    before: Places
    after: Places


def snapshot(problem: Problem, plan: Plan) -> Snapshot:
    """Return a planned day's snapshot; raises UnknownName for ids the problem does not have."""
    for route in plan.routes:
        problem.technician(route.technician)
    routes = []
    for row, technician in enumerate(problem.technicians):
        visits = [problem.visit(visit) for visit in plan.route_of(technician.id).visits]
        routes.append(columns_of(problem.travel, row, technician, visits))
    return assembled(problem.technicians, problem.travel, tuple(routes))


def with_route(day: Snapshot, technician: str, visits: Sequence[Visit]) -> Snapshot:
    """Return the snapshot with one technician's route replaced; raises UnknownName."""
    for row, one in enumerate(day.technicians):
        if one.id == technician:
            columns = columns_of(day.travel, row, one, visits)
            routes = (*day.routes[:row], columns, *day.routes[row + 1 :])
            return assembled(day.technicians, day.travel, routes)
    raise UnknownName(f"the snapshot has no technician {technician!r}")


def assembled(
    technicians: tuple[Technician, ...], travel: TravelTimes, routes: tuple[Columns, ...]
) -> Snapshot:
    """Return the snapshot of these routes, their columns side by side."""
    return Snapshot(
        technicians=technicians,
        travel=travel,
        routes=routes,
        widths=np.array([route.block.shape[1] for route in routes], dtype=np.int64),
        block=np.concatenate([EMPTY, *(route.block for route in routes)], axis=1),
        before=Places.joined([route.before for route in routes]),
        after=Places.joined([route.after for route in routes]),
    )


EMPTY: Integers = np.zeros((len(Row), 0), dtype=np.int64)


def columns_of(
    travel: TravelTimes, row: int, technician: Technician, visits: Sequence[Visit]
) -> Columns:
    """Return the positions of one route with their times."""
    legs = legs_of(travel, technician, visits)
    slack = slack_of(technician, [Work(one.service_s, one.windows) for one in visits], legs)
    rule = LunchRule.of(technician)
    room = NEVER
    if technician.capacity is not None:
        room = technician.capacity - sum(visit.load for visit in visits)
    block = np.empty((len(Row), len(legs)), dtype=np.int64)
    block[Row.LEAVE_DUE] = slack.due
    block[Row.LEAVE_TAKEN] = slack.taken
    block[Row.LUNCH_FROM] = [due if due <= rule.last else NEVER for due in slack.due]
    block[Row.BY_DUE] = slack.latest_due
    block[Row.BY_TAKEN] = slack.latest_taken
    lunch_by = [late - rule.seconds for late in slack.latest_taken]
    block[Row.LUNCH_BY] = [late if late >= rule.first else TOO_LATE for late in lunch_by]
    block[Row.FIRST : Row.BREAK + 1] = np.array(rule)[:, None]
    block[Row.SAVED] = legs if visits else 0
    block[Row.TECHNICIAN] = row
    block[Row.POSITION] = np.arange(len(legs))
    block[Row.ROOM] = room
    places = [technician.start, *(visit.place for visit in visits), technician.end]
    return Columns(block, Places.of(places[:-1]), Places.of(places[1:]))


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What the newcomer meets at each position that is left after the first comparison.

    `at_taken`, `at_due`: earliest arrival at its door with lunch taken, or due; `by_taken`,
    `by_due`: its latest begin in that state; `cost`: extra travel; `column`: position in the
    joined block.
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
    comes first in the snapshot, then to the earlier position.
    """
    if not snapshots:
        return []
    block = np.concatenate([day.block for day in snapshots], axis=1)
    ends = np.cumsum([day.block.shape[1] for day in snapshots])
    there, onward = legs_through(candidate.place, snapshots)
    open_columns = allowed(candidate, snapshots) & (block[Row.ROOM] >= candidate.load)
    reach = reach_of(candidate.service_s, block, there, onward, open_columns)
    day_of = np.searchsorted(ends, reach.column, side="right")
    found = []
    for window in dict.fromkeys(candidate.windows):
        for day, chosen in cheapest_by_day(reach, window, day_of):
            technician = snapshots[day].technicians[block[Row.TECHNICIAN, reach.column[chosen]]]
            position = int(block[Row.POSITION, reach.column[chosen]])
            extra = int(reach.cost[chosen])
            found.append(Insertion(day, window, technician.id, position, extra))
    order = {window: row for row, window in enumerate(candidate.windows)}
    return sorted(found, key=lambda one: (one.day, order[one.window]))


def legs_through(place: Location, snapshots: Sequence[Snapshot]) -> tuple[Integers, Integers]:
    """Return the seconds from a to the newcomer and on to b, for every joined position."""
    travel = snapshots[0].travel
    if any(day.travel != travel for day in snapshots):
        parts = [legs_through(place, [day]) for day in snapshots]
        there, onward = zip(*parts, strict=True)
        return np.concatenate(there), np.concatenate(onward)
    here = Places.of((place,))
    before = Places.joined([day.before for day in snapshots])
    after = Places.joined([day.after for day in snapshots])
    return travel.seconds(before, here)[:, 0], travel.seconds(here, after)[0]


def allowed(candidate: Candidate, snapshots: Sequence[Snapshot]) -> NDArray[np.bool_]:
    """Return which joined positions belong to a technician who may do the visit."""
    widths = np.concatenate([day.widths for day in snapshots])
    if not candidate.skills and candidate.pinned_technician is None:
        return np.ones(int(widths.sum()), dtype=np.bool_)
    wanted = candidate.skills, candidate.pinned_technician
    may = [one.may_serve(*wanted) for day in snapshots for one in day.technicians]
    return np.repeat(np.array(may, dtype=np.bool_), widths)


def reach_of(
    service_s: int,
    block: Integers,
    there: Integers,
    onward: Integers,
    open_columns: NDArray[np.bool_],
) -> Reach:
    """Return the reach of all open positions that some begin could fit, whatever the window."""
    lunch_first = np.maximum(block[Row.LUNCH_FROM] + there, block[Row.FIRST]) + block[Row.BREAK]
    at_taken = np.minimum(block[Row.LEAVE_TAKEN] + there, lunch_first)
    by_taken = block[Row.BY_TAKEN] - onward - service_s
    at_due = block[Row.LEAVE_DUE] + there
    lunch_next = np.minimum(block[Row.LAST], block[Row.LUNCH_BY] - onward)
    by_due = np.maximum(lunch_next, block[Row.BY_DUE] - onward) - service_s
    fits = (at_taken <= by_taken) | (at_due <= by_due)
    column = np.flatnonzero(fits & open_columns)
    cost = (there + onward - block[Row.SAVED])[column]
    return Reach(at_taken[column], by_taken[column], at_due[column], by_due[column], cost, column)


def cheapest_by_day(reach: Reach, window: TimeWindow, day_of: Integers) -> list[tuple[int, int]]:
    """Return (day, index into reach) of the cheapest position per day that has one."""
    taken_fits = np.maximum(reach.at_taken, window.start) <= np.minimum(reach.by_taken, window.end)
    due_fits = np.maximum(reach.at_due, window.start) <= np.minimum(reach.by_due, window.end)
    chosen = np.flatnonzero(taken_fits | due_fits)
    if not len(chosen):
        return []
    # Cost above, index below: one minimum finds the cheapest and, among equals, the first.
    keys = (reach.cost[chosen] << 24) + chosen
    days, starts = np.unique(day_of[chosen], return_index=True)
    best = np.minimum.reduceat(keys, starts) & ((1 << 24) - 1)
    return list(zip(days.tolist(), best.tolist(), strict=True))
