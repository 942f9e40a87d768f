"""Everything at once: customers, planners, changing openings, ending holds, the optimiser."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from portal.booking.models import Appointment
from portal.clock import system_time
from portal.database import transaction
from portal.planning.models import DayPlan, Stop
from tools.storm.customer import Answer
from tools.storm.figures import Figure, at_least, counted, nothing, spread
from tools.storm.invariants import faults, lost, one_moment
from tools.storm.people import Booker, Planner
from tools.storm.stage import Kind, Stage, stage
from tools.storm.world import BRANCH, Size

SAMPLE_EVERY_S = 1.0
HOLDS_END_EVERY_S = 5.0
EXPECTED = (200, 302, 303, 409, 422, 503)


@dataclass
class Mix:
    """What is seen while it goes on."""

    answers: dict[str, Counter[int]] = field(default_factory=dict)
    ms: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    samples: int = 0
    solves: Counter[int] = field(default_factory=Counter)
    expiries: Counter[int] = field(default_factory=Counter)
    is_over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, answer: Answer) -> None:
        """Note one answer to something that changes."""
        with self.lock:
            self.answers.setdefault(what, Counter())[answer.status] += 1
            self.ms.append(answer.ms)
            if what == "book" and answer.reference:
                self.acknowledged.append(answer.reference)
            if answer.status not in EXPECTED:
                self.unexpected.append(f"{what}: {answer.status} {answer.body[:200]}")


def mixed(kind: Kind, size: Size, customers: int, seconds: float, seed: int) -> list[Figure]:
    """Let everybody loose for so long while a sampler looks; return what was seen."""
    mix, rng = Mix(), random.Random(seed)
    with stage(kind, size, seed) as on:
        shares = [list(on.world.people[number::customers]) for number in range(customers)]
        people: list[Callable[[], None]] = [
            Booker(on, share, mix.note, random.Random(seed + n)).act
            for n, share in enumerate(shares)
        ]
        planner = Planner(on, mix.note, random.Random(seed))
        planner.sign_in()
        works = [*people, planner.act, lambda: solving(on, mix, rng), lambda: ending_holds(on, mix)]
        with ThreadPoolExecutor(len(works) + 1) as pool:
            futures = [pool.submit(repeatedly, work, mix) for work in works]
            futures.append(pool.submit(repeatedly, lambda: sample(on, mix), mix))
            time.sleep(seconds)
            mix.is_over.set()
        for future in futures:
            future.result()
        sample(on, mix)
        missing = lost(on.app, mix.acknowledged)
        return [*figures(mix, missing), *behind(on, kind)]


def repeatedly(work: Callable[[], None], mix: Mix) -> None:
    """Do it until it is over; whatever fails ends the storm and is raised."""
    try:
        while not mix.is_over.is_set():
            work()
    except BaseException:
        mix.is_over.set()
        raise


def solving(on: Stage, mix: Mix, rng: random.Random) -> None:
    """Improve a day's routes and publish them, as the planner's command does."""
    day = rng.choice(on.world.dates).isoformat()
    words = ("planning", "solve", "--branch", BRANCH, "--date", day, "--seconds", "0.3")
    mix.solves[on.portal.command(*words)] += 1


def ending_holds(on: Stage, mix: Mix) -> None:
    """Let time run out for a hold in two, and run the job that ends them."""
    mix.is_over.wait(HOLDS_END_EVERY_S)
    held = sa.and_(Stop.held_until.is_not(None), Stop.id % 2 == 0)
    over = sa.update(Stop).where(held).values(held_until=system_time() - timedelta(seconds=1))
    with suppress(OperationalError), on.app.app_context(), transaction() as session:
        session.execute(over)  # where it does not get its turn in time, the next round will
    mix.expiries[on.portal.command("jobs", "once", "expire_holds")] += 1


def sample(on: Stage, mix: Mix) -> None:
    """Look at one moment of the database."""
    mix.wrong += faults(on.app)
    mix.samples += 1
    mix.is_over.wait(SAMPLE_EVERY_S)


def figures(mix: Mix, missing: list[str]) -> list[Figure]:
    """Return what was seen from outside."""
    busy = sum(answers[503] for answers in mix.answers.values())
    return [
        *(counted(f"answers to: {what}", found) for what, found in sorted(mix.answers.items())),
        nothing("unexpected answers", mix.unexpected),
        Figure("answers 503 (lock not had in time), to be tried again", str(busy)),
        ended("`planning solve` for a day", mix.solves),
        ended("`jobs once expire_holds`", mix.expiries),
        at_least("sampled moments", mix.samples, 2),
        nothing("I1-I7, check and lost updates at all of them", mix.wrong),
        nothing("acknowledged but lost, or not told exactly once", missing),
        spread("what changes something", mix.ms),
    ]


def ended(what: str, codes: Counter[int]) -> Figure:
    """Return how often a command ended, and that it did so well each time."""
    failed = codes.total() - codes[0]
    return Figure(f"{what}: runs, failed", f"{codes.total()}, {failed}", "0 failed", not failed)


def behind(on: Stage, kind: Kind) -> list[Figure]:
    """Return what the database says of it."""
    with one_moment(on.app) as session:
        versions = session.scalar(sa.select(sa.func.sum(DayPlan.version)))
        changes = session.scalar(sa.select(sa.func.sum(Appointment.sequence + 1)))
        found = [Figure("changes of appointments, versions of day plans", f"{changes}, {versions}")]
        if kind is Kind.POSTGRESQL:
            asked = sa.text("SELECT sum(deadlocks) FROM pg_stat_database")
            found.append(Figure("deadlocks that PostgreSQL broke", str(session.scalar(asked))))
        return found
