from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from optimizer.errors import InvalidProblem, UnknownName
from optimizer.plan import Plan, Route
from optimizer.problem import Location, Lunch, Problem, Technician, TimeWindow, Visit
from optimizer.travel import GreatCircle

HOME = Location(52.09, 5.12)
SHIFT = TimeWindow(28_800, 59_400)
ANN = Technician("ann", HOME, HOME, SHIFT, Lunch(1800, TimeWindow(41_400, 46_800)))
VISIT = Visit("v1", HOME, 2700, (TimeWindow(28_800, 36_000),))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"id": ""}, "visit '': id must not be empty"),
        ({"service_s": 0}, "visit 'v1': service_s must be positive"),
        ({"service_s": 2700.0}, "visit 'v1': service_s must be a whole number, not 2700.0"),
        ({"service_s": 10**10}, "visit 'v1': service_s 10000000000 is out of range"),
        ({"windows": ()}, "visit 'v1': windows must not be empty"),
        ({"prize_s": -1}, "visit 'v1': prize_s and load must not be negative"),
        ({"load": -1}, "visit 'v1': prize_s and load must not be negative"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_by_field(changes, fault):
    with pytest.raises(InvalidProblem) as caught:
        replace(VISIT, **changes)
    assert str(caught.value) == fault


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"id": ""}, "technician '': id must not be empty"),
        ({"capacity": -1}, "technician 'ann': capacity must not be negative"),
        (
            {"shift": TimeWindow(46_801, 59_400)},
            "technician 'ann': lunch.window ends before the shift: give no lunch",
        ),
    ],
)
def test_a_technician_who_cannot_be_is_refused_by_field(changes, fault):
    with pytest.raises(InvalidProblem) as caught:
        replace(ANN, **changes)
    assert str(caught.value) == fault


def test_windows_are_closed_so_one_moment_is_a_window_and_less_is_not():
    assert TimeWindow(5, 5).end == 5
    with pytest.raises(InvalidProblem, match="window: end 4 lies before start 5"):
        TimeWindow(5, 4)
    with pytest.raises(InvalidProblem, match="lunch: seconds must be positive"):
        Lunch(0, TimeWindow(5, 5))


def test_ids_are_unique_and_pins_point_at_somebody():
    with pytest.raises(InvalidProblem, match=r"visits\[1\] 'v1': id is taken by visits\[0\]"):
        Problem("day", None, (ANN,), (VISIT, VISIT), GreatCircle())
    with pytest.raises(InvalidProblem, match=r"technicians\[1\] 'ann': id is taken"):
        Problem("day", None, (ANN, ANN), (), GreatCircle())
    with pytest.raises(InvalidProblem, match=r"visits\[0\] 'v1': pinned_technician 'bob'"):
        Problem("day", None, (ANN,), (replace(VISIT, pinned_technician="bob"),), GreatCircle())


def test_a_problem_finds_its_own_and_names_strangers():
    day = Problem("day", None, (ANN,), (VISIT,), GreatCircle())
    assert (day.visit("v1"), day.technician("ann")) == (VISIT, ANN)
    with pytest.raises(UnknownName, match="the problem has no visit 'v2'"):
        day.visit("v2")
    with pytest.raises(UnknownName, match="the problem has no technician 'bob'"):
        day.technician("bob")


def test_a_problem_survives_the_way_to_another_process():
    day = Problem("day", None, (ANN,), (VISIT,), GreatCircle())
    assert pickle.loads(pickle.dumps(day)) == day


def test_a_technician_serves_who_asks_for_nothing_more():
    gas = replace(ANN, skills=frozenset({"gas"}))
    assert gas.may_serve({"gas"}, None)
    assert gas.may_serve((), "ann")
    assert not gas.may_serve({"gas", "heat pump"}, None)
    assert not gas.may_serve((), "bob")


def test_a_plan_is_changed_by_making_another():
    plan = Plan((Route("ann", ("a", "b")),))
    assert plan.inserted("c", "ann", 1).route_of("ann").visits == ("a", "c", "b")
    assert plan.inserted("c", "bob", 0).routes == (*plan.routes, Route("bob", ("c",)))
    assert plan.without(["a", "x"]) == Plan((Route("ann", ("b",)),))
    assert plan.served == {"a", "b"}
    assert plan.route_of("bob") == Route("bob")
