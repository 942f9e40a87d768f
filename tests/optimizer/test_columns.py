from __future__ import annotations

import csv
import itertools
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from optimizer.check import route_faults
from optimizer.columns.certificate import Generation
from optimizer.columns.cuts import violated
from optimizer.columns.day import Day, merged
from optimizer.columns.diving import dived
from optimizer.columns.enumeration import routes_of
from optimizer.columns.ground import SCALE
from optimizer.columns.labels import column
from optimizer.columns.master import Column, prices_of
from optimizer.columns.pricing import Duals, priced
from optimizer.compiled import PURE, compile_loops
from optimizer.instances import read
from optimizer.nearby import columns_of
from optimizer.plan import Route
from optimizer.problem import Problem, TimeWindow
from optimizer.schedule import timed
from optimizer.solve import Status, solve
from optimizer.tours import Network
from tests.optimizer.random_days import random_problem

DAYS = Path(__file__).resolve().parents[3] / "shared" / "data" / "day_instances"
with_days = pytest.mark.skipif(not DAYS.exists(), reason="../shared/data is not here")
FAR = time.monotonic() + 10**6
# Travel and order of the cheapest route of a technician for a set of visits.
Cheapest = dict[frozenset[int], tuple[int, tuple[int, ...]]]


def random_day(rng: random.Random, visits: int) -> Problem:
    """Return a day of promises in a matrix that is no plane; most of it can be served."""
    problem = random_problem(rng, rng.randint(1, 3), visits)
    doors = [
        replace(one, optional=False, service_s=rng.randint(1, rng.choice((6, 20))))
        for one in problem.visits
    ]
    if rng.random() < 0.7:
        doors = [
            replace(one, windows=(wide(one.windows),), skills=frozenset(), pinned_technician=None)
            for one in doors
        ]
    crew = [
        replace(one, shift=TimeWindow(one.shift.start, one.shift.end + rng.choice((0, 60, 60))))
        for one in problem.technicians
    ]
    if len(crew) > 1 and rng.random() < 0.3:
        crew[1] = replace(crew[0], id=crew[1].id)
    return replace(problem, visits=tuple(doors), technicians=tuple(crew))


def wide(windows: tuple[TimeWindow, ...]) -> TimeWindow:
    return TimeWindow(min(one.start for one in windows), max(one.end for one in windows) + 30)


def cheapest_routes(problem: Problem, technician: int) -> Cheapest:
    """Return the cheapest route per set of visits: every order is tried, and the check judges."""
    best: Cheapest = {frozenset(): (0, ())}
    rows, who = range(len(problem.visits)), problem.technicians[technician].id
    for length in range(1, len(problem.visits) + 1):
        for order in itertools.permutations(rows, length):
            route = Route(who, tuple(problem.visits[row].id for row in order))
            if route_faults(problem, route):
                continue
            travel = timed(problem, route).travel_s
            best[frozenset(order)] = min(
                best.get(frozenset(order), (travel, order)), (travel, order)
            )
    return best


@dataclass(frozen=True)
class Known:
    """A small day with all its routes, its least travel, and the dearest of its plans."""

    problem: Problem
    day: Day
    routes: list[Cheapest]
    optimum: int
    start: list[Column]


def known_day(seed: int, visits: int) -> Known | None:
    rng = random.Random(seed)
    problem = random_day(rng, visits)
    crew = range(len(problem.technicians))
    routes = [cheapest_routes(problem, row) for row in crew]
    plans: dict[frozenset[int], list[tuple[int, list[tuple[int, tuple[int, ...]]]]]] = {}
    plans[frozenset()] = [(0, [])]
    for row in crew:
        longer: dict[frozenset[int], list[tuple[int, list[tuple[int, tuple[int, ...]]]]]] = {}
        for held, some in plans.items():
            for more, (travel, order) in routes[row].items():
                if not held & more:
                    entry = longer.setdefault(held | more, [])
                    entry += [(cost + travel, [*chosen, (row, order)]) for cost, chosen in some]
        plans = {held: [min(some), max(some)] for held, some in longer.items()}
    whole = plans.get(frozenset(range(visits)))
    if not whole:
        return None
    network = Network(problem)
    day = Day.of(network, range(visits), crew)
    tours = [network.tour(row, order) for row, order in whole[1][1]]
    return Known(problem, day, routes, whole[0][0], columns_of(day, tours))


