"""Everything at once: customers, their calendars, planners, openings, jobs, the optimiser."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, Selection
from portal.planning.models import DayPlan
from tools.storm.background import Background
from tools.storm.calendars import SETTINGS, Calendars, verdicts
from tools.storm.customer import Answer
from tools.storm.figures import Figure, at_least, counted, nothing, spread
from tools.storm.invariants import faults, lost, one_moment
from tools.storm.people import Booker, Planner
from tools.storm.stage import Kind, Stage, stage
from tools.storm.world import Size

SAMPLE_EVERY_S = 1.0
ANSWER_EVERY_S = 0.5
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
    with stage(kind, size, seed, more=SETTINGS) as on:
        shares = [list(on.world.people[number::customers]) for number in range(customers)]
        people: list[Callable[[], None]] = [
            Booker(on, share, mix.note, random.Random(seed + n)).act
            for n, share in enumerate(shares)
        ]
        planner = Planner(on, mix.note, random.Random(seed))
        planner.sign_in()
        calendars, background = Calendars(on, rng), Background(on, rng, mix.is_over)
        works = [
            *people, planner.act, background.solve, background.hurry,
            lambda: answering(calendars, mix), lambda: sample(on, mix),
        ]  # fmt: skip
        with background.doing_jobs(), ThreadPoolExecutor(len(works)) as pool:
            futures = [pool.submit(repeatedly, work, mix) for work in works]
            mix.is_over.wait(seconds)
            mix.is_over.set()
        for future in futures:
            future.result()
        sample(on, mix)
        missing = lost(on.app, mix.acknowledged)
        return [*figures(mix, missing), *quietly(background), *behind(on, kind)]


def repeatedly(work: Callable[[], None], mix: Mix) -> None:
    """Do it until it is over; whatever fails ends the storm and is raised."""
    try:
        while not mix.is_over.is_set():
            work()
    except BaseException:
        mix.is_over.set()
        raise


def answering(calendars: Calendars, mix: Mix) -> None:
    """Let a calendar answer now and then."""
    mix.is_over.wait(ANSWER_EVERY_S)
    calendars.act()


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
        at_least("sampled moments", mix.samples, 2),
        nothing("I1-I7, check and lost updates at all of them", mix.wrong),
        nothing("acknowledged but lost, or not told exactly once", missing),
        spread("what changes something", mix.ms),
    ]


def quietly(background: Background) -> list[Figure]:
    """Return how often the optimiser ran, and that neither it nor a job had a fault."""
    solves = background.solves
    failed = solves.total() - solves[0]
    said = f"{solves.total()}, {failed}"
    return [
        Figure("`planning solve` for a day: runs, failed", said, "0 failed", not failed),
        nothing("faults that jobs and commands wrote down", background.on.portal.said()),
    ]


def selections_of(session: Session) -> str:
    """Return how many selections there are of each state."""
    asked = sa.select(Selection.state, sa.func.count()).group_by(Selection.state)
    found = sorted((state.value, number) for state, number in session.execute(asked))
    return ", ".join(f"{state}: {number}" for state, number in found)


def behind(on: Stage, kind: Kind) -> list[Figure]:
    """Return what the database says of it."""
    with one_moment(on.app) as session:
        versions = session.scalar(sa.select(sa.func.sum(DayPlan.version)))
        changes = session.scalar(sa.select(sa.func.sum(Appointment.sequence + 1)))
        said = ", ".join(f"{what}: {number}" for what, number in sorted(verdicts(on).items()))
        found = [
            Figure("answers of calendars, by what came of them", said or "-"),
            Figure("ticked times, by what came of them", selections_of(session) or "-"),
            Figure("changes of appointments, versions of day plans", f"{changes}, {versions}"),
        ]
        if kind is Kind.POSTGRESQL:
            asked = sa.text("SELECT sum(deadlocks) FROM pg_stat_database")
            found.append(Figure("deadlocks that PostgreSQL broke", str(session.scalar(asked))))
        return found
