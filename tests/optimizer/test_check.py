from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.check import Kind, violations
from optimizer.plan import Plan, Route
from optimizer.problem import Location, Lunch, Problem, Technician, TimeWindow, Visit
from optimizer.travel import Matrix

HOME, DOOR = Location(0, 0), Location(0, 1)
TRAVEL = Matrix((HOME, DOOR), [[0, 10], [10, 0]])

GAS = frozenset({"gas"})
PLAN = Plan((Route("ann", ("v1", "v2")), Route("bob", ("v3",))))


def good_day() -> Problem:
    """Ann: v1 10-60, v2 60-110, lunch on the way home, back at 160. Bob: v3 10-60, back at 70."""
    lunch = Lunch(40, TimeWindow(100, 119))
    shift = TimeWindow(0, 160)
    ann = Technician("ann", HOME, HOME, shift, lunch, GAS, capacity=2)
    bob = Technician("bob", HOME, HOME, shift, lunch)
    whenever = (TimeWindow(0, 100),)
    visits = (
        Visit("v1", DOOR, 50, whenever, GAS, load=1),
        Visit("v2", DOOR, 50, whenever, pinned_technician="ann", load=1),
        Visit("v3", DOOR, 50, whenever),
        Visit("v4", DOOR, 50, whenever, optional=True),
    )
    return Problem("good", None, (ann, bob), visits, TRAVEL)


def kinds(problem: Problem, plan: Plan) -> set[Kind]:
    return {fault.kind for fault in violations(problem, plan)}


def with_technician(name: str, **changes: object) -> Problem:
    day = good_day()
    crew = tuple(replace(one, **changes) if one.id == name else one for one in day.technicians)
    return replace(day, technicians=crew)


def with_changed_visit(name: str, **changes: object) -> Problem:
    day = good_day()
    visits = tuple(replace(one, **changes) if one.id == name else one for one in day.visits)
    return replace(day, visits=visits)


def test_a_good_plan_has_no_fault_and_optional_visits_may_stay_out():
    assert violations(good_day(), PLAN) == ()


def test_a_window_missed_by_one_second_is_named():
    late = with_changed_visit("v2", windows=(TimeWindow(0, 59),))
    (fault,) = violations(late, PLAN)
    assert fault.kind is Kind.WINDOW_MISSED
    assert fault.ids == ("v2", "ann")
    assert fault.sentence == "visit v2 begins at 00:01:00, after 00:00:59"
    assert kinds(with_changed_visit("v2", windows=(TimeWindow(0, 60),)), PLAN) == set()


def test_a_window_that_has_not_opened_is_waited_for():
    # Bob waits from 10 until 60, leaves at 110, is past 119 without lunch at 120, back at 160
    assert kinds(with_changed_visit("v3", windows=(TimeWindow(60, 60),)), PLAN) == set()
    # leaves at 120: lunch can no longer start by 119
    late = with_changed_visit("v3", windows=(TimeWindow(70, 70),))
    assert kinds(late, PLAN) == {Kind.LUNCH_MISSED}


def test_a_shift_exceeded_by_one_second_is_named():
    (fault,) = violations(with_technician("ann", shift=TimeWindow(0, 159)), PLAN)
    assert (fault.kind, fault.ids) == (Kind.SHIFT_EXCEEDED, ("ann",))
    assert fault.sentence == "technician ann is back at 00:02:40, after 00:02:39"


def test_a_lunch_that_cannot_start_in_time_is_named():
    # after v1 (left at 60) lunch would end at 140: too late for v2; after v2 it starts at 110
    lunch = Lunch(40, TimeWindow(100, 109))
    (fault,) = violations(with_technician("ann", lunch=lunch), PLAN)
    assert (fault.kind, fault.ids) == (Kind.LUNCH_MISSED, ("ann",))


def test_no_lunch_is_due_for_who_is_home_by_its_last_moment():
    assert kinds(with_technician("bob", lunch=Lunch(90, TimeWindow(70, 70))), PLAN) == set()
    assert kinds(with_technician("bob", lunch=Lunch(91, TimeWindow(69, 69))), PLAN) == {
        Kind.SHIFT_EXCEEDED  # 60 + 10 > 69, so lunch is had on the way: 69 + ... is past 160
    }


def test_a_missing_skill_is_named():
    (fault,) = violations(with_technician("ann", skills=frozenset()), PLAN)
    assert (fault.kind, fault.ids) == (Kind.SKILL_MISSING, ("v1", "ann"))
    assert fault.sentence == "technician ann lacks gas for v1"


def test_a_visit_with_somebody_else_than_pinned_is_named():
    swapped = Plan((Route("ann", ("v1",)), Route("bob", ("v2",)), Route("bob")))
    assert Kind.PINNED_ELSEWHERE in kinds(good_day(), swapped)


def test_more_load_than_fits_is_named():
    assert kinds(with_technician("ann", capacity=1), PLAN) == {Kind.OVERLOADED}


@pytest.mark.parametrize(
    ("plan", "kind", "ids"),
    [
        (Plan((Route("ann", ("v1", "v2")),)), Kind.UNSERVED, ("v3",)),
        (Plan((*PLAN.routes[:1], Route("bob", ("v3", "ghost")))), Kind.UNKNOWN_VISIT, ("ghost",)),
        (Plan((*PLAN.routes, Route("ghost"))), Kind.UNKNOWN_TECHNICIAN, ("ghost",)),
        (Plan((*PLAN.routes, Route("bob"))), Kind.TECHNICIAN_TWICE, ("bob",)),
    ],
)
def test_a_plan_about_the_wrong_people_is_named(plan, kind, ids):
    assert [(fault.kind, fault.ids) for fault in violations(good_day(), plan)] == [(kind, ids)]


def test_a_visit_served_twice_is_named():
    twice = Plan((Route("ann", ("v1", "v2")), Route("bob", ("v3", "v3"))))
    assert Kind.SERVED_TWICE in kinds(good_day(), twice)