@pytest.mark.parametrize("seed", range(40))
def test_the_proven_optimum_is_that_of_trying_everything(seed):
    known = known_day(seed, random.Random(seed).randint(1, 5))
    if known is None:
        return
    certificate = Generation(known.day, known.start, (), bound_s=0, seed=1).run(FAR)
    assert (certificate.best_s, certificate.bound_s) == (known.optimum, known.optimum)
    assert sum(one.travel_s for one in certificate.best) == known.optimum


@pytest.mark.parametrize("seed", range(100, 115))
def test_no_bound_on_the_way_lies_above_the_optimum(seed):
    known = known_day(seed, 5)
    if known is None:
        return
    generation = Generation(known.day, known.start, (), bound_s=0, seed=1)
    for _ in range(6):
        generation.converged(FAR)
        assert generation.centre is not None
        assert generation.centre.bound_s <= known.optimum
        if not generation.cut():
            break


@pytest.mark.parametrize("seed", range(200, 240))
def test_whatever_the_duals_least_cost_and_enumeration_are_those_of_trying_everything(seed):
    rng = random.Random(seed)
    visits = rng.randint(3, 5)
    known = known_day(seed, visits)
    if known is None:
        return
    triples = list(itertools.combinations(range(visits), 3))
    cuts = rng.sample(triples, rng.randint(0, len(triples)))
    visit = tuple(rng.uniform(-5, 40) for _ in range(visits))
    duals = Duals(visit, tuple(-rng.uniform(0, 25) for _ in cuts))
    prices = prices_of(known.day, duals.visit, duals.cut, cuts)
    paid = {
        frozenset(members): price
        for members, price in zip(prices.members.tolist(), prices.cut.tolist(), strict=True)
    }
    round_ = priced(known.day, duals, cuts, FAR)
    assert round_ is not None
    for number, kind in enumerate(known.day.kinds):
        costs = {
            held: (
                travel * SCALE
                - sum(int(prices.visit[row]) for row in held)
                + sum(price for triple, price in paid.items() if len(triple & held) > 1),
                travel,
            )
            for held, (travel, _) in known.routes[kind.technicians[0]].items()
            if held
        }
        assert round_.least[number] == min(0, *(cost for cost, _ in costs.values()), 0)
        limit = rng.randint(-20, 60) * SCALE
        found = routes_of(kind, number, prices, limit, 10_000, FAR)
        assert found is not None
        assert {frozenset(one.visits): one.travel_s for one in found} == {
            held: travel for held, (cost, travel) in costs.items() if cost <= limit
        }


def test_a_run_cut_short_keeps_its_plan_and_claims_nothing():
    known = next(filter(None, (known_day(seed, 5) for seed in range(300, 400))))
    certificate = Generation(known.day, known.start, (), bound_s=0, seed=1).run(time.monotonic())
    assert certificate.bound_s <= known.optimum <= certificate.best_s


def test_equal_technicians_are_one_kind():
    known = next(
        known
        for seed in range(400)
        if (known := known_day(seed, 3)) and len(known.day.kinds) < len(known.problem.technicians)
    )
    assert max(len(kind.technicians) for kind in known.day.kinds) > 1


def test_a_triple_held_one_and_a_half_times_is_cut():
    routes, values = [(0, 1), (1, 2), (0, 2), (3,)], [0.5, 0.5, 0.5, 1.0]
    assert violated(4, routes, values, (), 10) == [(0, 1, 2)]
    assert violated(4, routes, values, [(0, 1, 2)], 10) == []


def test_windows_that_touch_are_one():
    windows = [TimeWindow(8, 9), TimeWindow(0, 4), TimeWindow(3, 7)]
    assert merged(windows) == [(0, 9)]


def test_a_column_counts_both_ways_home():
    known = next(filter(None, (known_day(seed, 4) for seed in range(50))))
    for held, (travel, order) in known.routes[0].items():
        if held:
            kind = known.day.kind_of[0]
            assert column(kind, known.day.kinds[kind].ground, order).travel_s == travel


