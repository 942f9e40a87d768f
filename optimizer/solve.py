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
from optimizer.stages import Stages
from optimizer.strings.annealing import may_load
from optimizer.tours import Network, Tour


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

    `lower_bound_s` holds for the travel of every plan that serves at least what this one serves;
    it and `gap` ((travel - bound) / travel) are None while a promise is not kept. `unserved` names
    all visits in no route, optional ones too; `violations` is what `check` says; `seconds` is wall
    time.
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
    """A better plan or bound was found after `seconds`; `unserved` counts visits in no route."""

    seconds: float
    travel_s: int
    unserved: int
    lower_bound_s: int | None


def solve(
    problem: Problem,
    incumbent: Plan | None,
    *,
    seconds: float,
    seed: int,
    progress: Callable[[Progress], None] | None = None,
    certify: bool = True,
) -> Solution:
    """Return the best plan found within about `seconds` of wall time.

    It is never worse than the incumbent and serves every promise that the incumbent keeps. What of
    the incumbent breaks a rule counts as not kept. Equal travel is decided by less waiting. Without
    `certify` no column generation is tried and the bound is the weak one of an assignment.
    """
    started = time.monotonic()
    network = Network(problem)
    start = rescued(network, incumbent or Plan())
    objective = Objective(network, promises_in(problem, start))
    bound = travel_bound(network)

    def told(tours: Sequence[Tour], bound_s: int | None) -> None:
        if progress is not None:
            travel, served = sum(one.travel_s for one in tours), sum(len(t.visits) for t in tours)
            since, unserved = time.monotonic() - started, network.size - served
            progress(Progress(since, travel, unserved, bound_s))

    fast = may_load(seconds)
    improvement = Improvement(network, objective, seed, bound, fast=fast)
    stages = Stages(improvement, seconds, started + seconds, seed, bound, told)
    best = stages.run(start, certify=certify)
    plan = judged(network, objective, best, start)
    return solution_of(problem, plan, stages.bound_of(plan), time.monotonic() - started)


def promises_in(problem: Problem, tours: Sequence[Tour]) -> list[int]:
    """Return the rows of the promises that are in these tours."""
    return [row for tour in tours for row in tour.visits if not problem.visits[row].optional]


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
    forgone = any(
        visit.prize_s if visit.id in unserved else visit.optional and not visit.prize_s
        for visit in problem.visits
    )
    status = status_of(faults, gap, forgone)
    return Solution(plan, status, travel_s, bound, gap, unserved, faults, seconds)


def status_of(faults: Sequence[Violation], gap: float | None, forgone: bool) -> Status:
    """Return the status; a plan that forgoes a prize, or serves for none, is never proven."""
    if faults:
        return Status.INFEASIBLE
    if gap is None:
        return Status.FEASIBLE
    return Status.PROVEN if gap <= 0 and not forgone else Status.GAP
