"""Stored first, then read: once, with limits, and nothing stands in the way of the next mail."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.database import db, transaction
from portal.messages.inbound.processing import Processed, read_new, store
from portal.messages.inbound.reading import Bounce, Reading
from portal.messages.models import InboundMessage, InboundState, OutboxMessage
from portal.messages.outbox import enqueue
from tests.factories import MONDAY_NOON
from tests.messages.inbound.samples import BOUNCE_TOKEN, reading, sample
from tests.messages.letters import a_mail

LATER = MONDAY_NOON + timedelta(minutes=1)


def to_a_person(session: Session, message: InboundMessage, reading: Reading, now: datetime) -> None:
    """Leave a mail to a person: the handler that knows nothing."""
    message.state = InboundState.FOR_PERSON


def stored(*raws: bytes) -> list[int]:
    with transaction() as session:
        return [store(session, raw, "pipe", MONDAY_NOON).id for raw in raws]


def rows(session: Session) -> list[InboundMessage]:
    session.expire_all()
    return list(session.scalars(sa.select(InboundMessage).order_by(InboundMessage.id)))


def done(_session: Session, message: InboundMessage, _reading: Reading, now: datetime) -> None:
    message.state, message.handled_at = InboundState.DONE, now


@pytest.mark.heart
def test_the_same_bytes_twice_are_one_row(session: Session) -> None:
    first, again, other = stored(b"een", b"een", b"twee")
    assert first == again != other
    assert [(row.raw, row.state, row.received_at) for row in rows(session)] == [
        (b"een", InboundState.NEW, MONDAY_NOON),
        (b"twee", InboundState.NEW, MONDAY_NOON),
    ]


@pytest.mark.heart
def test_a_mail_is_read_and_handled_once(session: Session) -> None:
    stored(sample("zimbra_declined"), sample("person_gmail_nl"))
    handled: list[int] = []

    def noting(session: Session, message: InboundMessage, read: Reading, now: datetime) -> None:
        handled.append(message.id)
        done(session, message, read, now)

    assert read_new(LATER, noting, reading) == Processed(2, 0)
    assert read_new(LATER, noting, reading) == Processed(0, 0)
    first, second = rows(session)
    assert handled == [first.id, second.id]
    assert (first.kind, first.sender, first.subject) == (
        "declined",
        "zoe@example.org",
        "Geweigerd: Onderhoud van uw cv-ketel",
    )
    assert (second.kind, second.excerpt.partition("?")[0], second.handled_at) == (
        "free_text",
        "Kan de monteur ook naar de radiator boven kijken",
        LATER,
    )


def test_what_nobody_decides_is_for_a_person(session: Session) -> None:
    stored(sample("zimbra_declined"), sample("kde_accepted"))
    read_new(LATER, lambda *_values: None, reading)
    assert {row.state for row in rows(session)} == {InboundState.FOR_PERSON}
    stored(sample("person_gmail_nl"))
    read_new(LATER, to_a_person, reading)
    assert {row.state for row in rows(session)} == {InboundState.FOR_PERSON}


class Poison(Exception):
    """What one mail does to whoever touches it."""


@pytest.mark.heart
def test_a_mail_that_fails_is_tried_three_times_and_blocks_no_other(session: Session) -> None:
    stored(sample("kde_accepted"), sample("person_gmail_nl"))

    def poisoned(session: Session, message: InboundMessage, read: Reading, now: datetime) -> None:
        message.verdict = "half done"
        if read.excerpt.startswith("Kan"):
            return done(session, message, read, now)
        raise Poison("a\nword")

    found = [read_new(LATER, poisoned, reading) for _ in range(4)]
    assert found == [Processed(1, 1), Processed(0, 1), Processed(0, 1), Processed(0, 0)]
    first, second = rows(session)
    assert (first.state, first.kind, first.tries) == (InboundState.FOR_PERSON, "accepted", 3)
    assert first.verdict == "3 tries failed: Poison: a word"
    assert (second.state, second.tries) == (InboundState.DONE, 1)


def test_a_reader_that_fails_thrice_leaves_the_mail_to_a_person(session: Session) -> None:
    stored(sample("kde_accepted"))

    def failing(_raw: bytes) -> Reading:
        raise Poison

    for _ in range(3):
        read_new(LATER, done, failing)
    (row,) = rows(session)
    assert (row.state, row.kind) == (InboundState.FOR_PERSON, "")


def test_whoever_dies_of_a_mail_three_times_is_not_asked_again(session: Session) -> None:
    stored(sample("kde_accepted"))

    class Killed(BaseException):
        """Not an error: the process ends."""

    def dying(_raw: bytes) -> Reading:
        raise Killed

    for _ in range(3):
        with pytest.raises(Killed):
            read_new(LATER, done, dying)
    assert read_new(LATER, done, reading) == Processed(0, 1)
    (row,) = rows(session)
    assert (row.state, row.tries) == (InboundState.FOR_PERSON, 4)


@pytest.mark.heart
def test_two_readers_at_once_handle_a_mail_once(app: Flask, session: Session) -> None:
    stored(*[sample("kde_accepted") + b"\n" * n for n in range(8)])
    handled: list[int] = []
    both = threading.Barrier(2)

    def noting(session: Session, message: InboundMessage, read: Reading, now: datetime) -> None:
        done(session, message, read, now)
        session.flush()
        handled.append(message.id)

    def run() -> None:
        with app.app_context():
            both.wait(timeout=60)
            read_new(LATER, noting, reading)
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    read_new(LATER, noting, reading)
    assert sorted(handled) == sorted(row.id for row in rows(session))
    assert {row.state for row in rows(session)} == {InboundState.DONE}


def test_a_bounce_is_known_by_the_message_id_of_what_came_back(session: Session) -> None:
    with transaction() as writing:
        row = enqueue(writing, a_mail(), MONDAY_NOON)
        message_id, token = row.message_id, row.bounce_token
    assert token != BOUNCE_TOKEN
    raw = sample("known_by_message_id_only").replace(
        b"<17400.1@warmhuis.example>", message_id.encode()
    )
    stored(raw, sample("known_by_message_id_only"), sample("qmail_failed"))
    found: list[str | None] = []

    def noting(session: Session, message: InboundMessage, read: Reading, now: datetime) -> None:
        assert isinstance(read.content, Bounce)
        found.append(read.content.token)
        done(session, message, read, now)

    read_new(LATER, noting, reading)
    assert found == [token, None, BOUNCE_TOKEN]
    assert {row.kind for row in rows(session)} == {"bounce"}
    assert session.scalar(sa.select(sa.func.count(OutboxMessage.id))) == 1


def test_a_delay_is_called_a_delay(session: Session) -> None:
    stored(sample("postfix_delayed"), sample("sieve_vacation"), sample("winmail_dat"))
    read_new(LATER, done, lambda raw: replace(reading(raw)))
    assert [row.kind for row in rows(session)] == ["delay", "out_of_office", "refused"]
