"""Small random days full of edges: tight windows, lunch, skills, two homes, equal places."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from optimizer.check import Kind, violations
from optimizer.plan import Plan, Route
from optimizer.problem import Location, Lunch, Problem, Technician, TimeWindow, Visit
from optimizer.travel import Matrix


def random_window(rng: random.Random, last: int = 100, widest: int = 40) -> TimeWindow:
    start = rng.randint(0, last)
    return TimeWindow(start, start + rng.randint(0, widest))


def random_windows(rng: random.Random) -> tuple[TimeWindow, ...]:
    return tuple(random_window(rng) for _ in range(rng.choice((1, 1, 1, 2, 3))))


def random_skills(rng: random.Random) -> frozenset[str]:
    return frozenset(skill for skill in ("gas", "heat pump") if rng.random() < 0.3)


def random_technician(rng: random.Random, name: str, places: list[Location]) -> Technician:
    shift = TimeWindow(start := rng.randint(0, 20), start + rng.randint(40, 130))
    lunch = None
    if rng.random() < 0.75:
        first = shift.start + rng.randint(-10, 60)
        window = TimeWindow(first, max(first, shift.start) + rng.randint(0, 30))
        lunch = Lunch(rng.randint(1, 12), window)
    start_place = rng.choice(places)
    end_place = start_place if rng.random() < 0.5 else rng.choice(places)
    skills = random_skills(rng) | random_skills(rng)
    capacity = rng.randint(0, 8) if rng.random() < 0.3 else None
    return Technician(name, start_place, end_place, shift, lunch, skills, capacity)


def random_visit(rng: random.Random, name: str, places: list[Location]) -> Visit:
    pinned = "t0" if rng.random() < 0.05 else None
    skills = random_skills(rng) if rng.random() < 0.4 else frozenset()
    return Visit(
        name,
        rng.choice(places),
        rng.randint(1, 12),
        random_windows(rng),
        skills,
        optional=rng.random() < 0.2,
        prize_s=rng.randint(0, 30),
        pinned_technician=pinned,
        load=rng.randint(0, 2),
    )


def random_problem(rng: random.Random, technicians: int, visits: int) -> Problem:
    """Return a day whose travel is a random matrix, not a plane: nothing is symmetric."""
    count = rng.randint(2, visits + 2 * technicians + 1)
    places = [Location(0.0, float(number)) for number in range(count)]
    seconds = np.array([[rng.randint(0, 18) for _ in places] for _ in places])
    np.fill_diagonal(seconds, 0)
    return Problem(
        "random",
        None,
        tuple(random_technician(rng, f"t{row}", places) for row in range(technicians)),
        tuple(random_visit(rng, f"v{row}", places) for row in range(visits)),
        Matrix(tuple(places), seconds),
    )


def is_kept(problem: Problem, plan: Plan) -> bool:
    """Whether everything that is in the plan is right, by the check alone."""
    return all(fault.kind is Kind.UNSERVED for fault in violations(problem, plan))


def random_plan(rng: random.Random, problem: Problem) -> Plan:
    """Return a feasible plan: visits put in at random places, kept where the check agrees."""
    plan = Plan(tuple(Route(one.id) for one in problem.technicians))
    for visit in rng.sample(problem.visits, len(problem.visits)):
        for _ in range(4):
            technician = rng.choice(problem.technicians).id
            position = rng.randint(0, len(plan.route_of(technician).visits))
            tried = plan.inserted(visit.id, technician, position)
            if is_kept(problem, tried):
                plan = tried
                break
    return plan


def with_visit(problem: Problem, visit: Visit) -> Problem:
    return replace(problem, visits=(*problem.visits, visit))


@st.composite
def days(draw: st.DrawFn, visits: int = 7) -> tuple[Problem, Plan, random.Random]:
    """Draw a day, a feasible plan for it, and a source for further choices."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    problem = random_problem(rng, draw(st.integers(1, 3)), draw(st.integers(0, visits)))
    return problem, random_plan(rng, problem), rng