@with_days
@pytest.mark.parametrize("name", [f"K3n20s{seed}" for seed in range(1, 6)])
def test_small_real_days_are_proven_at_the_known_optimum(name):
    compile_loops()
    solution = solve(read(DAYS / f"{name}.json").problem, None, seconds=60, seed=1)
    with (DAYS / "best_known.csv").open(encoding="utf-8") as lines:
        best = {row["instance"]: int(row["best_travel_s"]) for row in csv.DictReader(lines)}[name]
    assert (solution.status, solution.travel_s) == (Status.PROVEN, best)
    assert (solution.lower_bound_s, solution.violations) == (best, ())


@with_days
def test_a_large_day_cut_short_keeps_its_time_and_a_bound_below_the_best_known():
    compile_loops()
    solution = solve(read(DAYS / "K10n70s3.json").problem, None, seconds=5, seed=1)
    assert solution.seconds < 15
    assert solution.violations == ()
    assert solution.lower_bound_s is not None
    assert solution.lower_bound_s <= 31176 <= solution.travel_s


@with_days
def test_a_day_that_leaves_optional_visits_out_is_not_called_proven():
    problem = read(DAYS / "K3n20s1.json").problem
    doors = tuple(
        replace(one, optional=True, prize_s=600) if row % 4 == 0 else one
        for row, one in enumerate(problem.visits)
    )
    problem = replace(problem, visits=doors, technicians=problem.technicians[:2])
    solution = solve(problem, None, seconds=4, seed=1)
    if solution.lower_bound_s is not None:
        assert solution.lower_bound_s <= solution.travel_s
        assert solution.status is not Status.PROVEN or not solution.unserved


PROBE = """
from tests.optimizer.test_columns import FAR, known_day
from optimizer.columns.certificate import Generation
from optimizer.columns.pricing import Duals, priced
for seed in range(500, 512):
    known = known_day(seed, 4)
    if known:
        duals = Duals((30.5, 12.25, 21.0, 8.5), (-3.5, -6.0))
        round_ = priced(known.day, duals, [(0, 1, 2), (1, 2, 3)], FAR)
        run = Generation(known.day, known.start, (), bound_s=0, seed=1).run(FAR)
        print(seed, round_.bound, round_.least, round_.columns, run.best_s, run.bound_s, run.rounds)
"""


def answers(**environment: str) -> str:
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_pure_path_gives_the_same_answers_as_the_compiled_one():
    compiled = answers()
    assert compiled.count("\n") >= 5
    assert answers(**{PURE: "1"}) == compiled


@pytest.mark.parametrize("seed", range(600, 630))
def test_choosing_among_all_routes_of_better_plans_ends_the_matter_whatever_the_duals(seed):
    known = known_day(seed, 5)
    if known is None:
        return
    generation = Generation(known.day, known.start, (), bound_s=0, seed=1)
    first = priced(known.day, generation.start, (), FAR)
    assert first is not None
    generation.heard(first)
    assert generation.certificate.proven or generation.enumerated(FAR)
    certificate = generation.certificate
    assert (certificate.best_s, certificate.bound_s) == (known.optimum, known.optimum)


def twice(problem: Problem) -> Problem:
    """Return a day with every visit and technician a second time."""
    return replace(
        problem,
        visits=(*problem.visits, *(replace(one, id=f"2{one.id}") for one in problem.visits)),
        technicians=(
            *problem.technicians,
            *(replace(one, id=f"2{one.id}") for one in problem.technicians),
        ),
    )


@with_days
def test_a_dive_that_settles_every_route_at_once_ends_there():
    problem = twice(read(DAYS / "K3n20s4.json").problem)
    network = Network(problem)
    plan = solve(problem, None, seconds=1, seed=1, certify=False).plan
    crew = range(len(problem.technicians))
    day = Day.of(network, range(network.size), crew)
    start = columns_of(day, network.tours_of(plan))
    generation = Generation(day, start, (), bound_s=0, seed=1, below_s=10**6)
    assert generation.converged(FAR)
    found = dived(generation, FAR)
    assert found is not None
    assert sorted(row for one in found for row in one.visits) == list(range(network.size))
