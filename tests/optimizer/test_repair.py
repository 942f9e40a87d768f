from __future__ import annotations

import itertools
import random
import time

import pytest
from hypothesis import given, settings

from optimizer.check import violations
from optimizer.ejection import ejected
from optimizer.errors import UnknownName
from optimizer.insertion import Candidate, evaluate, snapshot
from optimizer.plan import Plan, Route
from optimizer.problem import Location, Problem, Technician, TimeWindow, Visit
from optimizer.recreation import recreated
from optimizer.repair import repaired
from optimizer.tours import Network
from optimizer.travel import Matrix
from tests.optimizer.random_days import days, is_kept, random_plan, random_problem, with_visit

WEST, EAST = Location(0, 0), Location(0, 1)
ROADS = Matrix((WEST, EAST), [[0, 50], [50, 0]])


def crossed_day() -> tuple[Problem, Plan]:
    """Two people, each on the wrong side: no time is left until they swap."""
    shift = TimeWindow(0, 130)
    crew = (Technician("west", WEST, WEST, shift), Technician("east", EAST, EAST, shift))
    whole = (TimeWindow(0, 130),)
    visits = (Visit("in the east", EAST, 20, whole), Visit("in the west", WEST, 20, whole))
    plan = Plan((Route("west", ("in the east",)), Route("east", ("in the west",))))
    return Problem("crossed", None, crew, visits, ROADS), plan


def newcomer(place: Location, service_s: int = 100) -> Visit:
    return Visit("newcomer", place, service_s, (TimeWindow(0, 130),))


def fits_by_insertion(problem: Problem, plan: Plan, visit: Visit) -> bool:
    wanted = Candidate(visit.place, visit.service_s, visit.windows, visit.skills, load=visit.load)
    return bool(evaluate(wanted, [snapshot(problem, plan)]))


def test_a_newcomer_for_whom_two_must_swap_is_let_in():
    problem, plan = crossed_day()
    visit = newcomer(WEST)
    assert not fits_by_insertion(problem, plan, visit)
    wider = with_visit(problem, visit)
    better = repaired(wider, plan, "newcomer", seconds=2, seed=1)
    assert better is not None
    assert violations(wider, better) == ()
    assert better.served == {"in the east", "in the west", "newcomer"}


def test_ejection_and_recreation_each_find_it_alone():
    problem, plan = crossed_day()
    network = Network(with_visit(problem, newcomer(WEST)))
    tours = network.tours_of(plan)
    later = time.process_time() + 2
    for found in (ejected(network, tours, 2, later), recreated(network, tours, 2, 1, later)):
        assert found is not None
        assert violations(network.problem, network.plan_of(found)) == ()


def test_what_cannot_be_is_given_up_when_the_time_is_up():
    problem, plan = crossed_day()
    wider = with_visit(problem, newcomer(WEST, service_s=131))
    started = time.process_time()
    assert repaired(wider, plan, "newcomer", seconds=0.1, seed=1) is None
    assert time.process_time() - started < 2


def test_a_plan_that_is_broken_already_is_not_repaired():
    problem, _ = crossed_day()
    wider = with_visit(problem, newcomer(WEST, service_s=10))
    broken = Plan((Route("west", ("in the east", "in the west", "in the east")),))
    assert repaired(wider, broken, "newcomer", seconds=0.2, seed=1) is None


def test_a_newcomer_whom_nobody_knows_is_refused_by_name():
    problem, plan = crossed_day()
    with pytest.raises(UnknownName, match="no visit 'newcomer'"):
        repaired(problem, plan, "newcomer", seconds=0.1, seed=1)


@settings(max_examples=40, deadline=None)
@given(day=days())
def test_what_comes_back_keeps_every_promise(day):
    problem, plan, rng = day
    visit = Visit("newcomer", rng.choice(problem.technicians).start, 5, (TimeWindow(0, 100),))
    promised = tuple(one for one in problem.visits if one.id in plan.served or one.optional)
    wider = Problem("day", None, problem.technicians, (*promised, visit), problem.travel)
    better = repaired(wider, plan, "newcomer", seconds=0.05, seed=1)
    if better is not None:
        assert violations(wider, better) == ()
        assert plan.served | {"newcomer"} <= better.served


def every_plan(problem: Problem) -> list[Plan]:
    """Return each way to hand out and order all visits between two technicians."""
    names = [visit.id for visit in problem.visits]
    first, second = (one.id for one in problem.technicians)
    return [
        Plan((Route(first, order[:cut]), Route(second, order[cut:])))
        for order in itertools.permutations(names)
        for cut in range(len(order) + 1)
    ]


def refused_but_servable(rng: random.Random) -> tuple[Problem, Plan]:
    """Return a random day whose newcomer fits by rearranging only, as trying all plans shows."""
    while True:
        problem = random_problem(rng, 2, 3)
        plan = random_plan(rng, problem)
        wider = with_visit(problem, newcomer(problem.technicians[0].start, rng.randint(5, 30)))
        if len(plan.served) < 3 or fits_by_insertion(problem, plan, wider.visits[-1]):
            continue
        if any(is_kept(wider, one) for one in every_plan(wider)):
            return wider, plan


@pytest.mark.parametrize("seed", range(8))
def test_on_small_days_every_newcomer_that_can_be_served_is_let_in(seed):
    problem, plan = refused_but_servable(random.Random(seed))
    assert repaired(problem, plan, "newcomer", seconds=5, seed=seed) is not None
