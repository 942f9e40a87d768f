"""Which windows fit, over a horizon of planned days: the offer kernel beside its alternatives.

30 days of 30 technicians with some 5,400 booked stops; a newcomer asks for four windows a day. The
same question goes to insertion in plain Python (equal answers are required) and, for some windows,
to a re-solve of that day by each peer until it serves everybody, times all windows. PyVRP does so
without lunch. `--confirm N` puts every window reported in N random small days to the check instead.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.branch_days import WINDOWS, Area, booked_day, visit
from benchmarks.confirmation import confirmed
from benchmarks.days import fixed
from benchmarks.engines import explored, pyvrp_data, without_lunch
from benchmarks.facts import cpu_seconds_of, machine, on_one_core, require, seconds_of, table
from benchmarks.plain_insertion import evaluate_plainly, plain_day
from optimizer.horizon import joined
from optimizer.insertion import Candidate, evaluate, snapshot, with_route
from optimizer.plan import Plan
from optimizer.problem import Problem
from optimizer.tours import Network

Day = tuple[Problem, Plan]


def main() -> None:
    """Print the table, or confirm random cases."""
    options = parser().parse_args()
    if options.confirm:
        sys.exit(0 if confirmed(options.confirm, options.seed) else 1)
    for name in ("pyvrp", "pyvroom"):
        require(name)
    on_one_core()
    rng = random.Random(options.seed)
    size = options.technicians
    days = [booked_day(rng, size, round(6.1 * size)) for _ in range(options.days)]
    stops = sum(len(problem.visits) for problem, _ in days)
    print(f"{options.days} days, {size} technicians, {stops} booked stops, {len(WINDOWS)} windows")
    kernel = kernel_rows(rng, days, options.newcomers)
    print(table(["work", "wall p50", "wall p95", "wall worst", "CPU p50"], kernel))
    print(table(["one window asked by re-solving", "p50", "x all windows"], peers(rng, days)))
    print(machine())


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.offers", description=__doc__)
    command.add_argument("--days", type=int, default=30)
    command.add_argument("--technicians", type=int, default=30)
    command.add_argument("--newcomers", type=int, default=200, help="how many ask (200)")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--confirm", type=int, default=0, metavar="N", help="check N random cases")
    return command


def newcomer(rng: random.Random, days: Sequence[Day]) -> Candidate:
    """Return somebody who lives where the branch works."""
    problem, _ = rng.choice(days)
    new = visit(rng, Area(tuple(one.place for one in problem.visits)), "new", WINDOWS)
    return Candidate(new.place, new.service_s, WINDOWS, new.skills)


def kernel_rows(rng: random.Random, days: Sequence[Day], count: int) -> list[list[str]]:
    """Return the lines of everything that answers all windows at once."""
    snapshots = [snapshot(problem, plan) for problem, plan in days]
    plain = [plain_day(problem, plan) for problem, plan in days]
    asking = [newcomer(rng, days) for _ in range(count)]
    for one in asking[:3]:
        assert evaluate(one, snapshots) == evaluate_plainly(one, plain)
    problem, plan = days[0]
    routes = [
        (route.technician, [problem.visit(name) for name in route.visits]) for route in plan.routes
    ]
    changed = [rng.choice(routes) for _ in range(10 * count)]
    few = asking[: max(count // 10, 3)]
    return [
        timings("all windows, kernel", lambda one: evaluate(one, snapshots), asking),
        timings("all windows, plain Python", lambda one: evaluate_plainly(one, plain), few),
        timings("one changed route", lambda one: with_route(snapshots[0], *one), changed),
        timings("joining the days after a change", lambda _: joined(tuple(snapshots)), asking),
        timings("one day from its plan", lambda day: snapshot(*day), list(days)),
    ]


def timings(name: str, work: Callable[[Any], object], items: Sequence[Any]) -> list[str]:
    """Return a line of medians and the worst, in milliseconds."""
    wall = sorted(seconds_of(partial(work, one)) for one in items)
    cpu = statistics.median(cpu_seconds_of(partial(work, one)) for one in items)
    picked = (statistics.median(wall), wall[int(0.95 * len(wall))], wall[-1], cpu)
    return [name, *(f"{1000 * one:.3f} ms" for one in picked)]


def peers(rng: random.Random, days: Sequence[Day]) -> list[list[str]]:
    """Return the lines of the peers, each asked for some windows of some days."""
    questions = []
    for problem, _ in rng.sample(list(days), min(3, len(days))):
        new = visit(rng, Area(tuple(one.place for one in problem.visits)), "new", WINDOWS)
        asked = replace(new, windows=(rng.choice(WINDOWS),))
        questions.append(fixed(replace(problem, visits=(*problem.visits, asked))))
    windows = len(days) * len(WINDOWS)
    rows = []
    for name, ask in (("VROOM -x1", by_vroom), ("PyVRP, no lunch, until feasible", by_pyvrp)):
        median = statistics.median(ask(problem) for problem in questions)
        rows.append([name, f"{1000 * median:.0f} ms", f"{median * windows:.1f} s"])
    return rows


def by_vroom(problem: Problem) -> float:
    """Return the seconds of VROOM's quickest exploration."""
    return explored(problem, 1, None).seconds


def by_pyvrp(problem: Problem) -> float:
    """Return the seconds until PyVRP serves everybody, five at most."""
    import pyvrp
    from pyvrp.stop import FirstFeasible, MaxRuntime, MultipleCriteria

    data = pyvrp_data(pyvrp, Network(without_lunch(problem)))
    started = time.perf_counter()
    pyvrp.solve(data, MultipleCriteria([FirstFeasible(), MaxRuntime(5)]), collect_stats=False)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
