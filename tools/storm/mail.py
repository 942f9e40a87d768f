"""R5: senders that die by kill -9 while mails go out, and what arrived all the same."""

from __future__ import annotations

import multiprocessing
import random
import signal
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from portal.calendar.invite import CalendarEvent, cancel, request
from portal.calendar.uids import new_uid
from portal.clock import AMSTERDAM, system_time
from portal.database import db, transaction
from portal.messages.compose import Invite, Mail, Mailbox, Method
from portal.messages.models import OutboxMessage, Stage
from portal.messages.outbox import enqueue
from portal.messages.sender import LEASE
from tools.storm import mail_sender
from tools.storm.figures import Figure, at_least, exactly, nothing
from tools.storm.invariants import one_moment
from tools.storm.mail_sender import Way
from tools.storm.mail_sink import Sink, identity, mail_sink
from tools.storm.portal import Place, prepared
from tools.storm.stage import Kind, database

STATES = (Method.REQUEST, Method.REQUEST, Method.CANCEL)  # booked, moved, cancelled
LONGEST_LIFE_S = 120.0
SLOWEST_KILL_S = 0.05


@dataclass
class Battle:
    """Mails that are to go out, and what became of them under fire."""

    app: Flask
    place: Place
    url: str
    sink: Sink
    rng: random.Random
    now: datetime
    kills: int = 0
    caught: Counter[str] = field(default_factory=Counter)  # killed after the last byte, by message


def killed(kind: Kind, mails: int, kills: int, seed: int) -> list[Figure]:
    """Kill our sender so often while so many mails go out; return what arrived."""
    with battle(kind, mails, seed) as seen:
        fight(seen, Way.OURS, kills)
        return figures(seen, mails, kills)


def control(kind: Kind, mails: int, kills: int, seed: int) -> list[Figure]:
    """The same kills, on two senders that keep what they did in the usual two ways."""
    found = []
    for way in (Way.SEND_THEN_MARK, Way.MARK_THEN_SEND):
        with battle(kind, mails, seed) as seen:
            fight(seen, way, kills)
            lost, copies, harmed = lost_of(seen), copies_of(seen), harm(seen)
        found.append(at_least(f"{way.value}: kills", seen.kills, kills))
        found.append(Figure(f"{way.value}: lost", str(len(lost))))
        found.append(Figure(f"{way.value}: doubled", str(sum(n > 1 for n in copies.values()))))
        found.append(at_least(f"{way.value}: lost or doubled with no trace", harmed, 1))
    return found


def harm(seen: Battle) -> int:
    """Return how many mails were lost, or doubled without a row that says it may be so."""
    doubled = [one for one, copies in copies_of(seen).items() if copies - 1 > seen.caught[one]]
    return len(lost_of(seen)) + len(doubled)


@contextmanager
def battle(kind: Kind, mails: int, seed: int) -> Iterator[Battle]:
    """Yield a database full of mails to send, and a server that takes them."""
    with (
        tempfile.TemporaryDirectory(prefix="tv-storm-") as name,
        database(kind) as (url, _),
        mail_sink(seed) as (smtp_url, sink),
    ):
        folder = Path(name)
        place = Place(folder, url or f"sqlite:///{folder / 'storm.sqlite3'}")
        app, now = prepared(place), system_time()
        try:
            queue(app, mails, now)
            yield Battle(app, place, smtp_url, sink, random.Random(seed), now)
        finally:
            with app.app_context():
                db.engine.dispose()


