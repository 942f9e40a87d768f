"""Recreate: put visits back one by one, each where it is cheapest."""

from __future__ import annotations

from optimizer.strings.dice import below, drawn
from optimizer.strings.routes import Routes, put, reaches
from optimizer.strings.ruin import ABSENT, PENDING, Manner, Work, touch
from optimizer.strings.terrain import KEYS, Terrain

# Dearer than any way round.
DEAREST = 1 << 60


def sort(terrain: Terrain, work: Work, manner: Manner) -> None:
    """Shuffle what is pending, then sort it: weightiest first, then by a drawn key."""
    pending, count, dice = work.pending, work.tally[PENDING], work.dice
    for place in range(count - 1, 0, -1):
        other = below(dice, place + 1)
        pending[place], pending[other] = pending[other], pending[place]
    draw, key = below(dice, 100), 0
    while key < KEYS and draw >= manner.odds[key]:
        key += 1
    for place in range(1, count):
        visit, before = pending[place], place - 1
        weight = work.weight[visit]
        rank = work.key[key * terrain.visits + visit] if key < KEYS else 0
        while before >= 0:
            other = pending[before]
            its = work.key[key * terrain.visits + other] if key < KEYS else 0
            if work.weight[other] > weight or (work.weight[other] == weight and its <= rank):
                break
            pending[before + 1] = other
            before -= 1
        pending[before + 1] = visit


def cheapest(
    terrain: Terrain, routes: Routes, work: Work, visit: int, blink: int
) -> tuple[int, int]:
    """Return (technician, place) of the cheapest insertion, now and then blind; -1 = none."""
    best, best_row, best_place = DEAREST, -1, -1
    nodes, width = terrain.visits + 2 * terrain.crew, terrain.visits + 2
    legs, stops, load = terrain.legs, routes.stops, terrain.load[visit]
    onward = visit * nodes
    for row in range(terrain.crew):
        if not terrain.able[visit * terrain.crew + row] or routes.room[row] < load:
            continue
        base, count = row * width, routes.length[row]
        here = stops[base]
        for place in range(base, base + count + 1):
            there = stops[place + 1]
            to, on = legs[here * nodes + visit], legs[onward + there]
            extra = to + on
            if count:
                extra -= legs[here * nodes + there]
            here = there
            if (
                extra < best
                and reaches(terrain, routes, row, place, visit, to, on)
                and drawn(work.dice) >= blink
            ):
                best, best_row, best_place = extra, row, place
    return best_row, best_place


def recreate(terrain: Terrain, routes: Routes, spare: Routes, work: Work, manner: Manner) -> None:
    """Put what is pending back where it is cheapest; what finds no place stays absent."""
    tally, absent = work.tally, 0
    for number in range(tally[PENDING]):
        visit = work.pending[number]
        row, place = cheapest(terrain, routes, work, visit, manner.blink)
        if row < 0:
            work.pending[absent] = visit
            absent += 1
        else:
            touch(terrain, routes, spare, work, row)
            put(terrain, routes, row, place, visit)
    tally[ABSENT] = absent
