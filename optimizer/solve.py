"""Plan a day: improve the incumbent, bound it, and let the independent check judge the result."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimizer.bound import travel_bound
from optimizer.check import Kind, Violation, violations
from optimizer.improve import Improvement
from optimizer.objective import Objective
from optimizer.plan import Plan
from optimizer.problem import Problem
from optimizer.rescue import rescued
from optimizer.schedule import timed
from optimizer.tours import Network, Tour

# OR-Tools takes 0.3 s to load and its guided search needs seconds to pay: below this it is left
# out. Its share is small: alone, from scratch, it ended 0.5-3.1 % above the best known on four days
# of 70 visits and 10 technicians in 10 s, ruin and recreate 0-1.6 %.
SHORTEST_SEARCH_S = 4.0
SEARCH_SHARE = 0.2


class Status(enum.StrEnum):
    """How good a plan is known to be.

    `infeasible` says that this plan breaks or leaves out promises, not that none could keep them.
    """

    PROVEN = "proven"
    GAP = "gap"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan with what is known of it.

    `lower_bound_s` holds for the travel of every plan that keeps all promises; it and `gap`
    ((travel - bound) / travel) are None while a promise is not kept. `unserved` names all visits
    in no route, optional ones too; `violations` is what `check` says; `seconds` is wall time.
    """

    plan: Plan
    status: Status
    travel_s: int
    lower_bound_s: int | None
    gap: float | None
    unserved: tuple[str, ...]
    violations: tuple[Violation, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """A better plan was found after `seconds`: its travel and how many visits are in no route."""

    seconds: float
    travel_s: int
    unserved: int


def solve(
    problem: Problem,
    incumbent: Plan | None,
    *,
    seconds: float,
    seed: int,
    progress: Callable[[Progress], None] | None = None,
) -> Solution:
    """Return the best plan found within about `seconds` of wall time.

    It is never worse than the incumbent and serves every promise that the incumbent keeps. What of
    the incumbent breaks a rule counts as not kept. Equal travel is decided by less waiting.
    """
    started = time.monotonic()
    network = Network(problem)
    start = rescued(network, incumbent or Plan())
    objective = Objective(network, promises_in(problem, start))
    bound = travel_bound(network)

    def found(tours: Sequence[Tour]) -> None:
        if progress is not None:
            travel, served = sum(one.travel_s for one in tours), sum(len(t.visits) for t in tours)
            progress(Progress(time.monotonic() - started, travel, network.size - served))

    improvement = Improvement(network, objective, seed, bound)
    best = improved(improvement, start, started, seconds, found)
    plan = judged(network, objective, best, start)
    return solution_of(problem, plan, bound, time.monotonic() - started)


def promises_in(problem: Problem, tours: Sequence[Tour]) -> list[int]:
    """Return the rows of the promises that are in these tours."""
    return [row for tour in tours for row in tour.visits if not problem.visits[row].optional]


def improved(
    improvement: Improvement,
    start: Sequence[Tour],
    started: float,
    seconds: float,
    found: Callable[[Sequence[Tour]], None],
) -> Sequence[Tour]:
    """Return the best tours from ruin and recreate, then guided local search where time allows."""
    if seconds < SHORTEST_SEARCH_S:
        return improvement.run(start, started + seconds, found)
    own = improvement.run(start, started + seconds * (1 - SEARCH_SHARE), found)
    left = min(seconds * SEARCH_SHARE, started + seconds - time.monotonic())
    if improvement.done(own) or left <= 0:
        return own
    other = searched(improvement, own, left)
    if improvement.objective.cost(other) < improvement.objective.cost(own):
        found(other)
        return other
    return own


def searched(improvement: Improvement, tours: Sequence[Tour], seconds: float) -> Sequence[Tour]:
    """Return what OR-Tools makes of these tours; what it gets wrong comes back rescued."""
    from optimizer.search import Search  # loads OR-Tools, which most callers never need

    network = improvement.network
    plan = Search(network, improvement.objective).run(tours, seconds)
    return tours if plan is None else rescued(network, plan)


def judged(
    network: Network, objective: Objective, best: Sequence[Tour], start: Sequence[Tour]
) -> Plan:
    """Return the better of two plans that the check accepts: the found one, or the one kept.

    The search and the check were written apart; should they ever differ, the check wins.
    """
    problem = network.problem
    plan, old = network.plan_of(best), network.plan_of(start)
    if not is_kept(problem, plan):
        return old if is_kept(problem, old) else Plan()
    if objective.cost(start) > objective.cost(best):
        return plan
    return min(old, plan, key=lambda one: waiting_s(problem, one))


def is_kept(problem: Problem, plan: Plan) -> bool:
    """Whether nothing in the plan is wrong, apart from visits that it leaves out."""
    return all(fault.kind is Kind.UNSERVED for fault in violations(problem, plan))


def waiting_s(problem: Problem, plan: Plan) -> int:
    """Return the waiting seconds of all routes."""
    return sum(timed(problem, route).wait_s for route in plan.routes)


def solution_of(problem: Problem, plan: Plan, bound: int | None, seconds: float) -> Solution:
    """Return the solution of a plan with its faults, bound and status."""
    faults = violations(problem, plan)
    travel_s = sum(timed(problem, route).travel_s for route in plan.routes)
    served = plan.served
    unserved = tuple(visit.id for visit in problem.visits if visit.id not in served)
    bound = None if faults else bound
    gap = None if bound is None else (travel_s - bound) / max(travel_s, 1)
    forgone = any(problem.visit(visit).prize_s for visit in unserved)
    status = status_of(faults, gap, forgone)
    return Solution(plan, status, travel_s, bound, gap, unserved, faults, seconds)


def status_of(faults: Sequence[Violation], gap: float | None, forgone: bool) -> Status:
    """Return the status; a plan that forgoes a prize is never called proven."""
    if faults:
        return Status.INFEASIBLE
    if gap is None:
        return Status.FEASIBLE
    return Status.PROVEN if gap <= 0 and not forgone else Status.GAP
