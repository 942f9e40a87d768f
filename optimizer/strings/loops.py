"""Ruin and recreate: take neighbouring strings of visits out of the routes, put them back cheaper.

Source: Christiaens and Vanden Berghe, Slack Induction by String Removals (2020),
doi:10.1287/trsc.2019.0914; here with the slack of the lunch rule and absent visits by weight. To
look for room instead of short routes, visits that are often left over count more and more: the
fleet minimisation of the same paper.
"""

from __future__ import annotations

import math

from optimizer.strings.dice import below, chance, drawn
from optimizer.strings.recreate import cheapest, recreate, sort
from optimizer.strings.routes import (
    Routes,
    backward,
    copied,
    first_begin,
    forward,
    housed,
    last_begin,
    put,
    reaches,
    refreshed,
    taken_out,
)
from optimizer.strings.ruin import (
    ABSENT,
    BEST,
    COST,
    KEPT,
    LOWEST,
    PENDING,
    TOUCHED,
    Manner,
    Work,
    ruin,
    string_out,
    touch,
)
from optimizer.strings.terrain import MISSED, Terrain


def undo(terrain: Terrain, routes: Routes, spare: Routes, work: Work) -> None:
    """Bring the routes back to what they were before this step."""
    tally = work.tally
    for number in range(tally[TOUCHED]):
        housed(terrain, routes, work.touched[number], -1)
    for number in range(tally[TOUCHED]):
        row = work.touched[number]
        copied(terrain, spare, routes, row)
        housed(terrain, routes, row, row)
    tally[ABSENT] = tally[KEPT]
    for number in range(tally[KEPT]):
        work.pending[number] = work.kept[number]


def step(terrain: Terrain, routes: Routes, spare: Routes, work: Work, manner: Manner) -> int:
    """Ruin and recreate once; return how much travel there is more, absence left aside."""
    tally = work.tally
    tally[KEPT] = tally[PENDING] = tally[ABSENT]
    for number in range(tally[ABSENT]):
        work.kept[number] = work.pending[number]
    for number in range(tally[TOUCHED]):
        work.mark[work.touched[number]] = 0
    tally[TOUCHED] = 0
    ruin(terrain, routes, spare, work, manner)
    sort(terrain, work, manner)
    recreate(terrain, routes, spare, work, manner)
    more = 0
    for number in range(tally[TOUCHED]):
        row = work.touched[number]
        more += routes.travel[row] - spare.travel[row]
    return more


def absence(terrain: Terrain, work: Work, manner: Manner) -> int:
    """Return what absence costs more than before this step; teach who is hard to place."""
    more, tally = 0, work.tally
    for number in range(tally[ABSENT]):
        visit = work.pending[number]
        if manner.for_room:
            work.key[MISSED * terrain.visits + visit] -= 1
            more -= work.key[MISSED * terrain.visits + visit]
        else:
            more += work.weight[visit]
    for number in range(tally[KEPT]):
        visit = work.kept[number]
        if manner.for_room:
            more += work.key[MISSED * terrain.visits + visit]
        else:
            more -= work.weight[visit]
    return more


def annealed(
    terrain: Terrain,
    routes: Routes,
    spare: Routes,
    best: Routes,
    work: Work,
    manner: Manner,
    heat: float,
    cooling: float,
    steps: int,
) -> int:
    """Take up to `steps` steps, accepting less and less; return how many were taken.

    `best` follows the cheapest routes; the run ends when they cost `tally[LOWEST]` or less, or
    when room was wanted and is found.
    """
    tally = work.tally
    for number in range(steps):
        if terrain.visits == 0 or tally[BEST] <= tally[LOWEST]:
            return number
        travel = step(terrain, routes, spare, work, manner)
        missing = absence(terrain, work, manner)
        limit = -heat * math.log(chance(work.dice))
        heat *= cooling
        if manner.for_room:
            taken = missing < 0 or (tally[ABSENT] <= tally[KEPT] and travel < limit)
            cost = tally[ABSENT]
        else:
            cost = tally[COST] + travel + missing
            taken = travel + missing < limit
        if not taken:
            undo(terrain, routes, spare, work)
            continue
        tally[COST] = cost
        if cost < tally[BEST]:
            tally[BEST] = cost
            for row in range(terrain.crew):
                copied(terrain, routes, best, row)
    return steps


# In the order in which they need each other.
LOOPS = (
    *(drawn, below, chance),
    *(first_begin, last_begin, forward, backward, refreshed, reaches, put, taken_out),
    *(copied, housed),
    *(touch, string_out, ruin, sort, cheapest, recreate, undo, step, absence, annealed),
)
