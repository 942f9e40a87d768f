"""Ruin and recreate over a day, some steps at a time: compiled over arrays, or plain over lists."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from optimizer.compiled import STRINGS, linked, may_use, numba
from optimizer.strings.dice import SIDES
from optimizer.strings.loops import LOOPS, annealed
from optimizer.strings.routes import Routes, refreshed
from optimizer.strings.ruin import ABSENT, BEST, COST, LOWEST, TALLY, Manner, Work
from optimizer.strings.terrain import Flat, Terrain, fitted, keys_of, terrain_of
from optimizer.tours import Network, Tour

# Steps between two looks at the clock take about this long.
LOOK_S = 0.0015

Flats = TypeVar("Flats", Terrain, Routes, Work, Manner)


@functools.cache
def fast_loop() -> Callable[..., int]:
    """Return the compiled loop; loading it takes half a second, compiling it ten."""
    return linked(LOOPS)


def is_loaded() -> bool:
    """Whether the compiled loop is at hand in this process without waiting."""
    return fast_loop.cache_info().currsize > 0


def may_load(seconds: float) -> bool:
    """Whether a run of so many seconds can afford the compiled loop."""
    return numba() is not None and may_use(STRINGS, seconds)


def arrays(some: Flats) -> Flats:
    """Return the same values with arrays for lists."""
    values = (np.array(one, np.int64) if isinstance(one, list) else one for one in some)
    return type(some)(*values)  # type: ignore[arg-type]


class Annealing:
    """Routes that are ruined and recreated. A seed repeats its draws, compiled or not."""

    def __init__(
        self, network: Network, weights: Sequence[int], manner: Manner, seed: int, *, fast: bool
    ) -> None:
        self.network, self.fast = network, fast
        self.terrain, self.manner = terrain_of(network), manner
        size, crew = network.size, self.terrain.crew
        dice = seed * 2_654_435_761 % SIDES or 1
        self.work = Work(
            *(fitted(weights), keys_of(network), [0] * size, [0] * size),
            *([0] * crew, [0] * crew, [0] * TALLY, [dice]),
        )
        self.plain = self.terrain
        if fast:
            self.terrain, self.manner = arrays(self.terrain), arrays(self.manner)
            self.work = arrays(self.work)
        self.chunk = 1

    def begin(self, tours: Sequence[Tour], absent: Sequence[int], lowest: int) -> None:
        """Start anew from these tours and visits without one; end at a cost of `lowest`."""
        self.now, self.spare, self.best = (self.entered(tours) for _ in range(3))
        tally, work = self.work.tally, self.work
        tally[ABSENT], tally[LOWEST] = len(absent), lowest
        for number, visit in enumerate(absent):
            work.pending[number] = visit
        cost = len(absent)
        if not self.manner.for_room:
            weights = sum(int(work.weight[visit]) for visit in absent)
            cost = sum(tour.travel_s for tour in tours) + weights
        tally[COST] = tally[BEST] = cost

    def entered(self, tours: Sequence[Tour]) -> Routes:
        """Return tours as routes."""
        size, crew = self.network.size, len(tours)
        width = size + 2
        stops, count, home = [0] * (crew * width), [0] * crew, [-1] * size
        for tour in tours:
            start, row = tour.technician * width, tour.technician
            stops[start : start + len(tour.nodes)] = tour.nodes
            count[row] = len(tour.visits)
            for visit in tour.visits:
                home[visit] = row
        due, taken, late_due, late_taken = ([0] * (crew * width) for _ in range(4))
        room, travel = [0] * crew, [0] * crew
        routes = Routes(stops, count, due, taken, late_due, late_taken, room, travel, home)
        for row in range(crew):
            refreshed(self.plain, routes, row)
        return arrays(routes) if self.fast else routes

    def steps(self, heat: float, steps: int, cooling: float = 1.0) -> int:
        """Take up to so many steps, the heat times `cooling` after each; return how many."""
        loop: Callable[..., int] = fast_loop() if self.fast else annealed
        return loop(
            *(self.terrain, self.now, self.spare, self.best, self.work, self.manner),
            *(heat, cooling, steps),
        )

    def until(self, deadline: float, warm: float, cold: float) -> Iterator[None]:
        """Take steps until a moment (time.monotonic), yielding now and then; cooler and cooler."""
        started = time.monotonic()
        span, now = deadline - started, started
        while now < deadline:
            wanted = self.chunk
            heat = warm * (cold / warm) ** ((now - started) / span)
            if self.steps(heat, wanted) < wanted:
                return
            yield
            passed, now = time.monotonic() - now, time.monotonic()
            self.chunk = max(1, min(int(wanted * LOOK_S / max(passed, 1e-6)), 2 * wanted))

    @property
    def cost(self) -> int:
        """The least cost seen since `begin`."""
        return int(self.work.tally[BEST])

    def tours(self, routes: Routes) -> list[Tour]:
        """Return routes (`now` or `best`) as tours, one per technician."""
        return [self.network.tour(row, visits) for row, visits in self.orders(routes)]

    def orders(self, routes: Routes) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield every technician's row with the visits in order."""
        width = self.network.size + 2
        for row in range(self.terrain.crew):
            first = row * width + 1
            visits: Any = routes.stops[first : first + int(routes.length[row])]
            yield row, tuple(visits.tolist() if self.fast else visits)


def out_of(share: float) -> int:
    """Return a chance out of the dice's sides."""
    return int(share * SIDES)


def odds(*shares: int) -> Flat:
    """Return sums of chances out of 100, in the order of the keys."""
    return [sum(shares[: place + 1]) for place in range(len(shares))]
