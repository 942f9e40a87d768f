"""Many people for few places: what is sold is exactly what there is, and everybody is answered."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from portal.planning.models import Opening, Stop
from tools.storm.customer import Answer, Customer, Form, chosen
from tools.storm.figures import Figure, at_least, counted, exactly, nothing, spread
from tools.storm.invariants import faults, lost, one_moment
from tools.storm.stage import Kind, Stage, stage
from tools.storm.world import Person, Size

OPENERS = 8  # who open their pages before the storm; the storm itself is the clicking
UNGUARDED = "tests.storm.unguarded:app"
EXPECTED = (303, 409)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Ready:
    """Somebody with the page open and a finger above a window."""

    customer: Customer
    form: Form


@dataclass(frozen=True)
class Race:
    """What came of a storm: the pages' and the clicks' answers, and what was sold."""

    pages: Sequence[Answer]
    clicks: Sequence[Answer]
    sold: int
    overbooked: int


def race(kind: Kind, size: Size, clients: int, seed: int) -> list[Figure]:
    """Let `clients` click at once until every visit of the world has tried; return the figures."""
    with stage(kind, size, seed) as on:
        seen = storm(on, clients, seed)
        wrong = faults(on.app)
        acknowledged = [answer.reference for answer in seen.clicks if answer.status == 303]
        missing = lost(on.app, acknowledged)
    others = [str(one.status) for one in seen.clicks if one.status not in EXPECTED]
    return [
        Figure("attempts, clients", f"{len(seen.clicks)}, {clients}"),
        exactly("sold", seen.sold, size.all_places),
        exactly("overbooked", seen.overbooked),
        counted("answers", Counter(one.status for one in seen.clicks)),
        nothing("answers other than 303 and 409", others),
        exactly("booked answers", len(acknowledged), size.all_places),
        nothing("booked answers not in database and one message", missing),
        nothing("I1-I7 and check", wrong),
        spread("page with windows", [one.ms for one in seen.pages]),
        spread("click", [one.ms for one in seen.clicks]),
    ]


def unguarded(kind: Kind, size: Size, clients: int, seed: int) -> list[Figure]:
    """Do the same to a build without the guards: it must oversell, or the storm proves nothing."""
    with stage(kind, size, seed, UNGUARDED) as on:
        seen = storm(on, clients, seed)
    return [
        Figure("attempts, clients", f"{len(seen.clicks)}, {clients}"),
        counted("answers", Counter(one.status for one in seen.clicks)),
        at_least("overbooked without the guards", seen.overbooked, 1),
    ]


def storm(on: Stage, clients: int, seed: int) -> Race:
    """Open every page, then click on all of them; return what was answered and sold."""
    rng = random.Random(seed)
    pages = at_once([opening(on, one) for one in on.world.people], OPENERS)
    ready = [
        Ready(customer, form)
        for person, (customer, page) in zip(on.world.people, pages, strict=True)
        if (form := chosen(person.path, page, rng.choice(page.openings or [""])))
    ]
    rng.shuffle(ready)
    clicks = at_once([clicking(one) for one in ready], clients)
    with one_moment(on.app) as session:
        count = sa.func.count(Stop.id)
        rows = session.execute(
            sa.select(Opening.places, count).join(Stop).group_by(Opening.id, Opening.places)
        ).all()
    return Race(
        [page for _, page in pages],
        clicks,
        sold=sum(stops for _, stops in rows),
        overbooked=sum(max(0, stops - places) for places, stops in rows),
    )


def opening(on: Stage, person: Person) -> Callable[[], tuple[Customer, Answer]]:
    """Return the call with which somebody opens the page with all windows."""
    customer = Customer(on.portal.port)
    return lambda: (customer, customer.fetch(f"{person.path}?all=1"))


def clicking(one: Ready) -> Callable[[], Answer]:
    """Return the call with which somebody clicks."""
    return lambda: one.customer.send(one.form)


def at_once(calls: Iterable[Callable[[], Result]], clients: int) -> list[Result]:
    """Return what the calls return, made by so many threads."""
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda call: call(), calls))
