"""What was driven stays as it was driven, however much better another order would be."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from optimizer.plan import Plan, Route
from optimizer.solve import solve
from portal.planning.begun import are_kept, begin, begun_stops, kept_in_place
from portal.planning.day import day_state
from portal.planning.errors import PlanChanged
from portal.planning.models import DayPlan, Stop
from portal.planning.publication import publish_routes
from portal.planning.queries import faults_of
from portal.planning.solving import solve_day
from tests.console.days import busy_day, plan_of_day, promise
from tests.factories import MONDAY_NOON, NEXT_MONDAY, make_technician, the_branch

BEFORE = Plan((Route("1", ("a", "b", "c")), Route("2", ("d", "e"))))


def order(session: Session) -> list[tuple[int, int]]:
    rows = session.execute(
        sa.select(Stop.technician_id, Stop.id).order_by(Stop.technician_id, Stop.position)
    )
    return [(technician, stop) for technician, stop in rows]


def shuffled(session: Session, plan: DayPlan) -> Plan:
    """Return routes in which everything stands the other way round."""
    routes = day_state(session, plan).routes().routes
    turned = [replace(one, visits=one.visits[::-1]) for one in routes]
    return Plan(tuple(turned))


@given(
    st.permutations(["a", "b", "c", "d", "e"]),
    st.integers(0, 5),
    st.sets(st.sampled_from(["a", "b", "c", "d", "e"])),
)
def test_whatever_is_proposed_what_was_driven_is_kept_and_nobody_is_lost(wanted, cut, begun):
    proposed = Plan((Route("1", tuple(wanted[:cut])), Route("2", tuple(wanted[cut:]))))
    kept = kept_in_place(proposed, BEFORE, begun)
    assert are_kept(kept, BEFORE, begun)
    served = [visit for route in kept.routes for visit in route.visits]
    assert sorted(served) == ["a", "b", "c", "d", "e"]


def test_without_anything_begun_a_proposal_stands():
    proposed = Plan((Route("1", ("c", "a")), Route("2", ("e", "d", "b"))))
    assert kept_in_place(proposed, BEFORE, ()) == proposed
    assert are_kept(proposed, BEFORE, ())


def test_what_somebody_began_who_fell_ill_goes_to_nobody_else():
    proposed = Plan((Route("1", ("a", "x", "b", "c")), Route("2", ("d", "e"))))
    assert kept_in_place(proposed, BEFORE, {"x"}).served == BEFORE.served
    assert not are_kept(proposed, BEFORE, {"x"})


@pytest.mark.heart
def test_better_routes_change_only_what_comes_after(session: Session):
    make_technician(session, name="Anouk")
    for _ in range(3):
        promise(session, time(8))
    plan = plan_of_day(session)
    before = order(session)
    begin(session, session.get_one(Stop, before[0][1]))
    session.commit()

    def turn_round(problem, incumbent):
        turned = [replace(one, visits=one.visits[::-1]) for one in incumbent.routes]
        return replace(solve(problem, incumbent, seconds=0.1, seed=0), plan=Plan(tuple(turned)))

    solve_day(plan.id, turn_round, MONDAY_NOON)
    session.expire_all()
    assert order(session) == [before[0], before[2], before[1]]
    assert faults_of(session, the_branch(session).id, NEXT_MONDAY) == ()


@pytest.mark.heart
def test_routes_that_would_change_it_are_not_published(session: Session):
    busy_day(session, visits=4, names=("Anouk",))
    plan = plan_of_day(session)
    state, routes = day_state(session, plan), shuffled(session, plan)
    publish_routes(session, state, routes)  # the control: nothing has begun
    session.rollback()
    begin(session, session.get_one(Stop, order(session)[0][1]))
    session.commit()
    state = day_state(session, plan)
    assert begun_stops(session, plan.id)
    with pytest.raises(PlanChanged):
        publish_routes(session, state, routes)
