"""Every solver behind one call: a problem and seconds in, a plan out. All get the same matrix.

Seconds are wall time, or processor time where PROCESSOR is set: then PyVRP and ours stop by that,
and VROOM, which knows walls only, stops by itself. Our loops are loaded before the clock starts, as
are the peers' libraries.

Peers are loaded when first asked for. PyVRP has no breaks: it is only given days without lunch.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from optimizer.apart import answer_to
from optimizer.plan import Plan, Route
from optimizer.problem import Problem
from optimizer.tours import Network

# Stands for "this technician may not": above any travel of a day, below what the peers overflow at.
BARRED = 10**7
# Set to anything, seconds are those of the processor: on a busy machine wall time says little.
PROCESSOR = "BENCHMARKS_BY_PROCESSOR"


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan, the wall seconds it took, and what the engine itself says it cannot go below."""

    plan: Plan
    seconds: float
    lower_bound_s: int | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """A solver by name; `lunch` tells whether it can plan breaks."""

    name: str
    solve: Callable[[Problem, float, int], Answer]
    lunch: bool = True


def without_lunch(problem: Problem) -> Problem:
    """Return the same day for people who do not eat."""
    crew = tuple(replace(one, lunch=None) for one in problem.technicians)
    return replace(problem, technicians=crew)


def ours(problem: Problem, seconds: float, seed: int) -> Answer:
    """Return what this package plans from scratch, in a process of its own."""
    module = "benchmarks.apart" if by_processor() else "optimizer.apart"
    task = pickle.dumps((problem, None, seconds, seed))
    solution = answer_to(task, [sys.executable, "-m", module], seconds * 40 + 60)
    return Answer(solution.plan, solution.seconds, solution.lower_bound_s)


def by_processor() -> bool:
    """Whether seconds are those of the processor."""
    return bool(os.environ.get(PROCESSOR))


def clock() -> float:
    """Return the seconds that count."""
    return time.process_time() if by_processor() else time.perf_counter()


class Runtime:
    """PyVRP's criterion for stopping: so many seconds that count."""

    def __init__(self, seconds: float) -> None:
        self.end = clock() + seconds

    def __call__(self, _best_cost: float) -> bool:
        return clock() > self.end


def by_pyvrp(problem: Problem, seconds: float, seed: int) -> Answer:
    """Return PyVRP's plan; skills become travel that nobody can make in a day."""
    import pyvrp

    started = clock()
    data = pyvrp_data(pyvrp, Network(problem))
    result = pyvrp.solve(data, Runtime(seconds), seed=seed, collect_stats=False)
    routes = []
    for route in result.best.routes():
        rows = [one.idx for one in route if one.is_client()]
        name = problem.technicians[route.vehicle_type()].id
        routes.append(Route(name, tuple(problem.visits[row].id for row in rows)))
    return Answer(Plan(tuple(routes)), clock() - started)


def pyvrp_data(pyvrp: Any, network: Network) -> Any:
    """Return the problem in PyVRP's words: a vehicle type a technician, a profile a skill set."""
    problem, size = network.problem, network.size
    crew = range(len(problem.technicians))
    limited = any(one.capacity is not None for one in problem.technicians)
    total = sum(visit.load for visit in problem.visits)
    barred = [tuple(row for row in range(size) if one not in network.servers[row]) for one in crew]
    profiles = list(dict.fromkeys(barred))
    matrices = [priced_out(network.seconds, rows) for rows in profiles]
    clients = [
        pyvrp.Client(
            location=row,
            delivery=[visit.load] if limited else [],
            service_duration=visit.service_s,
            tw_early=visit.windows[0].start,
            tw_late=visit.windows[0].end,
        )
        for row, visit in enumerate(problem.visits)
    ]
    vehicles = [
        pyvrp.VehicleType(
            capacity=[total if one.capacity is None else one.capacity] if limited else [],
            start_depot=2 * row,
            end_depot=2 * row + 1,
            tw_early=one.shift.start,
            tw_late=one.shift.end,
            profile=profiles.index(barred[row]),
        )
        for row, one in enumerate(problem.technicians)
    ]
    places = [pyvrp.Location(0, 0) for _ in range(len(network.seconds))]
    depots = [pyvrp.Depot(location=size + row) for row in range(2 * len(crew))]
    return pyvrp.ProblemData(places, clients, depots, vehicles, matrices, matrices)


def priced_out(seconds: np.ndarray[Any, Any], rows: Sequence[int]) -> np.ndarray[Any, Any]:
    """Return the matrix with the ways to and from some visits beyond any day."""
    table = seconds.copy()
    table[list(rows), :] = table[:, list(rows)] = BARRED
    np.fill_diagonal(table, 0)
    return table


def by_vroom(problem: Problem, seconds: float, seed: int) -> Answer:
    """Return VROOM's plan at its deepest exploration (it stops by itself; it takes no seed)."""
    return explored(problem, 5, None if by_processor() else timedelta(seconds=seconds))


def explored(problem: Problem, level: int, timeout: timedelta | None) -> Answer:
    """Return VROOM's plan at an exploration level, on one thread."""
    import vroom

    started = clock()
    task = vroom_input(vroom, Network(problem))
    solution = task.solve(exploration_level=level, nb_threads=1, timeout=timeout)
    routes: dict[int, list[str]] = {}
    for step in solution.routes.to_dict(orient="records"):
        if step["type"] == "job":
            visits = routes.setdefault(int(step["vehicle_id"]), [])
            visits.append(problem.visits[int(step["id"])].id)
    plan = Plan(tuple(Route(problem.technicians[row].id, tuple(v)) for row, v in routes.items()))
    return Answer(plan, clock() - started)


def vroom_input(vroom: Any, network: Network) -> Any:
    """Return the problem in VROOM's words; its travel time is its cost."""
    problem, size = network.problem, network.size
    names = sorted({skill for visit in problem.visits for skill in visit.skills})
    task = vroom.Input()
    task.set_durations_matrix("car", network.seconds.astype(np.uint32))
    limited = any(one.capacity is not None for one in problem.technicians)
    total = sum(visit.load for visit in problem.visits)
    for row, one in enumerate(problem.technicians):
        lunch = []
        if one.lunch is not None:
            window = vroom.TimeWindow(one.lunch.window.start, one.lunch.window.end)
            lunch = [vroom.Break(row, [window], service=one.lunch.seconds)]
        room = total if one.capacity is None else one.capacity
        vehicle = vroom.Vehicle(
            row,
            start=size + 2 * row,
            end=size + 2 * row + 1,
            capacity=[room] if limited else [],
            skills={number for number, name in enumerate(names) if name in one.skills},
            time_window=vroom.TimeWindow(one.shift.start, one.shift.end),
            breaks=lunch,
        )
        task.add_vehicle(vehicle)
    for row, visit in enumerate(problem.visits):
        job = vroom.Job(
            row,
            location=row,
            default_service=visit.service_s,
            delivery=vroom.Amount([visit.load]) if limited else vroom.Amount([]),
            skills={names.index(skill) for skill in visit.skills},
            time_windows=[vroom.TimeWindow(one.start, one.end) for one in visit.windows],
        )
        task.add_job(job)
    return task


ENGINES = (
    Engine("ours", ours),
    Engine("VROOM", by_vroom),
    Engine("PyVRP", by_pyvrp, lunch=False),
)
