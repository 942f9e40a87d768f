"""What makes one plan better than another, as a single whole number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer.problem import Problem
from optimizer.tours import Network, Tour


class Objective:
    """Cost of tours: kept promises first, then other promises, then prizes, then travel seconds.

    Each step weighs more than everything below it together. `kept` are the rows of promises that
    the incumbent serves: no plan without one of them is ever better than one with all.
    """

    def __init__(self, network: Network, kept: Iterable[int]) -> None:
        problem = network.problem
        prizes = sum(visit.prize_s for visit in problem.visits)
        longest = int(network.seconds.max(initial=0))
        self.prize = longest * (network.size + len(problem.technicians)) + 1
        self.promise = self.prize * (prizes + 1)
        self.breach = self.promise * (network.size + 1)
        self.weights = [self._weight(problem, row, frozenset(kept)) for row in range(network.size)]
        self.worst = sum(self.weights)

    def _weight(self, problem: Problem, row: int, kept: frozenset[int]) -> int:
        visit = problem.visits[row]
        if row in kept:
            return self.breach
        return visit.prize_s * self.prize if visit.optional else self.promise

    def cost(self, tours: Sequence[Tour]) -> int:
        """Return the cost of a plan; travel seconds are what is left of it by `prize`."""
        served = sum(self.weights[visit] for tour in tours for visit in tour.visits)
        return self.worst - served + sum(tour.travel_s for tour in tours)
