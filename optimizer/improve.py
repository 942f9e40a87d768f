"""Short routes by ruin and recreate: rounds of annealing from the best tours so far.

How a step goes is told in `strings`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from optimizer.objective import Objective
from optimizer.strings.annealing import Annealing, odds, out_of
from optimizer.strings.ruin import Manner
from optimizer.tours import Network, Tour

# Of 22 settings tried on seven days of 70 visits, 1.5 s and three seeds each, these were among the
# best: on average 0.35 % above the best known (the paper's 10, 10 and 1 %: 0.80 %). The keys are
# missed, far, near, narrow, early, late, rare; the rest of the time visits go back at random.
SHORT = Manner(8, 6, out_of(0.02), odds(0, 15, 7, 15, 15, 15, 8), for_room=0)
# Annealing: a step up by this share of the mean leg passes at first, and at the end.
WARM, COLD = 1.0, 0.03
# The first round takes this long at most, every further one twice as long; after so many without
# gain in succession it ends.
ROUND_S_PER_VISIT, IDLE_ROUNDS = 0.03, 2
# Not compiled, a step takes a hundred times as long.
SLOWER = 10
# Routes remembered for the columns, the latest ones.
REMEMBERED = 20_000

Tours = list[Tour]
Order = tuple[int, tuple[int, ...]]


class Improvement:
    """Ruin and recreate over a network. A seed repeats its draws; the clock decides how far.

    `fast` runs it compiled. `seen` are routes met on the way.
    """

    def __init__(
        self,
        network: Network,
        objective: Objective,
        seed: int,
        bound: int | None = None,
        *,
        fast: bool = False,
    ) -> None:
        self.network = network
        self.objective = objective
        self.bound = bound
        self.fast = fast
        self.annealing = Annealing(network, objective.weights, SHORT, seed, fast=self.fast)
        self.seen: dict[Order, None] = {}

    def run(
        self,
        tours: Sequence[Tour],
        deadline: float,
        found: Callable[[Sequence[Tour]], None] = lambda _: None,
    ) -> Tours:
        """Return the best tours seen until `deadline` (time.monotonic); `found` hears of each.

        Ends earlier when nothing better can exist, or when whole rounds have brought nothing.
        """
        best, idle = self.filled(tours), 0
        if self.objective.cost(best) < self.objective.cost(tours):
            found(best)
        span = ROUND_S_PER_VISIT * self.network.size * (1 if self.fast else SLOWER)
        while idle < IDLE_ROUNDS and not self.done(best) and (now := time.monotonic()) < deadline:
            better = self.annealed(best, min(deadline, now + span), found)
            idle = 0 if self.objective.cost(better) < self.objective.cost(best) else idle + 1
            best, span = better, 2 * span
        return best

    def filled(self, tours: Sequence[Tour]) -> Tours:
        """Return the tours after one step, which puts in whom it can; loads what is needed."""
        best = list(tours)
        self.annealing.begin(best, self.absent(best), lowest=-1)
        self.annealing.steps(heat=1.0, steps=1)
        return self.better(best, self.annealing.tours(self.annealing.best))

    def annealed(
        self, tours: Tours, deadline: float, found: Callable[[Sequence[Tour]], None]
    ) -> Tours:
        """Return the best tours of one round, accepting less and less."""
        annealing, best = self.annealing, tours
        annealing.begin(tours, self.absent(tours), -1 if self.bound is None else self.bound)
        cost = annealing.cost
        leg = 1 + sum(annealing.now.travel) / max(self.network.size, 1)
        for _ in annealing.until(deadline, WARM * leg, COLD * leg):
            self.remember(annealing.orders(annealing.now))
            if annealing.cost < cost:
                best, cost = self.better(best, annealing.tours(annealing.best)), annealing.cost
                found(best)
        return self.better(best, annealing.tours(annealing.best))

    def better(self, one: Tours, other: Tours) -> Tours:
        """Return the better of two, the first where they are as good."""
        return other if self.objective.cost(other) < self.objective.cost(one) else one

    def remember(self, orders: Iterable[Order]) -> None:
        """Keep routes on the way, the latest ones."""
        self.seen.update(dict.fromkeys(order for order in orders if order[1]))
        while len(self.seen) > REMEMBERED:
            del self.seen[next(iter(self.seen))]

    def done(self, tours: Sequence[Tour]) -> bool:
        """Whether nothing better can exist: all is served, at the lower bound of travel."""
        cost = self.objective.cost(tours)
        return self.network.size == 0 or (self.bound is not None and cost <= self.bound)

    def absent(self, tours: Sequence[Tour]) -> list[int]:
        """Return the visits in no tour."""
        served = {visit for tour in tours for visit in tour.visits}
        return [visit for visit in range(self.network.size) if visit not in served]
