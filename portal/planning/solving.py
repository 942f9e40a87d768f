"""Better routes for the same promises: read a version, solve apart, publish if nothing changed.

The solver runs in a process of its own and outside every transaction. A booking that comes
meanwhile wins: the publication is refused and the day is solved again from its new state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

import optimizer.problem as optimizer
from optimizer.apart import solve_apart
from optimizer.check import violations
from optimizer.plan import Plan
from optimizer.schedule import timed
from optimizer.solve import Solution
from portal.database import db, transaction
from portal.planning.actions import rearrange
from portal.planning.errors import PlanChanged
from portal.planning.facts import StopFact, stop_facts
from portal.planning.models import DayPlan
from portal.planning.problem import plan_of, problem_of
from portal.planning.queries import unsolved_days
from portal.planning.travel import travel_times
from portal.technicians.queries import roster

log = structlog.get_logger(__name__)

ATTEMPTS = 3
Solve = Callable[[optimizer.Problem, Plan], Solution]


@dataclass(frozen=True, slots=True)
class SolvedDay:
    """What solving one day brought; travel in seconds, `bound_s` what no plan can go below."""

    date: date
    stops: int
    before_s: int
    after_s: int
    bound_s: int | None
    violations: tuple[str, ...]
    published: bool


@dataclass(frozen=True, slots=True)
class DayState:
    """A day as read at one version: what the solver starts from."""

    plan_id: int
    date: date
    version: int
    problem: optimizer.Problem
    incumbent: Plan
    stops: tuple[StopFact, ...]


def solve_apart_for(seconds: float, seed: int) -> Solve:
    """Return the solver that works in its own process for at most so many seconds a day."""

    def solve(problem: optimizer.Problem, incumbent: Plan) -> Solution:
        return solve_apart(problem, incumbent, seconds=seconds, seed=seed, timeout=seconds * 4 + 60)

    return solve


def solve_day(plan_id: int, solve: Solve, now: datetime) -> SolvedDay:
    """Improve one day's routes and publish them; a day that keeps changing is left as it is."""
    for _ in range(ATTEMPTS):
        state = day_state(db.session(), plan_id)
        db.session.rollback()  # let go of the read transaction while the solver works
        solution = solve(state.problem, state.incumbent)
        solved = _outcome(state, solution)
        if solved.violations:
            log.warning("solve.refused", day_plan=plan_id, violations=len(solved.violations))
            return solved
        try:
            with transaction() as session:
                publish(session, state, solution, now)
        except PlanChanged:
            log.info("solve.overtaken", day_plan=plan_id, version=state.version)
            continue
        return replace(solved, published=True)
    return solved


def solve_changed_days(
    now: datetime, today: date, seconds: float, seed: int = 0
) -> list[SolvedDay]:
    """Solve every coming day that has changed since it was last solved."""
    plan_ids = [plan.id for plan in unsolved_days(db.session(), today)]
    solve = solve_apart_for(seconds, seed)
    return [solve_day(plan_id, solve, now) for plan_id in plan_ids]


def day_state(session: Session, plan_id: int) -> DayState:
    """Return the day as it stands now, with its version."""
    plan = session.get_one(DayPlan, plan_id, populate_existing=True)
    stops = stop_facts(session, [plan.id])[plan.id]
    working = roster(session, plan.branch_id, plan.date, plan.date).get(plan.date, ())
    return DayState(
        plan_id=plan.id,
        date=plan.date,
        version=plan.version,
        problem=problem_of(plan.date, working, stops, travel_times()),
        incumbent=plan_of(working, stops),
        stops=stops,
    )


def publish(session: Session, state: DayState, solution: Solution, now: datetime) -> None:
    """Make the solution the day's routes if the day is still at the version it was solved from.

    Raises PlanChanged otherwise. Windows are not touched, and nobody is told: nothing was promised
    that changed.
    """
    plan = session.scalar(
        sa.select(DayPlan)
        .where(DayPlan.id == state.plan_id, DayPlan.version == state.version)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if plan is None:
        raise PlanChanged
    rearrange(session, plan, _routes(state, solution.plan), solution.travel_s)
    plan.lower_bound_s = solution.lower_bound_s
    plan.solved_at = now
    plan.solved_version = plan.version
    session.flush()


def _routes(state: DayState, plan: Plan) -> list[tuple[int, list[int]]]:
    """Return stop ids by technician; what has no place in the plan stays with its technician."""
    routes = {int(route.technician): [int(key) for key in route.visits] for route in plan.routes}
    for stop in state.stops:
        if stop.key not in plan.served:
            routes.setdefault(stop.technician_id, []).append(stop.stop_id)
    return list(routes.items())


def _outcome(state: DayState, solution: Solution) -> SolvedDay:
    before = sum(timed(state.problem, route).travel_s for route in state.incumbent.routes)
    known = {fault.sentence for fault in violations(state.problem, state.incumbent)}
    faults = [fault.sentence for fault in violations(state.problem, solution.plan)]
    return SolvedDay(
        date=state.date,
        stops=len(state.stops),
        before_s=before,
        after_s=solution.travel_s,
        bound_s=solution.lower_bound_s,
        violations=tuple(fault for fault in faults if fault not in known),
        published=False,
    )
