"""What goes on by itself in a mixed storm: time that runs out, jobs, the optimiser."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from portal.booking.models import Selection, SelectionState
from portal.clock import system_time
from portal.database import transaction
from portal.jobs import wake
from portal.planning.models import HoldKind, Stop
from tools.storm.stage import Stage
from tools.storm.world import BRANCH

TIME_RUNS_OUT_EVERY_S = 2.0
JOBS = ("expire_holds", "send_messages", "read_inbound", "decide_selections", "offer_freed_windows")
LONGEST_JOB_S = 120.0


class JobsFailed(Exception):
    """The process that does the jobs did not end well."""


@dataclass
class Background:
    """A process that does the jobs, and the optimiser's command, again and again."""

    on: Stage
    rng: random.Random
    is_over: threading.Event
    solves: Counter[int] = field(default_factory=Counter)

    @contextmanager
    def doing_jobs(self) -> Iterator[None]:
        """Run the jobs beside the block, until those at hand are done; raises JobsFailed."""
        process = self.on.portal.start_command("jobs", "run")
        try:
            yield
        finally:
            process.terminate()
            ended = process.wait(LONGEST_JOB_S)
        if ended:
            raise JobsFailed(ended)

    def solve(self) -> None:
        """Improve a day's routes and publish them, as the planner's command does."""
        day = self.rng.choice(self.on.world.dates).isoformat()
        words = ("planning", "solve", "--branch", BRANCH, "--date", day, "--seconds", "0.3")
        self.solves[self.on.portal.command(*words)] += 1

    def hurry(self) -> None:
        """Let time run out for some, and have every job done now instead of in its minute."""
        self.is_over.wait(TIME_RUNS_OUT_EVERY_S)
        with self.on.app.app_context():
            with suppress(OperationalError):  # who gets no turn in time has one the next round
                self._let_time_run_out()
            for job in JOBS:
                wake(job)

    def _let_time_run_out(self) -> None:
        """For one hold in two that ends by itself, and one selection in two that waits for us."""
        ago = system_time() - timedelta(seconds=1)
        held = sa.and_(Stop.held_until.is_not(None), Stop.hold_kind != HoldKind.SELECTION)
        waits = Selection.state == SelectionState.OPEN
        over = sa.update(Stop).where(held, Stop.id % 2 == 0).values(held_until=ago)
        due = sa.update(Selection).where(waits, Selection.id % 2 == 0).values(decide_at=ago)
        with transaction() as session:
            session.execute(over)
            session.execute(due)
