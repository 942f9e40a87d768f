"""Planned days as arrays: every position of every route, ready to be asked what fits there.

A snapshot is one branch-day, a horizon many of them side by side. Both never change; replacing one
route copies the rest of the arrays, which takes less time than working out that one route.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import UnknownName
from optimizer.plan import Plan
from optimizer.problem import Problem, Technician, Visit
from optimizer.schedule import legs_of
from optimizer.slack import NEVER, TOO_LATE, LunchRule, Work, slack_of
from optimizer.travel import Location, Places, TravelTimes

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Joined horizons remembered; 30 days of 30 technicians take about 1 MB.
REMEMBERED = 8


class Row(enum.IntEnum):
    """The rows of a block; one column per position (between stop a and stop b)."""

    LEAVE_DUE = 0  # earliest leaving of a, lunch due
    LEAVE_TAKEN = 1  # the same, lunch taken
    BY_DUE = 2  # latest begin at b, lunch due
    BY_TAKEN = 3  # the same, lunch taken
    SAVED = 4  # seconds of the leg a to b that an insertion saves (0 for an empty route)
    ROOM = 5  # capacity left, NEVER where it is not limited


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One planned branch-day, ready for `evaluate`; never changes, so it can be cached.

    `block` holds the positions of all routes side by side, `widths` how many each route has.
    `nodes` are the places of all routes, each from its start to its end: one more per route.
    `rules` are the lunch rules of the technicians, shape (3, technicians).
    """

    technicians: tuple[Technician, ...]
    rules: Integers
    travel: TravelTimes
    widths: tuple[int, ...]
    block: Integers
    nodes: Places


def snapshot(problem: Problem, plan: Plan) -> Snapshot:
    """Return a planned day's snapshot; raises UnknownName for ids the problem does not have."""
    for route in plan.routes:
        problem.technician(route.technician)
    blocks, nodes = [EMPTY], list[Location]()
    for technician in problem.technicians:
        visits = [problem.visit(visit) for visit in plan.route_of(technician.id).visits]
        blocks.append(block_of(problem.travel, technician, visits))
        nodes += places_of(technician, visits)
    widths = tuple(block.shape[1] for block in blocks[1:])
    rules = np.array([LunchRule.of(one) for one in problem.technicians], dtype=np.int64)
    return Snapshot(
        problem.technicians,
        rules.reshape(-1, 3).T,
        problem.travel,
        widths,
        np.concatenate(blocks, axis=1),
        Places.of(nodes),
    )


def with_route(day: Snapshot, technician: str, visits: Sequence[Visit]) -> Snapshot:
    """Return the snapshot with one technician's route replaced; raises UnknownName."""
    rows = [row for row, one in enumerate(day.technicians) if one.id == technician]
    if not rows:
        raise UnknownName(f"the snapshot has no technician {technician!r}")
    row, one = rows[0], day.technicians[rows[0]]
    first, old = sum(day.widths[:row]), day.widths[row]
    block = block_of(day.travel, one, visits)
    block = np.concatenate((day.block[:, :first], block, day.block[:, first + old :]), axis=1)
    nodes = day.nodes.spliced(first + row, first + row + old + 1, places_of(one, visits))
    widths = (*day.widths[:row], len(visits) + 1, *day.widths[row + 1 :])
    return Snapshot(day.technicians, day.rules, day.travel, widths, block, nodes)


EMPTY: Integers = np.zeros((len(Row), 0), dtype=np.int64)
NO_RULES: Integers = np.zeros((3, 0), dtype=np.int64)


def places_of(technician: Technician, visits: Sequence[Visit]) -> list[Location]:
    """Return where a route leads: start, visits, end."""
    return [technician.start, *[visit.place for visit in visits], technician.end]


