from __future__ import annotations

import random

import pytest
from hypothesis import given, settings

from optimizer.errors import InvalidProblem, UnknownName
from optimizer.insertion import Candidate, Insertion, evaluate, snapshot, with_route
from optimizer.plan import Plan, Route
from optimizer.problem import Location, Problem, Technician, TimeWindow, Visit
from optimizer.schedule import timed
from optimizer.travel import GreatCircle, Matrix
from tests.optimizer.random_days import (
    days,
    is_kept,
    random_plan,
    random_problem,
    random_skills,
    random_window,
    with_visit,
)

HOUR = 3600


def random_candidate(rng: random.Random, problem: Problem) -> Candidate:
    places = [one.start for one in problem.technicians]
    places += [visit.place for visit in problem.visits]
    return Candidate(
        rng.choice(places),
        rng.randint(1, 12),
        tuple(random_window(rng) for _ in range(4)),
        random_skills(rng) if rng.random() < 0.3 else frozenset(),
        pinned_technician="t0" if rng.random() < 0.1 else None,
        load=rng.randint(0, 2),
    )


def newcomer(candidate: Candidate, window: TimeWindow) -> Visit:
    return Visit(
        "newcomer",
        candidate.place,
        candidate.service_s,
        (window,),
        candidate.skills,
        pinned_technician=candidate.pinned_technician,
        load=candidate.load,
    )


def by_brute_force(
    problem: Problem, plan: Plan, candidate: Candidate, window: TimeWindow
) -> tuple[int, int, int] | None:
    """Return (extra travel, technician row, position) of the best insertion, judged by check."""
    wider = with_visit(problem, newcomer(candidate, window))
    fitting = []
    for row, technician in enumerate(problem.technicians):
        old = timed(wider, plan.route_of(technician.id)).travel_s
        for position in range(len(plan.route_of(technician.id).visits) + 1):
            tried = plan.inserted("newcomer", technician.id, position)
            if is_kept(wider, tried):
                extra = timed(wider, tried.route_of(technician.id)).travel_s - old
                fitting.append((extra, row, position))
    return min(fitting, default=None)


@settings(max_examples=250, deadline=None)
@given(day=days())
def test_exactly_the_insertions_that_the_check_accepts_are_reported(day):
    problem, plan, rng = day
    candidate = random_candidate(rng, problem)
    found = {one.window: one for one in evaluate(candidate, [snapshot(problem, plan)])}
    for window in candidate.windows:
        best = by_brute_force(problem, plan, candidate, window)
        if best is None:
            assert window not in found
        else:
            extra, row, position = best
            name = problem.technicians[row].id
            assert found[window] == Insertion(0, window, name, position, extra)


@settings(max_examples=80, deadline=None)
@given(day=days(visits=4))
def test_nothing_fits_into_a_route_that_is_broken_already(day):
    problem, _, rng = day
    order = tuple(visit.id for visit in rng.sample(problem.visits, len(problem.visits)))
    plan = Plan((Route("t0", order),))
    candidate = random_candidate(rng, problem)
    for one in evaluate(candidate, [snapshot(problem, plan)]):
        wider = with_visit(problem, newcomer(candidate, one.window))
        time_faults = {"window missed", "shift exceeded", "lunch missed"}
        after = plan.inserted("newcomer", one.technician, one.position)
        assert is_kept(wider, Plan((after.route_of(one.technician),))) or not (
            time_faults & faults_of(wider, after.route_of(one.technician))
        )


def faults_of(problem: Problem, route: Route) -> set[str]:
    from optimizer.check import violations

    return {fault.kind.value for fault in violations(problem, Plan((route,)))}