def queue(app: Flask, mails: int, now: datetime) -> None:
    """Write so many mails, three about each appointment."""
    uids = [new_uid() for _ in range(-(-mails // len(STATES)))]
    with app.app_context(), transaction() as session:
        for number in range(mails):
            sequence, one = divmod(number, len(uids))
            enqueue(session, a_mail(uids[one], sequence, now), now)


def a_mail(uid: str, sequence: int, now: datetime) -> Mail:
    """Return the mail about one state of an appointment."""
    desk, customer = Mailbox("Storm", "desk@storm.example"), Mailbox("K", "klant@example.org")
    start = (now + timedelta(days=9 + sequence)).astimezone(AMSTERDAM).replace(hour=10, minute=0)
    event = CalendarEvent(
        uid=uid, sequence=sequence, dtstamp=now, start=start, end=start + timedelta(hours=2),
        summary="Storm", location="Utrecht", description=".\n..\n",
        organizer_name=desk.name, organizer_email=desk.address, attendee_name=customer.name,
        attendee_email=customer.address, url="https://storm.example/", lat=None, lon=None,
        created=now, changed=now,
    )  # fmt: skip
    method = STATES[sequence]
    ics = request(event) if method is Method.REQUEST else cancel(event, "Storm.")
    return Mail(
        kind="storm", about=uid, sender=desk, recipient=customer, subject=f"{method.value}",
        text=f"{uid} {sequence}\n.\n", html="<p>Storm</p>", language="nl",
        invite=Invite(uid, sequence, method, ics),
    )  # fmt: skip


def fight(seen: Battle, way: Way, kills: int) -> None:
    """Start senders and kill them at any moment; let the last one end its work.

    Each begins when the leases of those before are over.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([mail_sender.__name__])
    while True:
        process = context.Process(
            target=mail_sender.run, args=(seen.place, seen.url, seen.now, way)
        )
        process.start()
        if seen.kills < kills:
            strike_later(seen, process)
        process.join(LONGEST_LIFE_S)
        seen.now += LEASE + timedelta(minutes=1)
        if process.exitcode == -signal.SIGKILL:
            seen.kills += 1
            note_what_is_open(seen)
        elif process.exitcode == 0:
            return
        else:
            raise ChildProcessError(f"a sender ended with {process.exitcode}")


def strike_later(seen: Battle, process: multiprocessing.process.BaseProcess) -> None:
    """Kill a sender after some mails and some milliseconds, unless it ended before."""
    enough = len(seen.sink.taken) + seen.rng.randint(1, 3)
    deadline = time.monotonic() + LONGEST_LIFE_S
    while len(seen.sink.taken) < enough and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(seen.rng.uniform(0, SLOWEST_KILL_S))
    if process.is_alive():
        process.kill()


def note_what_is_open(seen: Battle) -> None:
    """Count the messages of which nobody can know whether they were taken."""
    with one_moment(seen.app) as session:
        rows = sa.select(OutboxMessage.message_id).where(OutboxMessage.stage == Stage.HANDED_OVER)
        seen.caught.update(session.scalars(rows).all())


def figures(seen: Battle, mails: int, kills: int) -> list[Figure]:
    """Return what arrived, beside what was demanded."""
    copies, raws = copies_of(seen), defaultdict(set)
    for raw in seen.sink.taken:
        raws[identity(raw)].add(raw)
    doubled = {one: number for one, number in copies.items() if number > 1}
    unexplained = [one for one, number in doubled.items() if number - 1 > seen.caught[one]]
    return [
        at_least("kills of the sender", seen.kills, kills),
        exactly("mails due", mails, mails),
        nothing("lost, or not marked as sent", lost_of(seen)),
        nothing("different messages for one change", [one for one in raws if len(raws[one]) > 1]),
        nothing("changes told by more than one message", told_twice(seen)),
        Figure("killed between the last byte and its answer", str(seen.caught.total())),
        Figure("doubled, all identical", f"{len(doubled)} in {sum(doubled.values())} copies"),
        nothing("doubled without such a kill", unexplained),
        nothing("overtaken by a later message of their appointment", overtaken(seen)),
    ]


def copies_of(seen: Battle) -> Counter[str]:
    """Return how often each message arrived."""
    return Counter(map(identity, seen.sink.taken))


def lost_of(seen: Battle) -> list[str]:
    """Return the messages that did not arrive, or of which we do not know it."""
    copies = copies_of(seen)
    with one_moment(seen.app) as session:
        rows = session.execute(sa.select(OutboxMessage.message_id, OutboxMessage.stage)).all()
    return [one for one, stage in rows if not copies[one] or stage is not Stage.SENT]


def told_twice(seen: Battle) -> list[str]:
    """Return the changes for which more than one message was made."""
    with one_moment(seen.app) as session:
        change = (OutboxMessage.uid, OutboxMessage.sequence, OutboxMessage.method)
        rows = session.execute(sa.select(*change).group_by(*change).having(sa.func.count() > 1))
        return [str(row) for row in rows]


def overtaken(seen: Battle) -> list[str]:
    """Return the messages that arrived after a later one of the same appointment."""
    with one_moment(seen.app) as session:
        order = {
            row.message_id: (row.uid, row.sequence)
            for row in session.execute(
                sa.select(OutboxMessage.message_id, OutboxMessage.uid, OutboxMessage.sequence)
            )
        }
    latest: dict[str, int] = {}
    late = []
    for one in map(identity, seen.sink.taken):
        uid, sequence = order[one]
        if sequence < latest.get(uid, 0):
            late.append(one)
        latest[uid] = max(sequence, latest.get(uid, 0))
    return late
