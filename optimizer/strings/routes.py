"""All routes of a day in flat lists, with their slack: a visit goes in, a string comes out.

The two lunch states and both passes are those of `slack`, written out for the compiler.
"""

from __future__ import annotations

from typing import NamedTuple

from optimizer.slack import NEVER, TOO_LATE
from optimizer.strings.terrain import (
    CAPACITY,
    LUNCH_FIRST,
    LUNCH_LAST,
    LUNCH_S,
    RULE,
    SHIFT_END,
    SHIFT_START,
    Flat,
    Terrain,
)


class Routes(NamedTuple):
    """One route per technician: start, stops, end. A row has room for all visits and both."""

    stops: Flat  # (crew, visits + 2) nodes
    length: Flat  # (crew) visits
    due: Flat  # (crew, visits + 2) earliest leaving, lunch due
    taken: Flat  # the same, lunch taken
    late_due: Flat  # (crew, visits + 2) latest begin that keeps the rest, lunch due
    late_taken: Flat
    room: Flat  # (crew) capacity left
    travel: Flat  # (crew) seconds
    home: Flat  # (visits) the technician, -1 = in no route


def first_begin(terrain: Terrain, visit: int, at: int) -> int:
    """Return the earliest begin at or after `at`, NEVER when all windows are over."""
    begin = NEVER
    for place in range(visit * terrain.windows, (visit + 1) * terrain.windows):
        if at <= terrain.closes[place]:
            begin = min(begin, max(at, terrain.opens[place]))
    return begin


def last_begin(terrain: Terrain, visit: int, at: int) -> int:
    """Return the latest begin at or before `at`, TOO_LATE when no window has opened."""
    begin = TOO_LATE
    for place in range(visit * terrain.windows, (visit + 1) * terrain.windows):
        if at >= terrain.opens[place]:
            begin = max(begin, min(at, terrain.closes[place]))
    return begin


def refreshed(terrain: Terrain, routes: Routes, row: int) -> None:
    """Work out travel and slack of one route anew."""
    forward(terrain, routes, row)
    backward(terrain, routes, row)


def forward(terrain: Terrain, routes: Routes, row: int) -> None:
    """Work out travel, room and the earliest leaving of every stop."""
    rule, base = row * RULE, row * (terrain.visits + 2)
    nodes = terrain.visits + 2 * terrain.crew
    first, last = terrain.rule[rule + LUNCH_FIRST], terrain.rule[rule + LUNCH_LAST]
    due, taken = terrain.rule[rule + SHIFT_START], NEVER
    if last < due:
        due, taken = taken, due
    travel, room, here = 0, terrain.rule[rule + CAPACITY], routes.stops[base]
    routes.due[base], routes.taken[base] = due, taken
    for place in range(base + 1, base + 1 + routes.length[row]):
        visit = routes.stops[place]
        leg = terrain.legs[here * nodes + visit]
        taken += leg
        if due <= last:
            taken = min(taken, max(due + leg, first) + terrain.rule[rule + LUNCH_S])
        due = first_begin(terrain, visit, due + leg) + terrain.service[visit]
        taken = first_begin(terrain, visit, taken) + terrain.service[visit]
        routes.due[place], routes.taken[place] = due, taken
        travel, room, here = travel + leg, room - terrain.load[visit], visit
    if routes.length[row]:
        travel += terrain.legs[here * nodes + routes.stops[base + 1 + routes.length[row]]]
    routes.travel[row], routes.room[row] = travel, room


def backward(terrain: Terrain, routes: Routes, row: int) -> None:
    """Work out the latest begin of every stop and the latest return."""
    rule, base = row * RULE, row * (terrain.visits + 2)
    nodes = terrain.visits + 2 * terrain.crew
    first, last = terrain.rule[rule + LUNCH_FIRST], terrain.rule[rule + LUNCH_LAST]
    seconds, taken = terrain.rule[rule + LUNCH_S], terrain.rule[rule + SHIFT_END]
    due, end = min(last, taken), base + 1 + routes.length[row]
    there = routes.stops[end]
    routes.late_due[end], routes.late_taken[end] = due, taken
    for place in range(end - 1, base, -1):
        visit = routes.stops[place]
        leg = terrain.legs[visit * nodes + there]
        due -= leg
        if taken >= first + seconds:
            due = max(due, min(last, taken - leg - seconds))
        taken -= leg
        due = last_begin(terrain, visit, due - terrain.service[visit])
        taken = last_begin(terrain, visit, taken - terrain.service[visit])
        routes.late_due[place], routes.late_taken[place] = due, taken
        there = visit


def reaches(
    terrain: Terrain, routes: Routes, row: int, place: int, visit: int, to: int, on: int
) -> bool:
    """Whether a visit has a begin between the stops at `place` and after it, `to` and `on` away."""
    rule, due = row * RULE, routes.due[place]
    first, last = terrain.rule[rule + LUNCH_FIRST], terrain.rule[rule + LUNCH_LAST]
    seconds, service = terrain.rule[rule + LUNCH_S], terrain.service[visit]
    late_taken = routes.late_taken[place + 1]
    at_due, at_taken = due + to, routes.taken[place] + to
    if due <= last:
        at_taken = min(at_taken, max(at_due, first) + seconds)
    by_taken = late_taken - on - service
    by_due = routes.late_due[place + 1] - on - service
    if late_taken - seconds >= first:
        by_due = max(by_due, min(last - service, by_taken - seconds))
    for window in range(visit * terrain.windows, (visit + 1) * terrain.windows):
        start, end = terrain.opens[window], terrain.closes[window]
        if max(at_taken, start) <= min(by_taken, end) or max(at_due, start) <= min(by_due, end):
            return True
    return False


def put(terrain: Terrain, routes: Routes, row: int, place: int, visit: int) -> None:
    """Put a visit into a route after the stop at `place`."""
    base = row * (terrain.visits + 2)
    for later in range(base + 1 + routes.length[row], place, -1):
        routes.stops[later + 1] = routes.stops[later]
    routes.stops[place + 1] = visit
    routes.length[row] += 1
    routes.home[visit] = row
    refreshed(terrain, routes, row)


def taken_out(terrain: Terrain, routes: Routes, row: int) -> None:
    """Close a route up after visits that are no longer at home in it."""
    base = row * (terrain.visits + 2)
    end = base + 1 + routes.length[row]
    free = base + 1
    for place in range(base + 1, end):
        visit = routes.stops[place]
        if routes.home[visit] == row:
            routes.stops[free] = visit
            free += 1
    routes.stops[free] = routes.stops[end]
    routes.length[row] = free - base - 1
    refreshed(terrain, routes, row)


def copied(terrain: Terrain, one: Routes, other: Routes, row: int) -> None:
    """Make a route of `other` that of `one`; who is at home where is told by `housed`."""
    base = row * (terrain.visits + 2)
    for place in range(base, base + 2 + one.length[row]):
        other.stops[place] = one.stops[place]
        other.due[place], other.taken[place] = one.due[place], one.taken[place]
        other.late_due[place] = one.late_due[place]
        other.late_taken[place] = one.late_taken[place]
    other.length[row], other.room[row] = one.length[row], one.room[row]
    other.travel[row] = one.travel[row]


def housed(terrain: Terrain, routes: Routes, row: int, home: int) -> None:
    """Enter `home` (-1 = none) for the visits of a route."""
    base = row * (terrain.visits + 2)
    for place in range(base + 1, base + 1 + routes.length[row]):
        routes.home[routes.stops[place]] = home
