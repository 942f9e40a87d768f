"""Ruin and recreate that looks for room, not for short routes, and stops at the first plan with it.

Visits that often end up without a place count more and more, so that the search keeps those and
lets easier ones try. Source: the fleet minimisation of Christiaens and Vanden Berghe, Slack
Induction by String Removals (2020), doi:10.1287/trsc.2019.0914.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence

from optimizer.tours import Network, Tour

# Strings of up to so many visits are taken out, about so many visits a step. Of strings of 3, 4 and
# 6 and of 4, 6 and 10 visits these found most witnesses in 200 ms (five technicians, 90-95 % full).
LONGEST_STRING, MEAN_REMOVED = 4, 6
# Chance that a route is not looked at; 1 and 2 % found more than 5 and 10 %.
BLINK = 0.02
# Chances of the order in which visits are put back: hardest first, fewest technicians first, tight
# windows first; else at random.
HARDEST, RAREST, TIGHTEST = 0.6, 0.75, 0.9
# Annealing between equally complete plans: seconds of travel.
WARM, COLD = 300.0, 10.0


def recreated(
    network: Network, tours: Sequence[Tour], newcomer: int, seed: int, deadline: float
) -> list[Tour] | None:
    """Return tours that serve all of `tours` and the newcomer (a row), None when time ran out.

    `deadline` is a moment of time.monotonic.
    """
    return Recreation(network, seed).run(list(tours), [newcomer], deadline)


class Recreation:
    """The search and what it has learnt of which visits are hard to place."""

    def __init__(self, network: Network, seed: int) -> None:
        self.network = network
        self.random = random.Random(seed)
        self.missed = [1] * network.size
        distance = network.seconds[: network.size, : network.size]
        self.near: list[list[int]] = (distance + distance.T).argsort(kind="stable").tolist()
        self.width = [
            sum(window.end - window.start for window in one.windows) for one in network.work
        ]

    def run(self, tours: list[Tour], absent: list[int], deadline: float) -> list[Tour] | None:
        """Return tours without anybody absent, None when none were found by `deadline`."""
        travel_s = sum(tour.travel_s for tour in tours)
        started = time.monotonic()
        while (now := time.monotonic()) < deadline:
            other, left_out = self.step(tours, absent)
            if not left_out:
                return other
            for visit in left_out:
                self.missed[visit] += 1
            heat = WARM * (COLD / WARM) ** ((now - started) / (deadline - started))
            other_s = sum(tour.travel_s for tour in other)
            limit = travel_s - heat * math.log(self.random.random() or 1e-12)
            easier = self.hardness(left_out) < self.hardness(absent)
            if easier or (len(left_out) <= len(absent) and other_s < limit):
                tours, absent, travel_s = other, left_out, other_s
        return None

    def hardness(self, absent: Sequence[int]) -> int:
        """Return how much the absent visits count together."""
        return sum(self.missed[visit] for visit in absent)

    def step(self, tours: Sequence[Tour], absent: Sequence[int]) -> tuple[list[Tour], list[int]]:
        """Return tours after one ruin and recreate, and who is left without a place."""
        left, removed = self.ruined(tours, absent)
        return self.refilled(left, self.ordered([*absent, *removed]))

    def ruined(
        self, tours: Sequence[Tour], absent: Sequence[int]
    ) -> tuple[list[Tour], tuple[int, ...]]:
        """Return tours without strings of visits near an absent or any other one, and these."""
        left, removed, touched = list(tours), tuple[int, ...](), set[int]()
        home = {visit: row for row, tour in enumerate(tours) for visit in tour.visits}
        strings = self.random.randint(1, 2 * MEAN_REMOVED // LONGEST_STRING + 1)
        by_absent = self.random.random() < 0.5
        centre = self.random.choice(absent) if by_absent else self.random.randrange(len(self.near))
        for visit in self.near[centre]:
            row = home.get(visit)
            if row is None or row in touched:
                continue
            kept, string = self.without_string(tours[row].visits, visit)
            left[row] = self.network.tour(row, kept)
            removed += string
            touched.add(row)
            if len(touched) == strings:
                break
        return left, removed

    def without_string(
        self, visits: tuple[int, ...], visit: int
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return what is left of an order, and a string of it around `visit`."""
        length = self.random.randint(1, min(LONGEST_STRING, len(visits)))
        at = visits.index(visit)
        first = self.random.randint(max(0, at - length + 1), min(at, len(visits) - length))
        return visits[:first] + visits[first + length :], visits[first : first + length]

    def ordered(self, visits: list[int]) -> list[int]:
        """Return the visits in the order in which they are put back."""
        self.random.shuffle(visits)
        chance = self.random.random()
        if chance < HARDEST:
            visits.sort(key=lambda visit: -self.missed[visit])
        elif chance < RAREST:
            visits.sort(key=lambda visit: len(self.network.servers[visit]))
        elif chance < TIGHTEST:
            visits.sort(key=self.width.__getitem__)
        return visits

    def refilled(self, tours: list[Tour], visits: Sequence[int]) -> tuple[list[Tour], list[int]]:
        """Return tours with the visits put in where each is cheapest, and those without place."""
        left_out = []
        for visit in visits:
            best: tuple[int, int, int] | None = None
            for row in self.network.servers[visit]:
                if self.random.random() < BLINK:
                    continue
                insertion = self.network.insertion(tours[row], visit)
                if insertion is not None and (best is None or insertion[0] < best[0]):
                    best = (*insertion, row)
            if best is None:
                left_out.append(visit)
                continue
            _, at, row = best
            old = tours[row].visits
            tours[row] = self.network.tour(row, (*old[:at], visit, *old[at:]))
        return tours, left_out
