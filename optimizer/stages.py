"""The stages of planning a day: ruin and recreate, neighbouring parts, the certificate, the rest.

Every stage starts from the best tours so far and serves the same visits or more; each may end the
run by reaching the lower bound. OR-Tools and the compiled loops are loaded when they are needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.bound import is_metric
from optimizer.compiled import COLUMNS, may_use
from optimizer.improve import Improvement
from optimizer.plan import Plan
from optimizer.rescue import rescued
from optimizer.tours import Network, Tour

if TYPE_CHECKING:
    from optimizer.nearby import Nearby

# OR-Tools takes 0.3 s to load and its guided search needs seconds to pay: below this it is left
# out. Its share is small: alone, from scratch, it ended 0.5-3.1 % above the best known on four days
# of 70 visits and 10 technicians in 10 s, ruin and recreate 0-0.3 %.
SHORTEST_SEARCH_S = 4.0
SEARCH_SHARE = 0.1
# Loading OR-Tools and the loops takes a second.
SHORTEST_COLUMNS_S = 1.5
# Where columns follow, ruin and recreate ends after this much a squared visit: 0.2 s for 20 visits,
# 2.5 s for 70, 22 s for 210.
FIRST_S, FIRST_SHARE = 0.0005, 0.7
# Of what is left, the parts get so much at most; a day that is one part is proven instead.
PARTS_SHARE = 0.15
# While promises are left out there is nothing to prove: this share of the time goes to them first.
RETRY_SHARE = 0.25

Told = Callable[[Sequence[Tour], int | None], None]


@dataclass(slots=True)
class Stages:
    """One run over a day until `deadline` (time.monotonic).

    `bound` rises as it goes; it holds for plans that serve all of `bound_for`, `weakest` for all.
    """

    improvement: Improvement
    seconds: float
    deadline: float
    seed: int
    bound: int | None
    told: Told
    weakest: int | None = None
    bound_for: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.weakest = self.bound

    def bound_of(self, plan: Plan) -> int | None:
        """Return the bound for a plan; the strong one needs the visits that it was made for."""
        return self.bound if self.bound_for <= plan.served else self.weakest

    @property
    def network(self) -> Network:
        """The network of the day."""
        return self.improvement.network

    def run(self, start: Sequence[Tour], *, certify: bool) -> Sequence[Tour]:
        """Return the best tours found; `bound` is then what is known to be needed at least."""
        if not certify or not self.may_use_columns():
            return self.searched(start)
        best: Sequence[Tour] = self.improvement.filled(start)
        span = min(FIRST_S * self.network.size**2, FIRST_SHARE * self.seconds)
        best = self.improvement.run(best, self.until(span), self.found)
        if not self.keeps_all(best):
            span = RETRY_SHARE * (self.deadline - time.monotonic())
            best = self.improvement.run(best, self.until(span), self.found)
        if self.keeps_all(best) and not self.is_done(best):
            best = self.certified(best)
        return best if self.is_done(best) else self.searched(best)

    def may_use_columns(self) -> bool:
        """Whether there is time for column generation, and for compiling it where needed."""
        left = self.deadline - time.monotonic()
        return left > SHORTEST_COLUMNS_S and may_use(COLUMNS, left)

    def until(self, span: float) -> float:
        """Return the moment `span` seconds from now, at most the deadline."""
        return min(self.deadline, time.monotonic() + span)

    def found(self, tours: Sequence[Tour]) -> None:
        """Tell of better tours."""
        self.told(tours, self.bound)

    def keeps_all(self, tours: Sequence[Tour]) -> bool:
        """Whether every promise is in a tour."""
        visits = self.network.problem.visits
        return all(visits[row].optional for row in self.improvement.absent(tours))

    def is_done(self, tours: Sequence[Tour]) -> bool:
        """Whether the tours serve all at the lower bound."""
        if self.improvement.absent(tours):
            return False
        return self.bound is not None and sum(one.travel_s for one in tours) <= self.bound

    def certified(self, tours: Sequence[Tour]) -> Sequence[Tour]:
        """Return tours for the same visits after parts and certificate; raises the bound."""
        from optimizer.nearby import WHOLE_VISITS, Nearby

        served = sum(len(tour.visits) for tour in tours)
        parts = Nearby(self.network, self.seed)
        if served > WHOLE_VISITS:
            span = PARTS_SHARE * (self.deadline - time.monotonic())
            tours = parts.run(tours, self.until(span), self.found)
        return self.proved(tours, parts)

    def proved(self, tours: Sequence[Tour], parts: Nearby) -> Sequence[Tour]:
        """Return the tours after column generation over all that they serve."""
        from optimizer.columns.certificate import Certificate, Generation
        from optimizer.columns.day import Day
        from optimizer.columns.master import Column
        from optimizer.nearby import columns_along, columns_of, tours_of

        visits = sorted(row for tour in tours for row in tour.visits)
        if not visits:
            return tours
        day = Day.of(self.network, visits, range(len(tours)))
        holds = len(visits) == self.network.size or is_metric(self.network.seconds)

        if holds:
            ids = self.network.problem.visits
            self.bound_for = frozenset(ids[row].id for row in visits)

        def told(certificate: Certificate) -> None:
            if holds:
                self.bound = max(self.bound or 0, certificate.bound_s)
            self.told(tours_of(day, certificate.best), self.bound)

        def polish(columns: tuple[Column, ...], deadline: float) -> tuple[Column, ...]:
            until = min(deadline, self.until(PARTS_SHARE * (deadline - time.monotonic())))
            return tuple(columns_of(day, parts.run(in_order(tours_of(day, columns)), until)))

        generation = Generation(
            day,
            columns_of(day, tours),
            columns_along(day, self.improvement.seen),
            bound_s=0,
            seed=self.seed,
            told=told,
            polish=polish,
        )
        certificate = generation.run(self.deadline)
        if holds:
            self.bound = max(self.bound or 0, certificate.bound_s)
        return in_order(tours_of(day, certificate.best))

    def searched(self, start: Sequence[Tour]) -> Sequence[Tour]:
        """Return tours after ruin and recreate, then guided local search where time allows."""
        self.improvement.bound = self.bound
        left = self.deadline - time.monotonic()
        if left < SHORTEST_SEARCH_S:
            return self.improvement.run(start, self.deadline, self.found)
        own = self.improvement.run(start, self.until(left * (1 - SEARCH_SHARE)), self.found)
        left = min(left * SEARCH_SHARE, self.deadline - time.monotonic())
        if self.improvement.done(own) or left <= 0:
            return own
        other = self.guided(own, left)
        if self.improvement.objective.cost(other) < self.improvement.objective.cost(own):
            self.found(other)
            return other
        return own

    def guided(self, tours: Sequence[Tour], seconds: float) -> Sequence[Tour]:
        """Return what OR-Tools makes of these tours; what it gets wrong comes back rescued."""
        from optimizer.search import Search

        plan = Search(self.network, self.improvement.objective).run(tours, seconds)
        return tours if plan is None else rescued(self.network, plan)


def in_order(tours: Sequence[Tour]) -> list[Tour]:
    """Return tours by technician, as the rest of the package keeps them."""
    return sorted(tours, key=lambda one: one.technician)