@settings(max_examples=60, deadline=None)
@given(day=days())
def test_many_days_at_once_answer_as_each_day_alone(day):
    first, first_plan, rng = day
    second = random_problem(rng, 2, 4)
    second_plan = random_plan(rng, second)
    wide = Matrix(
        tuple(Location(0.0, float(number)) for number in range(40)),
        [[abs(a - b) for b in range(40)] for a in range(40)],
    )
    same = [
        snapshot(Problem("d", None, one.technicians, one.visits, wide), plan)
        for one, plan in ((first, first_plan), (second, second_plan))
    ]
    candidate = Candidate(Location(0.0, 1.0), 5, tuple(random_window(rng) for _ in range(3)))
    apart = [one for day in same for one in evaluate(candidate, [day])]
    together = evaluate(candidate, same)
    assert [(one.window, one.technician, one.position) for one in together] == [
        (one.window, one.technician, one.position) for one in apart
    ]
    assert [one.day for one in together] == sorted(one.day for one in together)


@settings(max_examples=60, deadline=None)
@given(day=days())
def test_replacing_one_route_equals_a_fresh_snapshot(day):
    problem, plan, rng = day
    technician = rng.choice(problem.technicians).id
    emptied = with_route(snapshot(problem, plan), technician, [])
    visits = [problem.visit(visit) for visit in plan.route_of(technician).visits]
    restored = with_route(emptied, technician, visits)
    assert (restored.block == snapshot(problem, plan).block).all()
    assert (emptied.block == snapshot(problem, plan.with_route(Route(technician))).block).all()


@settings(max_examples=60, deadline=None)
@given(day=days())
def test_a_replaced_route_is_asked_as_if_it_had_always_been_there(day):
    problem, plan, rng = day
    technician = rng.choice(problem.technicians).id
    start = snapshot(problem, plan)
    changed = with_route(start, technician, [])
    candidate = random_candidate(rng, problem)
    fresh = snapshot(problem, plan.with_route(Route(technician)))
    assert evaluate(candidate, [start, changed]) == evaluate(candidate, [start, fresh])


def two_technicians() -> Problem:
    home = Location(52.09, 5.12)
    shift = TimeWindow(8 * HOUR, 16 * HOUR)
    pair = tuple(Technician(name, home, home, shift) for name in ("first", "second"))
    return Problem("pair", None, pair, (), GreatCircle())


def test_ties_go_to_the_technician_who_comes_first():
    window = TimeWindow(8 * HOUR, 10 * HOUR)
    candidate = Candidate(Location(52.0, 5.0), 1800, (window,))
    day = snapshot(two_technicians(), Plan())
    (found,) = evaluate(candidate, [day])
    assert (found.technician, found.position) == ("first", 0)


def test_days_with_different_travel_models_answer_side_by_side():
    problem = two_technicians()
    slower = Problem("slow", None, problem.technicians, (), GreatCircle(detour=2.0))
    window = TimeWindow(8 * HOUR, 12 * HOUR)
    candidate = Candidate(Location(52.0, 5.0), 1800, (window,))
    quick, slow = evaluate(candidate, [snapshot(problem, Plan()), snapshot(slower, Plan())])
    assert (quick.day, slow.day) == (0, 1)
    assert quick.extra_travel_s < slow.extra_travel_s


def test_no_days_means_no_windows():
    assert evaluate(Candidate(Location(52, 5), 60, (TimeWindow(0, 1),)), []) == []


def test_a_day_without_technicians_offers_nothing():
    empty = Problem("empty", None, (), (), GreatCircle())
    candidate = Candidate(Location(52, 5), 60, (TimeWindow(0, 1),))
    assert evaluate(candidate, [snapshot(empty, Plan())]) == []


def test_a_candidate_without_duration_is_refused():
    with pytest.raises(InvalidProblem, match="candidate: service_s must be positive"):
        Candidate(Location(52, 5), 0, (TimeWindow(0, 1),))


def test_a_plan_for_somebody_unknown_is_refused():
    with pytest.raises(UnknownName, match="no technician 'ghost'"):
        snapshot(two_technicians(), Plan((Route("ghost"),)))
    with pytest.raises(UnknownName, match="no technician 'ghost'"):
        with_route(snapshot(two_technicians(), Plan()), "ghost", [])
