"""Ruin and recreate: take neighbouring strings of visits out of the routes, put them back cheaper.

Source: Christiaens and Vanden Berghe, Slack Induction by String Removals (2020),
doi:10.1287/trsc.2019.0914; here with the slack of the lunch rule and absent visits by weight.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence

from optimizer.objective import Objective
from optimizer.tours import Network, Tour

# Mean number of visits taken out per step and the longest string (the paper: 10 and 10; routes of
# six to nine visits a day are shorter than its benchmarks').
MEAN_REMOVED = 8
LONGEST_STRING = 6
# Chance that a route is not looked at for an insertion (the paper blinks at 1 % of positions; on
# 20 to 70 visits 5 % of routes ended lower).
BLINK = 0.05
# Annealing: a step up by 13 minutes of travel passes at first, by ten seconds at the end.
WARM, COLD = 800.0, 10.0
# A round of annealing takes this long at most; after so many without gain in succession it ends.
# (20 visits: the best known after 1.5 s on four days of five; 70 visits want 10 s and more.)
ROUND_S_PER_VISIT, IDLE_ROUNDS = 0.3, 2

Tours = list[Tour]


class Improvement:
    """Ruin and recreate over a network. A seed repeats its draws; the clock decides how far."""

    def __init__(
        self, network: Network, objective: Objective, seed: int, bound: int | None = None
    ) -> None:
        self.network = network
        self.objective = objective
        self.bound = bound
        self.random = random.Random(seed)
        distance = network.seconds[: network.size, : network.size]
        homes = network.seconds[network.size :, : network.size]
        self.far: list[int] = homes.min(axis=0, initial=1 << 40).tolist()  # from the nearest home
        self.near: list[list[int]] = (distance + distance.T).argsort(kind="stable").tolist()

    def run(
        self,
        tours: Sequence[Tour],
        deadline: float,
        found: Callable[[Sequence[Tour]], None] = lambda _: None,
    ) -> Tours:
        """Return the best tours seen until `deadline` (time.monotonic); `found` hears of each.

        Ends earlier when nothing better can exist, or when whole rounds have brought nothing.
        """
        best = self.recreated(list(tours), self.absent(tours))
        if self.objective.cost(best) < self.objective.cost(tours):
            found(best)
        idle = 0
        while idle < IDLE_ROUNDS and not self.done(best) and (now := time.monotonic()) < deadline:
            span = min(deadline - now, ROUND_S_PER_VISIT * self.network.size)
            better = self.annealed(best, span, found)
            idle = 0 if self.objective.cost(better) < self.objective.cost(best) else idle + 1
            best = better
        return best

    def annealed(self, tours: Tours, span: float, found: Callable[[Sequence[Tour]], None]) -> Tours:
        """Return the best tours of one round of `span` seconds, accepting less and less."""
        current = best = tours
        cost = best_cost = self.objective.cost(tours)
        started = time.monotonic()
        while not self.done(best) and (passed := (time.monotonic() - started) / span) < 1:
            candidate = self.step(current)
            new_cost = self.objective.cost(candidate)
            heat = WARM * (COLD / WARM) ** passed
            if new_cost < cost - heat * math.log(self.random.random() or 1e-12):
                current, cost = candidate, new_cost
            if new_cost < best_cost:
                best, best_cost = candidate, new_cost
                found(best)
        return best

    def done(self, tours: Sequence[Tour]) -> bool:
        """Whether nothing better can exist: all is served, at the lower bound of travel."""
        cost = self.objective.cost(tours)
        return self.network.size == 0 or (self.bound is not None and cost <= self.bound)

    def step(self, tours: Tours) -> Tours:
        """Return tours after one ruin and recreate."""
        ruined, removed = self.ruined(tours)
        return self.recreated(ruined, [*removed, *self.absent(tours)])

    def absent(self, tours: Sequence[Tour]) -> list[int]:
        """Return the visits in no tour."""
        served = {visit for tour in tours for visit in tour.visits}
        return [visit for visit in range(self.network.size) if visit not in served]

    def ruined(self, tours: Tours) -> tuple[Tours, list[int]]:
        """Return tours without strings of visits around a random one, and the visits taken."""
        left, removed, touched = list(tours), list[int](), set[int]()
        home = {visit: row for row, tour in enumerate(tours) for visit in tour.visits}
        strings = self.random.randint(1, max(1, 2 * MEAN_REMOVED // LONGEST_STRING + 1))
        for visit in self.near[self.random.randrange(self.network.size)]:
            row = home.get(visit)
            if row is None or row in touched:
                continue
            kept, string = self.without_string(tours[row].visits, visit)
            left[row] = self.network.tour(tours[row].technician, kept)
            removed += string
            touched.add(row)
            if len(touched) >= strings:
                break
        return left, removed

    def without_string(
        self, visits: tuple[int, ...], visit: int
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return what is left of an order, and a string of it around `visit` taken out."""
        length = self.random.randint(1, min(LONGEST_STRING, len(visits)))
        at = visits.index(visit)
        first = self.random.randint(max(0, at - length + 1), min(at, len(visits) - length))
        return visits[:first] + visits[first + length :], visits[first : first + length]

    def recreated(self, tours: Tours, absent: list[int]) -> Tours:
        """Return tours with the absent visits put in one by one where each is cheapest."""
        for visit in self.ordered(absent):
            place = self.cheapest(tours, visit)
            if place is not None:
                row, position = place
                old = tours[row]
                visits = (*old.visits[:position], visit, *old.visits[position:])
                tours[row] = self.network.tour(old.technician, visits)
        return tours

    def ordered(self, absent: list[int]) -> list[int]:
        """Return the absent, weightiest first, else at random, far first or tight window first."""
        self.random.shuffle(absent)
        choice = self.random.random()
        if choice < 0.4:
            absent.sort(key=lambda visit: -self.far[visit])
        elif choice < 0.6:
            absent.sort(key=lambda visit: len(self.network.servers[visit]))
        return sorted(absent, key=lambda visit: -self.objective.weights[visit])

    def cheapest(self, tours: Tours, visit: int) -> tuple[int, int] | None:
        """Return (row, position) of the cheapest insertion, now and then blind to a tour."""
        best, place = None, None
        for row in self.network.servers[visit]:
            if self.random.random() < BLINK:
                continue
            insertion = self.network.insertion(tours[row], visit)
            if insertion is not None and (best is None or insertion[0] < best):
                best, place = insertion[0], (row, insertion[1])
        return place
