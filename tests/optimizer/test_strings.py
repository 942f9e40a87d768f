from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings

from optimizer.compiled import compile_loops, numba
from optimizer.improve import SHORT, Improvement
from optimizer.instances import read
from optimizer.objective import Objective
from optimizer.problem import Problem
from optimizer.recreation import ROOM
from optimizer.strings.annealing import Annealing, is_loaded
from optimizer.strings.recreate import cheapest
from optimizer.strings.ruin import COST, Manner
from optimizer.strings.terrain import MOST_WEIGHT, fitted
from optimizer.tours import Network, Tour
from optimizer.warm import warm
from tests.optimizer.random_days import days, is_kept, random_plan, random_problem

DAYS = Path(__file__).resolve().parents[3] / "shared" / "data" / "day_instances"
with_days = pytest.mark.skipif(not DAYS.exists(), reason="../shared/data is not here")


def absent(network: Network, tours: list[Tour]) -> list[int]:
    served = {visit for tour in tours for visit in tour.visits}
    return [visit for visit in range(network.size) if visit not in served]


def begun(
    problem: Problem, tours: list[Tour], network: Network, seed: int, *, fast: bool, manner: Manner
) -> Annealing:
    weights = Objective(network, []).weights
    annealing = Annealing(network, weights, manner, seed, fast=fast)
    annealing.begin(tours, absent(network, tours), lowest=-1)
    return annealing


@settings(max_examples=60, deadline=None)
@given(day=days())
def test_routes_keep_every_rule_and_their_cost_is_that_of_the_objective_after_every_step(day):
    problem, plan, _ = day
    network = Network(problem)
    objective = Objective(network, [])
    annealing = begun(problem, network.tours_of(plan), network, 3, fast=False, manner=SHORT)
    for _ in range(12):
        annealing.steps(heat=20.0, steps=1)
        now = annealing.tours(annealing.now)
        assert is_kept(problem, network.plan_of(now))
        assert objective.cost(now) == annealing.work.tally[COST]
        assert annealing.cost == objective.cost(annealing.tours(annealing.best))
        assert_slack_is_that_of_tours(annealing)


def assert_slack_is_that_of_tours(annealing: Annealing) -> None:
    """Hold what is kept of every route, taken back steps included, to a fresh calculation."""
    routes, width = annealing.now, annealing.network.size + 2
    for tour in annealing.tours(annealing.now):
        first, last = tour.technician * width, tour.technician * width + len(tour.visits) + 1
        slack = tour.slack
        assert list(routes.stops[first : last + 1]) == list(tour.nodes)
        assert list(routes.due[first:last]) == slack.due
        assert list(routes.taken[first:last]) == slack.taken
        assert list(routes.late_due[first + 1 : last + 1]) == slack.latest_due
        assert list(routes.late_taken[first + 1 : last + 1]) == slack.latest_taken
        assert routes.travel[tour.technician] == tour.travel_s
        assert all(routes.home[visit] == tour.technician for visit in tour.visits)


@settings(max_examples=80, deadline=None)
@given(day=days())
def test_the_cheapest_place_is_that_of_the_other_insertion(day):
    problem, plan, _ = day
    network = Network(problem)
    tours = network.tours_of(plan)
    annealing = begun(problem, tours, network, 1, fast=False, manner=SHORT)
    for visit in absent(network, tours):
        found = cheapest(annealing.terrain, annealing.now, annealing.work, visit, 0)
        others = [
            (insertion[0], row, insertion[1])
            for row in network.servers[visit]
            if (insertion := network.insertion(tours[row], visit))
        ]
        row, at = min(others)[1:] if others else (-1, -1)
        assert found == (row, row * (network.size + 2) + at if others else -1)


@settings(max_examples=40, deadline=None)
@given(day=days())
def test_without_heat_the_cost_never_rises(day):
    problem, plan, _ = day
    network = Network(problem)
    annealing = begun(problem, network.tours_of(plan), network, 5, fast=False, manner=SHORT)
    before = annealing.work.tally[COST]
    for _ in range(10):
        annealing.steps(heat=1e-9, steps=1)
        assert annealing.work.tally[COST] <= before
        before = annealing.work.tally[COST]


@pytest.mark.skipif(numba() is None, reason="Numba is not installed")
@pytest.mark.parametrize("manner", [SHORT, ROOM], ids=["short", "room"])
def test_compiled_and_plain_loops_take_the_same_steps(manner):
    compile_loops()
    for seed in range(40):
        rng = random.Random(seed)
        problem = random_problem(rng, rng.randint(1, 3), rng.randint(1, 8))
        network = Network(problem)
        tours = network.tours_of(random_plan(rng, problem))
        runs = [
            begun(problem, tours, network, seed, fast=fast, manner=manner) for fast in (True, False)
        ]
        for _ in range(4):
            taken = [run.steps(heat=15.0, steps=9, cooling=0.97) for run in runs]
            assert taken[0] == taken[1]
            assert runs[0].cost == runs[1].cost
            for fast, plain in zip(runs[0].now, runs[1].now, strict=True):
                assert fast.tolist() == plain


@with_days
def test_the_same_seed_and_steps_give_the_same_plan():
    problem = read(DAYS / "K3n20s1.json").problem
    network = Network(problem)
    empty = [network.tour(row, ()) for row in range(len(problem.technicians))]
    plans = []
    for seed in (7, 7, 8):
        annealing = begun(problem, empty, network, seed, fast=False, manner=SHORT)
        annealing.steps(heat=200.0, steps=60, cooling=0.95)
        plans.append(network.plan_of(annealing.tours(annealing.best)))
    assert plans[0] == plans[1] != plans[2]


@with_days
def test_routes_on_the_way_are_remembered_for_the_columns():
    problem = read(DAYS / "K3n20s2.json").problem
    network = Network(problem)
    improvement = Improvement(network, Objective(network, []), seed=1)
    empty = [network.tour(row, ()) for row in range(len(problem.technicians))]
    first = improvement.filled(empty)
    assert is_kept(problem, network.plan_of(first))
    assert sum(len(tour.visits) for tour in first) > network.size / 2
    improvement.remember((tour.technician, tour.visits) for tour in first)
    assert list(improvement.seen) == [(t.technician, t.visits) for t in first if t.visits]


def test_weights_beyond_a_word_shrink_and_keep_their_order():
    assert fitted([5, 3, 0]) == [5, 3, 0]
    great = fitted([10**30, 10**29, 0])
    assert sum(great) < MOST_WEIGHT
    assert great[0] > great[1] > 0


@pytest.mark.skipif(numba() is None, reason="Numba is not installed")
def test_a_warm_process_has_the_compiled_loop_at_hand():
    compile_loops()
    assert warm()
    assert is_loaded()
