"""A good plan from the linear programme: settle the routes it is surest of, price the rest anew.

What remains is a smaller day; when it is small enough it is solved to its optimum.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimizer.columns.day import Day
from optimizer.columns.labels import column
from optimizer.columns.master import Column, Relaxed
from optimizer.columns.pricing import Duals

if TYPE_CHECKING:
    from optimizer.columns.certificate import Generation

# A remaining day of so many visits is solved outright, in so many seconds at most; of a large day
# it may be a third.
SMALL_DAY, SMALL_DAY_S, LARGE_DAY = 36, 5.0, 120
# Programme and bound of what remains may lie this share of the cost apart at every step.
ROUGH = 0.01
# Of the technicians left, this share is settled per step, surest routes first.
SETTLED_SHARE = 0.12

# A technician's row and the rows of the visits, in order: what holds in any day of the network.
Order = tuple[int, tuple[int, ...]]


def dived(generation: Generation, deadline: float) -> tuple[Column, ...] | None:
    """Return columns of a better plan than the generation has, None when the dive finds none."""
    day, below_s = generation.day, generation.certificate.best_s
    settled: list[Order] = []
    at = generation
    small = len(day.visits) // 3 if len(day.visits) > LARGE_DAY else SMALL_DAY
    while time.monotonic() < deadline:
        if len(at.day.visits) <= small:
            span = SMALL_DAY_S * small / SMALL_DAY
            certificate = at.run(min(deadline, time.monotonic() + span))
            if not certificate.best:
                return None
            return columns_in(day, [*settled, *orders_of(at.day, certificate.best)])
        if at is not generation and (not at.converged(deadline, ROUGH) or at.certificate.proven):
            return None
        relaxed = at.master.solved()
        sure = orders_of(at.day, surest(at, relaxed))
        settled += sure
        if not sure or sum(len(visits) for _, visits in settled) == len(day.visits):
            return columns_in(day, settled) if sure else None
        below_s -= sum(one.travel_s for one in columns_in(day, sure))
        at = remaining(at, relaxed, sure, below_s)
    return None


def surest(generation: Generation, relaxed: Relaxed) -> list[Column]:
    """Return disjoint columns of the highest value: at least one, and all that are whole."""
    columns = generation.master.columns
    order = sorted(range(len(columns)), key=lambda one: -relaxed.values[one])
    crew = [len(kind.technicians) for kind in generation.day.kinds]
    most, chosen, held = max(1, round(SETTLED_SHARE * sum(crew))), list[Column](), set[int]()
    for number in order:
        one, value = columns[number], relaxed.values[number]
        if len(chosen) >= most and value < 0.99:
            break
        if chosen and value < 0.5:
            break
        if crew[one.kind] and held.isdisjoint(one.visits):
            crew[one.kind] -= 1
            held.update(one.visits)
            chosen.append(one)
    return chosen


def remaining(
    generation: Generation, relaxed: Relaxed, sure: Sequence[Order], below_s: int
) -> Generation:
    """Return the generation of what is left, with the columns and duals that still apply."""
    day = generation.day
    gone = {row for _, visits in sure for row in visits}
    away = {technician for technician, _ in sure}
    places = [place for place, row in enumerate(day.visits) if row not in gone]
    crew = [row for row in day.kind_of if row not in away]
    rest = Day.of(day.network, [day.visits[place] for place in places], crew)
    new_place = {place: number for number, place in enumerate(places)}
    pool = []
    for one in generation.master.columns:
        left = [row for row in day.kinds[one.kind].technicians if row not in away]
        if left and all(place in new_place for place in one.visits):
            visits = tuple(new_place[place] for place in one.visits)
            pool.append(Column(rest.kind_of[left[0]], visits, one.travel_s))
    start = Duals(tuple(relaxed.visit[place] for place in places), ())
    return type(generation)(
        rest, (), pool, bound_s=0, seed=generation.seed, below_s=below_s, start=start
    )


def orders_of(day: Day, columns: Sequence[Column]) -> list[Order]:
    """Return columns as technicians' rows and visits' rows; equal technicians in turn."""
    free = [list(kind.technicians) for kind in day.kinds]
    return [
        (free[one.kind].pop(), tuple(day.visits[place] for place in one.visits)) for one in columns
    ]


def columns_in(day: Day, orders: Sequence[Order]) -> tuple[Column, ...]:
    """Return orders as columns of a day."""
    place = {row: number for number, row in enumerate(day.visits)}
    result = []
    for technician, visits in orders:
        kind = day.kind_of[technician]
        order = tuple(place[row] for row in visits)
        result.append(column(kind, day.kinds[kind].ground, order))
    return tuple(result)
