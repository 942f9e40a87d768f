"""The optimiser is killed while it works and while it publishes: the plan is old or new."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from portal.clock import local_date, system_time
from portal.database import transaction
from portal.planning.models import DayPlan, Opening, Stop
from portal.planning.queries import unsolved_days
from tools.storm.figures import Figure, at_least, exactly, nothing
from tools.storm.filling import fill
from tools.storm.invariants import faults, one_moment
from tools.storm.mines import MINED
from tools.storm.stage import Kind, Stage, stage
from tools.storm.world import BRANCH, Size

MID_SOLVE = "mid_solve"
POINTS = (MID_SOLVE, "after_routes_taken_up", "before_commit", "after_commit")
SOLVE_SECONDS = "0.5"
ON_ROUTE = 0.8  # of a solver's start-up and work: where kills at random fall

Routes = dict[int, tuple[int, frozenset[tuple[object, ...]], frozenset[tuple[object, ...]]]]


def solver_kills(kind: Kind, size: Size, rounds: int, seed: int) -> list[Figure]:
    """Kill it so often at every point; return what was found after each kill."""
    rng = random.Random(seed)
    armed = Path(f"/tmp/tv-storm-armed-{os.getpid()}")
    kills: Counter[str] = Counter()
    wrong: list[str] = []
    try:
        with stage(kind, size, seed, MINED, {"STORM_ARMED": str(armed)}) as on:
            booked = fill(on.app, list(on.world.people), rng)
            openings = opened(on)
            for _ in range(rounds):
                for point in POINTS:
                    before = routes(on)
                    kills[point] += killed(on, point, armed, rng)
                    wrong += [f"{point}: {fault}" for fault in mixed(before, routes(on))]
                    wrong += [f"{point}: {fault}" for fault in faults(on.app)]
            started = time.monotonic()
            ended = on.portal.command("planning", "solve", "--branch", BRANCH)
            seconds = time.monotonic() - started
            left = unsolved(on)
            closed = sorted(set(openings) ^ set(opened(on)))
    finally:
        armed.unlink(missing_ok=True)
    return [
        Figure("promises", f"{booked}"),
        at_least("kills", kills.total(), len(POINTS) * rounds),
        Figure("at", ", ".join(f"{point}: {kills[point]}" for point in POINTS)),
        nothing("plans neither old nor new, and I1-I7 and check", wrong),
        nothing("openings changed", [str(one) for one in closed]),
        exactly("exit code of the next solve", ended),
        exactly("days left unsolved by it", left),
        Figure("seconds for the next solve", f"{seconds:.1f}"),
    ]


def killed(on: Stage, point: str, armed: Path, rng: random.Random) -> bool:
    """Start solving every day and kill the command; return whether it died of that."""
    with on.app.app_context(), transaction() as session:
        session.execute(sa.update(DayPlan).values(solved_version=None))
    if point != MID_SOLVE:
        armed.write_text(point)
    process = on.portal.start_command(
        "planning", "solve", "--branch", BRANCH, "--seconds", SOLVE_SECONDS
    )
    if point == MID_SOLVE:
        until_solving(process.pid)
        time.sleep(rng.uniform(0, ON_ROUTE))
        process.kill()
    died = process.wait(timeout=300) == -signal.SIGKILL
    armed.unlink(missing_ok=True)
    return died


def until_solving(pid: int) -> None:
    """Return once the command has its solver's process, or has ended."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    deadline = time.monotonic() + 60
    while children.exists() and time.monotonic() < deadline:
        if children.read_text():
            return
        time.sleep(0.01)


def routes(on: Stage) -> Routes:
    """Return for every day its version, its stops with their windows, and where they stand."""
    with one_moment(on.app) as session:
        found: Routes = {}
        for plan in session.scalars(sa.select(DayPlan)):
            stops = session.scalars(sa.select(Stop).where(Stop.day_plan_id == plan.id)).all()
            promised = frozenset((one.id, one.visit_id, one.window_start) for one in stops)
            places = frozenset((one.id, one.technician_id, one.position) for one in stops)
            found[plan.id] = (plan.version, promised, places)
        return found


def mixed(before: Routes, after: Routes) -> list[str]:
    """Return the days that are neither what they were nor a new version of the same promises."""
    found = []
    for plan_id, (version, promised, places) in after.items():
        old_version, old_promised, old_places = before[plan_id]
        is_old = (version, places) == (old_version, old_places)
        if promised != old_promised or not (is_old or version == old_version + 1):
            found.append(f"day plan {plan_id}: version {old_version} to {version}")
    return found


def opened(on: Stage) -> list[tuple[int, int, int, bool]]:
    """Return every opening as it stands."""
    with one_moment(on.app) as session:
        columns = (Opening.id, Opening.places, Opening.taken, Opening.closed)
        return [tuple(row) for row in session.execute(sa.select(*columns))]  # type: ignore[misc]


def unsolved(on: Stage) -> int:
    """Return how many days still wait to be solved."""
    with one_moment(on.app) as session:
        return len(unsolved_days(session, local_date(system_time())))