def block_of(travel: TravelTimes, technician: Technician, visits: Sequence[Visit]) -> Integers:
    """Return the positions of one route with their times, shape (rows, stops + 1)."""
    legs = legs_of(travel, technician, visits)
    work = [Work(one.service_s, one.windows) for one in visits]
    due, taken, by_due, by_taken, _ = slack_of(technician, work, legs)
    room = NEVER
    if technician.capacity is not None:
        room = technician.capacity - sum(visit.load for visit in visits)
    saved = legs if visits else [0]
    return np.array([due, taken, by_due, by_taken, saved, [room] * len(legs)], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Lunches:
    """What lunch means at each position of a horizon.

    `leave` is when lunch on the way from a can be had at the earliest (NEVER = it cannot), `by`
    when it must start at the far end at the latest; `first`, `last`, `seconds` are the rule's.
    """

    first: Integers
    last: Integers
    seconds: Integers
    leave: Integers
    by: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Horizon:
    """Many planned days side by side, joined once and asked often.

    `free_s` is the longest service that could go at each position if no travel were added.
    `before` holds the node before each position and `after` the one that follows it, `day_of` the
    index of its day, `route_of` that of its route, `first_of` the first position of each route.
    `runs` are the nodes of all days in order, per model of travel.
    """

    days: tuple[Snapshot, ...]
    block: Integers
    lunches: Lunches
    free_s: Integers
    before: Integers
    after: Integers
    day_of: Integers
    route_of: Integers
    first_of: Integers
    crew: tuple[Technician, ...]
    runs: tuple[tuple[TravelTimes, Places], ...]
    _able: dict[Hashable, Mask] = field(default_factory=dict, repr=False)

    def able(self, skills: frozenset[str], pinned_technician: str | None) -> Mask | None:
        """Return which positions belong to somebody who may do such a visit; None means all."""
        if not skills and pinned_technician is None:
            return None
        if skills in self._able and pinned_technician is None:
            return self._able[skills]
        may = [one.may_serve(skills, pinned_technician) for one in self.crew]
        mask = np.array(may, dtype=np.bool_)[self.route_of]
        if pinned_technician is None:
            self._able[skills] = mask
        return mask

    def legs_through(self, place: Location) -> tuple[Integers, Integers]:
        """Return the seconds from a to a newcomer's place and on to b, for every position."""
        here = Places.of((place,))
        there, onward = [], []
        for travel, nodes in self.runs:
            onward.append(travel.seconds(here, nodes)[0])
            there.append(onward[-1] if travel.symmetric else travel.seconds(nodes, here)[:, 0])
        if len(self.runs) == 1:
            return there[0].take(self.before), onward[0].take(self.after)
        return np.concatenate(there)[self.before], np.concatenate(onward)[self.after]


def horizon_of(days: Sequence[Snapshot]) -> Horizon:
    """Return these days joined; the same snapshots asked again are not joined again."""
    if len(days) > 1:
        return _remembered(tuple(days))
    return joined(tuple(days))  # a single day, as every booking asks: not worth a place


@lru_cache(maxsize=REMEMBERED)
def _remembered(days: tuple[Snapshot, ...]) -> Horizon:
    return joined(days)


def joined(days: tuple[Snapshot, ...]) -> Horizon:
    """Return the horizon of these days."""
    widths = np.array([width for day in days for width in day.widths], dtype=np.int64)
    route_of = np.repeat(np.arange(len(widths)), widths)
    before = np.arange(len(route_of)) + route_of
    block = np.concatenate([EMPTY, *(day.block for day in days)], axis=1)
    rules = np.concatenate([NO_RULES, *(day.rules for day in days)], axis=1)
    lunches = lunches_of(block, np.repeat(rules, widths, axis=1))
    return Horizon(
        days=days,
        block=block,
        lunches=lunches,
        free_s=free_seconds(block, lunches),
        before=before,
        after=before + 1,
        day_of=np.repeat(np.arange(len(days)), [day.block.shape[1] for day in days]),
        route_of=route_of,
        first_of=np.cumsum(widths) - widths,
        crew=tuple(itertools.chain.from_iterable(day.technicians for day in days)),
        runs=tuple(
            (travel, Places.joined([day.nodes for day in run]))
            for travel, run in itertools.groupby(days, key=lambda day: day.travel)
        ),
    )


def lunches_of(block: Integers, rules: Integers) -> Lunches:
    """Return what lunch means at each position, given the rule of each position's technician."""
    first, last, seconds = rules
    leave, by = block[Row.LEAVE_DUE], block[Row.BY_TAKEN] - seconds
    return Lunches(
        first,
        last,
        seconds,
        leave=np.where(leave <= last, leave, NEVER),
        by=np.where(by >= first, by, TOO_LATE),
    )


def free_seconds(block: Integers, lunch: Lunches) -> Integers:
    """Return seconds between the earliest leaving of a and the latest begin at b, lunch apart."""
    lunched = np.maximum(lunch.leave, lunch.first) + lunch.seconds
    taken = block[Row.BY_TAKEN] - np.minimum(block[Row.LEAVE_TAKEN], lunched)
    by_due = np.maximum(np.minimum(lunch.last, lunch.by), block[Row.BY_DUE])
    free_s: Integers = np.maximum(taken, by_due - block[Row.LEAVE_DUE])
    return free_s
