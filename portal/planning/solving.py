"""Better routes for the same promises: read a version, solve apart, publish if nothing changed.

The solver runs in a process of its own and outside every transaction. A booking that comes
meanwhile wins: the publication is refused and the day is solved again from its new state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

import structlog
from sqlalchemy.orm import Session

import optimizer.problem as optimizer
from optimizer.apart import solve_apart
from optimizer.check import Kind, Violation, violations
from optimizer.plan import Plan
from optimizer.schedule import timed
from optimizer.solve import Solution
from portal.database import db, transaction
from portal.planning.begun import begun_stops, kept_in_place
from portal.planning.day import DayState, day_state
from portal.planning.errors import PlanChanged
from portal.planning.models import DayPlan
from portal.planning.publication import publish_routes
from portal.planning.queries import unsolved_days
from portal.rounds import one_by_one

log = structlog.get_logger(__name__)

ATTEMPTS = 3
Solve = Callable[[optimizer.Problem, Plan], Solution]


@dataclass(frozen=True, slots=True)
class SolvedDay:
    """What solving one day brought; travel in seconds, `bound_s` what no plan can go below.

    `violations` names promises that the solution would break and the routes before did not; then
    nothing is published.
    """

    date: date
    stops: int
    before_s: int
    after_s: int
    bound_s: int | None
    violations: tuple[str, ...]
    published: bool


def solve_apart_for(seconds: float, seed: int) -> Solve:
    """Return the solver that works in its own process for at most so many seconds a day."""

    def solve(problem: optimizer.Problem, incumbent: Plan) -> Solution:
        return solve_apart(problem, incumbent, seconds=seconds, seed=seed, timeout=seconds * 4 + 60)

    return solve


def solve_day(plan_id: int, solve: Solve, now: datetime) -> SolvedDay:
    """Improve one day's routes and publish them; a day that keeps changing is left as it is."""
    for _ in range(ATTEMPTS):
        state = _state(db.session(), plan_id)
        begun = begun_stops(db.session(), plan_id)
        db.session.rollback()  # let go of the read transaction while the solver works
        problem, incumbent = state.problem(), state.routes()
        solution = _after_what_began(problem, incumbent, solve(problem, incumbent), begun)
        solved = _outcome(state, problem, incumbent, solution)
        if solved.violations:
            log.warning("solve refused", day_plan=plan_id, violations=len(solved.violations))
            return solved
        try:
            with transaction() as session:
                publish(session, state, solution, now)
        except PlanChanged:
            log.info("solve overtaken", day_plan=plan_id, version=state.version)
            continue
        return replace(solved, published=True)
    return solved


def solve_changed_days(
    now: datetime, today: date, seconds: float, seed: int = 0
) -> list[SolvedDay]:
    """Solve every coming day that has changed since it was last solved.

    A day on which the solver fails is logged and passed over: the others do not wait for it.
    """
    plan_ids = [plan.id for plan in unsolved_days(db.session(), today)]
    solve = solve_apart_for(seconds, seed)
    return one_by_one(plan_ids, lambda plan_id: solve_day(plan_id, solve, now))


def publish(session: Session, state: DayState, solution: Solution, now: datetime) -> None:
    """Make the solution the day's routes, with what it is known to be worth; see publish_routes."""
    plan = publish_routes(session, state, solution.plan)
    plan.travel_s = solution.travel_s
    plan.lower_bound_s = solution.lower_bound_s
    plan.solved_at = now
    plan.solved_version = plan.version
    session.flush()


def _state(session: Session, plan_id: int) -> DayState:
    return day_state(session, session.get_one(DayPlan, plan_id, populate_existing=True))


def _after_what_began(
    problem: optimizer.Problem, incumbent: Plan, solution: Solution, begun: Collection[str]
) -> Solution:
    """Return the solution with all that was driven already as it was."""
    if not begun:
        return solution
    plan = kept_in_place(solution.plan, incumbent, begun)
    travel_s = sum(timed(problem, route).travel_s for route in plan.routes)
    return replace(solution, plan=plan, travel_s=travel_s)


def _outcome(
    state: DayState, problem: optimizer.Problem, incumbent: Plan, solution: Solution
) -> SolvedDay:
    in_trouble = _in_trouble(incumbent, violations(problem, incumbent))
    return SolvedDay(
        date=state.date,
        stops=len(state.stops),
        before_s=sum(timed(problem, route).travel_s for route in incumbent.routes),
        after_s=solution.travel_s,
        bound_s=solution.lower_bound_s,
        violations=tuple(
            fault.sentence
            for fault in violations(problem, solution.plan)
            if fault.kind is not Kind.UNSERVED or fault.ids[0] not in in_trouble
        ),
        published=False,
    )


def _in_trouble(plan: Plan, faults: tuple[Violation, ...]) -> set[str]:
    """Return the visits that faulty routes already endangered: leaving one out breaks nothing new.

    The last id of a route's fault is its technician.
    """
    unserved = {fault.ids[0] for fault in faults if fault.kind is Kind.UNSERVED}
    technicians = {fault.ids[-1] for fault in faults if fault.kind is not Kind.UNSERVED}
    return unserved.union(*(plan.route_of(technician).visits for technician in technicians))
