"""PostgreSQL is stopped in the middle of everything, and comes back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tools.storm.customer import UNANSWERED, Answer, Customer, chosen
from tools.storm.figures import Figure, at_least, counted, nothing
from tools.storm.invariants import faults, lost
from tools.storm.stage import Kind, Stage, stage
from tools.storm.world import Person, Size

AWAY_S = 1.0
TROUBLE = (UNANSWERED, 503)


@dataclass
class Outage:
    """What customers saw; they retry whatever failed, with the same form."""

    answers: Counter[int] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)
    without_advice: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)


def outage(size: Size, clients: int, times: int, seed: int) -> list[Figure]:
    """Stop the server so often while customers book; return what they saw and what was kept."""
    seen = Outage()
    with stage(Kind.POSTGRESQL, size, seed) as on:
        people = iter(on.world.people)
        with ThreadPoolExecutor(clients) as pool:
            for _ in range(clients):
                pool.submit(keep_booking, on, people, seen)
            for _ in range(times):
                time.sleep(AWAY_S)
                stop_and_start(on, seen)
            time.sleep(AWAY_S)
            seen.is_over.set()
        missing = lost(on.app, seen.acknowledged)
        wrong = faults(on.app)
    return [
        at_least("server stopped with -m immediate", len(seen.first_s), times),
        counted("answers", seen.answers),
        nothing("answers other than 200, 303, 409 and 503", seen.others),
        nothing("503 without advice when to try again", seen.without_advice),
        at_least("acknowledged bookings", len(seen.acknowledged), 1),
        nothing("acknowledged but lost, or not told exactly once", missing),
        nothing("I1-I7 and check", wrong),
        Figure("seconds from the start to the next booking, at most", f"{max(seen.first_s):.1f}"),
    ]


def stop_and_start(on: Stage, seen: Outage) -> None:
    """Cut everybody off; note how long after the start the next booking succeeds."""
    assert on.server is not None
    on.server.stop_at_once()
    time.sleep(AWAY_S)
    before = len(seen.acknowledged)
    on.server.start()
    started = time.monotonic()
    while len(seen.acknowledged) == before and time.monotonic() - started < 60:
        time.sleep(0.02)
    seen.first_s.append(time.monotonic() - started)


def keep_booking(on: Stage, people: Iterator[Person], seen: Outage) -> None:
    """Book for one person after another until it is over."""
    for person in people:
        if seen.is_over.is_set():
            return
        customer = Customer(on.portal.port)
        page = insisting(lambda c=customer, p=person: c.fetch(p.path), seen)  # type: ignore[misc]
        form = chosen(person.path, page) if page else None
        if form is None:
            continue
        answer = insisting(lambda c=customer, f=form: c.send(f), seen)  # type: ignore[misc]
        if answer and answer.reference:
            seen.acknowledged.append(answer.reference)


def insisting(call: Callable[[], Answer], seen: Outage) -> Answer | None:
    """Return the first answer that is none of trouble; None when it is over before."""
    while not seen.is_over.is_set():
        answer = call()
        seen.answers[answer.status] += 1
        if answer.status == 503 and not answer.retry_after:
            seen.without_advice.append(answer.body[:80])
        if answer.status not in (200, 303, 409, *TROUBLE):
            seen.others.append(f"{answer.status} {answer.body[:80]}")
        if answer.status not in TROUBLE:
            return answer
        time.sleep(0.1)
    return None
