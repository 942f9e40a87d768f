"""Random small days in great number: is every window that is reported confirmed by the check?"""

from __future__ import annotations

import random

from optimizer.check import violations
from optimizer.insertion import Candidate, evaluate, snapshot
from optimizer.problem import Visit
from tests.optimizer.random_days import (
    random_plan,
    random_problem,
    random_skills,
    random_window,
    with_visit,
)


def confirmed(cases: int, seed: int) -> bool:
    """Print how many windows were reported and confirmed; return whether all were."""
    rng = random.Random(seed)
    reported = wrong = 0
    for number in range(1, cases + 1):
        found, refuted = one_case(rng)
        reported, wrong = reported + found, wrong + refuted
        if number % 10_000 == 0 or number == cases:
            print(f"{number} days: {reported} windows reported, {wrong} not confirmed", flush=True)
    return wrong == 0


def one_case(rng: random.Random) -> tuple[int, int]:
    """Return how many windows of a newcomer were reported, and how many the check refutes."""
    problem = random_problem(rng, rng.randint(1, 3), rng.randint(0, 6))
    plan = random_plan(rng, problem)
    places = [one.start for one in problem.technicians] + [one.place for one in problem.visits]
    wanted = Candidate(
        rng.choice(places),
        rng.randint(1, 12),
        tuple(random_window(rng) for _ in range(4)),
        random_skills(rng) if rng.random() < 0.3 else frozenset(),
        load=rng.randint(0, 2),
    )
    found = evaluate(wanted, [snapshot(problem, plan)])
    before = set(violations(problem, plan))
    refuted = 0
    for one in found:
        windows = (one.window,)
        new = Visit("new", wanted.place, wanted.service_s, windows, wanted.skills, load=wanted.load)
        changed = plan.inserted("new", one.technician, one.position)
        after = violations(with_visit(problem, new), changed)
        refuted += not before.issuperset(after)
    return len(found), refuted
