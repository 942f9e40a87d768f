"""Solve a few neighbouring routes at a time, by column generation: the rest of the day waits.

Source: POPMUSIC, Taillard and Voss (2002), doi:10.1007/978-1-4615-1507-4_27; here the parts are
solved to their optimum more often than not.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence

from optimizer.columns.certificate import Generation
from optimizer.columns.day import Day
from optimizer.columns.labels import column
from optimizer.columns.master import Column
from optimizer.tours import Network, Tour

# Visits in a part (35 are settled in 1-3 s of processor time), and seconds a part may take.
PART_VISITS, PART_S = 40, 6.0
# A day of so many visits is better taken whole: 70 are proven in 4-13 s of processor time.
WHOLE_VISITS = 120

Tours = list[Tour]


class Nearby:
    """Improves tours part by part; remembers which parts brought nothing."""

    def __init__(self, network: Network, seed: int) -> None:
        self.network = network
        self.seed = seed
        self.random = random.Random(seed)
        self.tried: set[frozenset[Tour]] = set()

    def run(
        self,
        tours: Sequence[Tour],
        deadline: float,
        found: Callable[[Sequence[Tour]], None] = lambda _: None,
    ) -> Tours:
        """Return tours that no part of improves any more, or those at `deadline`."""
        best, idle = list(tours), 0
        while idle < len(best) and time.monotonic() < deadline:
            part = self.part(best, self.random.randrange(len(best)))
            key = frozenset(best[row] for row in part)
            if key in self.tried:
                idle += 1
                continue
            self.tried.add(key)
            better = self.solved([best[row] for row in part], deadline)
            if better is None:
                continue
            for tour in better:
                best[tour.technician] = tour
            idle = 0
            found(best)
        return best

    def part(self, tours: Sequence[Tour], seed: int) -> list[int]:
        """Return rows of tours near to one, up to PART_VISITS visits."""
        seconds = self.network.seconds
        here = [*tours[seed].visits, tours[seed].nodes[0]]
        reach = [
            float(seconds[here][:, [*tour.visits, tour.nodes[0]]].min(1).mean()) for tour in tours
        ]
        reach[seed] = -1.0
        chosen: list[int] = []
        visits = 0
        for row in sorted(
            range(len(tours)), key=lambda one: reach[one] * self.random.uniform(1, 1.5)
        ):
            if visits + len(tours[row].visits) > PART_VISITS and len(chosen) > 1:
                break
            chosen.append(row)
            visits += len(tours[row].visits)
        return chosen

    def solved(self, part: Sequence[Tour], deadline: float) -> Tours | None:
        """Return cheaper tours for the same technicians and visits, None when none were found."""
        visits = sorted(visit for tour in part for visit in tour.visits)
        if not visits:
            return None
        day = Day.of(self.network, visits, [tour.technician for tour in part])
        start = columns_of(day, part)
        generation = Generation(day, start, (), bound_s=0, seed=self.seed)
        certificate = generation.run(min(deadline, time.monotonic() + PART_S))
        if certificate.best_s >= sum(tour.travel_s for tour in part):
            return None
        return tours_of(day, certificate.best)


def columns_of(day: Day, tours: Sequence[Tour]) -> list[Column]:
    """Return the columns of the tours that are not empty, with visits as places in the day."""
    return columns_along(day, ((tour.technician, tour.visits) for tour in tours))


def columns_along(day: Day, orders: Iterable[tuple[int, tuple[int, ...]]]) -> list[Column]:
    """Return the columns of technicians' orders of visits; what is not of the day is left out."""
    place = {visit: number for number, visit in enumerate(day.visits)}
    result = []
    for technician, visits in orders:
        if visits and technician in day.kind_of and all(visit in place for visit in visits):
            kind = day.kind_of[technician]
            order = tuple(place[visit] for visit in visits)
            result.append(column(kind, day.kinds[kind].ground, order))
    return result


def tours_of(day: Day, columns: Sequence[Column]) -> Tours:
    """Return one tour per technician of the day: the columns', and empty ones for the rest."""
    waiting = [list(columns_) for columns_ in by_kind(day, columns)]
    result = []
    for kind, some in zip(day.kinds, waiting, strict=True):
        for row, technician in enumerate(kind.technicians):
            order = some[row].visits if row < len(some) else ()
            visits = tuple(day.visits[place] for place in order)
            result.append(day.network.tour(technician, visits))
    return result


def by_kind(day: Day, columns: Sequence[Column]) -> list[list[Column]]:
    """Return the columns of each kind of technician."""
    result: list[list[Column]] = [[] for _ in day.kinds]
    for one in columns:
        result[one.kind].append(one)
    return result
