"""Ruin: take strings of neighbouring visits out of the routes near to some visit."""

from __future__ import annotations

from typing import NamedTuple

from optimizer.strings.dice import below, chance
from optimizer.strings.routes import Routes, copied, taken_out
from optimizer.strings.terrain import Flat, Terrain

# Entries of a tally: visits absent, cost now and at best, the cost at which to stop, routes touched
# in this step, visits pending, visits absent before this step.
ABSENT, COST, BEST, LOWEST, TOUCHED, PENDING, KEPT, TALLY = range(8)
# Half the strings leave some visits in their middle: one, and rarely more.
SPLIT, WIDER = 0.5, 0.01
# Half the ruins happen near somebody absent, as long as there is one.
NEAR_ABSENT = 0.5


class Manner(NamedTuple):
    """How it is done: what differs between short routes and more room."""

    removed: int  # mean number of visits taken out
    longest: int  # of a string
    blink: int  # chance out of dice.SIDES that a place is not seen
    odds: Flat  # (KEYS) sums of chances out of 100 to sort by that key; else at random
    for_room: int  # 1 = stop as soon as nobody is absent


class Work(NamedTuple):
    """What the loops scribble on."""

    weight: Flat  # (visits) cost of absence
    key: Flat  # (KEYS, visits)
    pending: Flat  # (visits) absent ones, then those just taken out
    kept: Flat  # (visits) absent ones before this step
    touched: Flat  # (crew) routes changed in this step
    mark: Flat  # (crew) 1 = in touched
    tally: Flat  # (TALLY)
    dice: Flat  # (1)


def touch(terrain: Terrain, routes: Routes, spare: Routes, work: Work, row: int) -> None:
    """Keep a copy of a route that is about to change."""
    if not work.mark[row]:
        work.mark[row] = 1
        work.touched[work.tally[TOUCHED]] = row
        work.tally[TOUCHED] += 1
        copied(terrain, routes, spare, row)


def string_out(
    terrain: Terrain, routes: Routes, work: Work, row: int, visit: int, longest: int
) -> None:
    """Take a string of visits around one out of its route, half the time with some left in it."""
    base, count, dice = row * (terrain.visits + 2), routes.length[row], work.dice
    length = 1 + below(dice, min(longest, count))
    left = 0
    if length > 1 and length < count and chance(dice) < SPLIT:
        left = 1
        while length + left < count and chance(dice) < WIDER:
            left += 1
    at = 0
    while routes.stops[base + 1 + at] != visit:
        at += 1
    span = length + left
    low, high = max(0, at - span + 1), min(at, count - span)
    first = low + below(dice, high - low + 1)
    gap = 1 + below(dice, length - 1) if left else span
    for number in range(span):
        one = routes.stops[base + 1 + first + number]
        if number < gap or number >= gap + left:
            routes.home[one] = -1
            work.pending[work.tally[PENDING]] = one
            work.tally[PENDING] += 1
    taken_out(terrain, routes, row)


def ruin(terrain: Terrain, routes: Routes, spare: Routes, work: Work, manner: Manner) -> None:
    """Take strings out of routes near to some visit, half the time near to an absent one."""
    dice, tally, used = work.dice, work.tally, 0
    for row in range(terrain.crew):
        used += routes.length[row] > 0
    mean = (terrain.visits - tally[ABSENT]) // max(used, 1)
    longest = max(1, min(manner.longest, mean))
    most = 4 * manner.removed / (1 + longest) - 1
    strings = int(chance(dice) * most) + 1
    centre = below(dice, terrain.visits)
    if tally[ABSENT] and chance(dice) < NEAR_ABSENT:
        centre = work.pending[below(dice, tally[ABSENT])]
    for number in range(centre * terrain.visits, (centre + 1) * terrain.visits):
        visit = terrain.near[number]
        row = routes.home[visit]
        if row < 0 or work.mark[row]:
            continue
        touch(terrain, routes, spare, work, row)
        string_out(terrain, routes, work, row, visit, longest)
        if tally[TOUCHED] >= strings:
            break
