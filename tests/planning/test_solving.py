"""Solving: better routes for the same promises, published only if nothing changed meanwhile."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import optimizer.problem
from optimizer.errors import SolverTimedOut
from optimizer.plan import Plan
from optimizer.solve import Solution, solve
from portal.clock import AMSTERDAM
from portal.customers.models import Visit
from portal.database import transaction
from portal.planning import solving
from portal.planning.actions import admit, make_days
from portal.planning.models import DayPlan, Stop
from portal.planning.queries import planned_day, unsolved_days
from portal.planning.solving import solve_changed_days, solve_day
from portal.planning.windows import STANDARD_WINDOWS, Window
from portal.regions.models import Branch
from portal.technicians.models import Technician
from tests.factories import make_absence, make_day_plan, make_technician, make_visit, the_branch

pytestmark = pytest.mark.heart

MONDAY = date(2027, 3, 8)
NOW = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)


def quickly(problem: optimizer.problem.Problem, incumbent: Plan) -> Solution:
    return solve(problem, incumbent, seconds=0.05, seed=1)


def a_day_with_visits(session: Session, number: int = 6, technicians: int = 2) -> DayPlan:
    for _ in range(technicians):
        make_technician(session)
    plan = make_day_plan(session)
    for n in range(number):
        visit = make_visit(session)
        with transaction() as write:
            admit(write, visit, Window(MONDAY, *STANDARD_WINDOWS[n % 4]), opening_id=None)
    session.rollback()
    return plan


def promises(session: Session) -> set[tuple[int, time]]:
    session.rollback()
    return set(session.execute(sa.select(Stop.visit_id, Stop.window_start)).all())


def test_a_solution_moves_no_window_and_drops_nobody(session: Session) -> None:
    plan = a_day_with_visits(session)
    before = promises(session)
    solved = solve_day(plan.id, quickly, NOW)
    assert solved.published
    assert solved.after_s <= solved.before_s
    assert promises(session) == before
    day = planned_day(session, plan.branch_id, MONDAY)
    assert day is not None
    assert (day.violations, day.travel_s) == ((), solved.after_s)
    assert plan.solved_version == plan.version


def test_a_booking_that_comes_meanwhile_wins_and_the_day_is_solved_again(
    session: Session,
) -> None:
    plan = a_day_with_visits(session)
    late = make_visit(session)
    seen: list[int] = []

    def interrupted(problem: optimizer.problem.Problem, incumbent: Plan) -> Solution:
        seen.append(len(problem.visits))
        if len(seen) == 1:
            with transaction() as write:
                visit = write.get_one(Visit, late.id)
                admit(write, visit, Window(MONDAY, *STANDARD_WINDOWS[0]), opening_id=None)
        return quickly(problem, incumbent)

    solved = solve_day(plan.id, interrupted, NOW)
    assert seen == [6, 7]
    assert solved.published
    assert late.id in {visit_id for visit_id, _ in promises(session)}


def test_somebody_who_falls_ill_meanwhile_gets_no_visits(session: Session) -> None:
    plan = a_day_with_visits(session, number=4)
    ill = session.scalars(sa.select(Technician).order_by(Technician.id)).first()
    assert ill is not None
    ill_id = ill.id
    times = 0

    def interrupted(problem: optimizer.problem.Problem, incumbent: Plan) -> Solution:
        nonlocal times
        times += 1
        solution = quickly(problem, incumbent)
        if times == 1:
            make_absence(session, session.get_one(Technician, ill_id), MONDAY)
        return solution

    assert solve_day(plan.id, interrupted, NOW).published
    session.rollback()
    assert times == 2
    assert not session.scalar(sa.select(sa.exists().where(Stop.technician_id == ill_id)))


def test_a_day_with_stops_of_somebody_away_is_due_to_be_solved(session: Session) -> None:
    plan = a_day_with_visits(session)
    solve_day(plan.id, quickly, NOW)
    session.rollback()
    assert unsolved_days(session, MONDAY) == []
    for technician in session.scalars(sa.select(Technician)).all():
        make_absence(session, technician, MONDAY)
    assert [one.id for one in unsolved_days(session, MONDAY)] == [plan.id]


def test_when_not_everything_can_be_rescued_as_much_as_possible_is(session: Session) -> None:
    plan = a_day_with_visits(session, number=8, technicians=1)
    technician = session.scalars(sa.select(Technician)).one()
    for shift in technician.shifts:
        shift.ends = time(12)
    session.commit()
    before = promises(session)
    solved = solve_day(plan.id, quickly, NOW)
    assert solved.published
    assert promises(session) == before


def test_one_day_on_which_the_solver_fails_does_not_hold_up_the_others(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day_with_visits(session)
    other = make_day_plan(session, date(2027, 3, 9))
    visit = make_visit(session)
    with transaction() as write:
        admit(write, visit, Window(other.date, *STANDARD_WINDOWS[0]), opening_id=None)

    def fails_on_monday(_seconds: float, _seed: int) -> solving.Solve:
        def run(problem: optimizer.problem.Problem, incumbent: Plan) -> Solution:
            if problem.date == MONDAY:
                raise SolverTimedOut("too long")
            return quickly(problem, incumbent)

        return run

    monkeypatch.setattr(solving, "solve_apart_for", fails_on_monday)
    solved = solve_changed_days(NOW, MONDAY, seconds=1)
    assert [day.date for day in solved] == [date(2027, 3, 9)]


def test_making_days_twice_makes_them_once(session: Session) -> None:
    branch_id = the_branch(session).id
    made = []
    for _ in range(2):
        with transaction() as write:
            branch = write.get_one(Branch, branch_id)
            made.append(make_days(write, branch, MONDAY, date(2027, 3, 14)))
    assert made == [7, 0]
