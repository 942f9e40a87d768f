"""Every way in which a mail server can fail us, and the stage in which it leaves the message."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from time import sleep
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Line
from flask import Flask
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.messages.compose import Mail, Method
from portal.messages.models import OutboxMessage, Stage
from portal.messages.outbox import enqueue
from portal.messages.outcomes import NotTaken
from portal.messages.parcel import BeforeLastByte, Parcel
from portal.messages.smtp import SmtpChannel
from tests.factories import MONDAY_NOON
from tests.messages import smtp_servers
from tests.messages.letters import a_mail, a_mail_with_invite, handed_to, sent_by
from tests.messages.smtp_servers import (
    PATIENCE_S,
    Inbox,
    Script,
    broken_server,
    mail_server,
    nobody,
    say,
    silent_after_dot,
)

QUEUED, FAILED, SENT, OPEN = Stage.QUEUED, Stage.FAILED, Stage.SENT, Stage.HANDED_OVER


def answering(where: bytes, words: str) -> Script:
    """Return a server that is polite until a command, and answers that with these words."""

    def script(stream: Any, seen: list[bytes]) -> None:
        say(stream, words if where == b"banner" else "220 ready")
        for line in stream:
            command = line.upper()
            if command.startswith(where):
                say(stream, words)
            elif command.startswith(b"DATA"):
                say(stream, "354 go on")
                seen.append(smtp_servers.message_of(stream))
                say(stream, words if where == b"dot" else "250 taken")
            else:
                say(stream, "250 OK")

    return script


def silent(stream: Any, _seen: list[bytes]) -> None:
    """Take the connection and never say a word."""
    stream.readline()  # until the other hangs up


def drop_before_data(stream: Any, _seen: list[bytes]) -> None:
    """Hang up where the message should begin."""
    say(stream, "220 ready")
    for line in stream:
        if line.upper().startswith(b"DATA"):
            return
        say(stream, "250 OK")


def late_after_dot(stream: Any, seen: list[bytes]) -> None:
    """Take the message, and say so when nobody waits any more."""
    smtp_servers.silent_after_dot(stream, seen)
    say(stream, "250 taken")


def channel_to(url: str, script: Script | None) -> SmtpChannel:
    """Return a channel that has patience with every server, but not with a silent one."""
    return SmtpChannel(
        url,
        before_dot_s=0.3 if script is silent else PATIENCE_S,
        after_dot_s=0.3 if script is late_after_dot else PATIENCE_S,
    )


FAULTS: list[tuple[str, Script | None, Stage]] = [
    ("no server", None, QUEUED),
    ("no banner", silent, QUEUED),
    ("dropped at once", smtp_servers.drop_at_once, QUEUED),
    ("421 instead of a banner", answering(b"banner", "421 too busy"), QUEUED),
    ("451 to the sender", answering(b"MAIL", "451 later"), QUEUED),
    ("450 to the recipient", answering(b"RCPT", "450 greylisted"), QUEUED),
    ("550 to the recipient", answering(b"RCPT", "550 no such mailbox"), FAILED),
    ("dropped before the data", drop_before_data, QUEUED),
    ("451 to the content", answering(b"dot", "451 later"), QUEUED),
    ("552 to the content", answering(b"dot", "552 too large"), FAILED),
    ("dropped after the last byte", smtp_servers.drop_after_dot, OPEN),
    ("late answer after the last byte", late_after_dot, OPEN),
    ("dropped at the goodbye", smtp_servers.drop_at_quit, SENT),
]


@pytest.mark.parametrize(("name", "script", "stage"), FAULTS, ids=[one[0] for one in FAULTS])
def test_each_fault_leaves_the_message_in_its_stage(
    session: Session, name: str, script: Script | None, stage: Stage
) -> None:
    queue()
    with server(script) as url:
        sent_by(channel_to(url, script), MONDAY_NOON)
    (row,) = rows(session)
    assert (row.stage, row.tries) == (stage, 1)
    assert bool(row.last_error) == (stage is not SENT)
    with mail_server() as (url, inbox):
        sent_by(SmtpChannel(url), MONDAY_NOON + timedelta(minutes=6))
    (row,) = rows(session)
    assert row.stage is (FAILED if stage is FAILED else SENT)
    again = [] if stage in (FAILED, SENT) else [row.raw]
    assert [envelope.content for envelope in inbox.taken] == again


def test_the_stage_is_noted_before_the_last_byte_and_not_sooner() -> None:
    """A fault before the last byte never says that it may be taken; one after it always does."""
    for name, script, stage in FAULTS:
        noted = []
        with server(script) as url:
            channel = channel_to(url, script)
            try:
                noted = handed_to(Noting(channel), b"Subject: x\r\n\r\nx\r\n")
            except NotTaken as error:
                noted = getattr(error, "__notes__", [])
        after = stage in (OPEN, SENT) or "content" in name
        assert noted == (["last byte"] if after else []), name


class Noting:
    """Hands over by another channel, and keeps in the failure what was called before it."""

    def __init__(self, channel: SmtpChannel) -> None:
        self._channel = channel

    def send(self, parcel: Parcel, before_last_byte: BeforeLastByte) -> None:
        called = []
        try:
            self._channel.send(parcel, lambda: called.append("last byte"))
        except NotTaken as error:
            for one in called:
                error.add_note(one)
            raise
        for _ in called:
            before_last_byte()


def test_who_cannot_note_the_stage_does_not_send_the_last_byte() -> None:
    class DatabaseAway(Exception):
        pass

    def fail() -> None:
        raise DatabaseAway

    with mail_server() as (url, inbox):
        with pytest.raises(DatabaseAway):
            SmtpChannel(url).send(Parcel("<x@y>", b"x\r\n", "a@b.nl", "c@d.nl"), fail)
        sleep(0.2)
    assert inbox.taken == []


def test_greylisting_for_a_quarter_of_an_hour_delays_and_loses_nothing(session: Session) -> None:
    queue(4)
    with mail_server() as (url, inbox):
        inbox.to_recipient = "450 come back in 15 minutes"
        through_time(url, until=14)
        assert {row.stage for row in rows(session)} == {QUEUED}
        inbox.to_recipient = "250 OK"
        through_time(url, start=15, until=60)
    assert {row.stage for row in rows(session)} == {SENT}
    assert Counter(contents(inbox)) == Counter(row.raw for row in rows(session))


def test_a_server_that_is_away_for_two_hours_loses_nothing(session: Session) -> None:
    queue(3)
    with nobody() as url:
        through_time(url, until=120)
    with mail_server() as (url, inbox):
        through_time(url, start=120, until=180)
    assert {row.stage for row in rows(session)} == {SENT}
    assert Counter(contents(inbox)) == Counter(row.raw for row in rows(session))


AWAY = {"no server", "no banner", "dropped at once", "421 instead of a banner",
        "dropped before the data", "dropped after the last byte",
        "late answer after the last byte"}  # fmt: skip


@pytest.mark.parametrize(("name", "script", "stage"), FAULTS, ids=[one[0] for one in FAULTS])
def test_a_server_that_is_away_costs_one_message_its_wait_and_not_all(
    session: Session, name: str, script: Script | None, stage: Stage
) -> None:
    queue(3)
    with server(script) as url:
        sent_by(channel_to(url, script), MONDAY_NOON)
    assert [row.tries for row in rows(session)] == ([1, 0, 0] if name in AWAY else [1, 1, 1])


@pytest.mark.heart
def test_with_one_in_three_refused_no_message_overtakes_an_earlier_one(session: Session) -> None:
    uids = [f"uid-{number}" for number in range(6)]
    with transaction() as writing:
        for sequence, method in enumerate((Method.REQUEST, Method.REQUEST, Method.CANCEL)):
            for uid in uids:
                mail = a_mail_with_invite(sequence, method, about=uid)
                enqueue(writing, with_uid(mail, uid), MONDAY_NOON)
    inbox = Refusing(random.Random(3))
    with mail_server(inbox) as (url, _):
        through_time(url, until=240, step=20)
    assert {row.stage for row in rows(session)} == {SENT}
    order = {row.raw: (row.uid, row.sequence) for row in rows(session)}
    arrived = [order[raw] for raw in contents(inbox)]
    assert inbox.refused > 0
    for uid in uids:
        assert [sequence for one, sequence in arrived if one == uid] == [0, 1, 2]


@pytest.mark.heart
def test_a_message_of_which_nobody_knows_holds_back_the_next_of_its_event(
    session: Session,
) -> None:
    with transaction() as writing:
        enqueue(writing, a_mail_with_invite(0), MONDAY_NOON)
        enqueue(writing, a_mail_with_invite(1, Method.CANCEL), MONDAY_NOON)
    with broken_server(silent_after_dot) as (url, seen):
        sent_by(SmtpChannel(url, after_dot_s=0.2), MONDAY_NOON)
        assert len(seen) == 1
    assert [row.stage for row in rows(session)] == [OPEN, QUEUED]
    with mail_server() as (url, inbox):
        sent_by(SmtpChannel(url), MONDAY_NOON + timedelta(minutes=6))
    assert contents(inbox) == [row.raw for row in rows(session)]


def test_telling_goes_on_while_the_server_is_dead(app: Flask, session: Session) -> None:
    """No transaction waits for a mail server: who books meanwhile notices nothing."""
    queue()
    connected, go_on = threading.Event(), threading.Event()

    def silent_meanwhile(_stream: Any, _seen: list[bytes]) -> None:
        connected.set()
        go_on.wait(PATIENCE_S)

    with broken_server(silent_meanwhile) as (url, _):
        stuck = threading.Thread(target=lambda: in_app(app, lambda: sent_by(
            SmtpChannel(url, before_dot_s=PATIENCE_S), MONDAY_NOON)))  # fmt: skip
        stuck.start()
        assert connected.wait(PATIENCE_S)
        for number in range(20):
            with transaction() as writing:
                enqueue(writing, a_mail(about=f"visit:{100 + number}"), MONDAY_NOON)
        assert stuck.is_alive()
        go_on.set()
    stuck.join(PATIENCE_S)
    assert len(rows(session)) == 21


class Refusing(Inbox):
    """Takes two of three messages, and asks to come back for the third."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._rng = rng
        self.refused = 0

    async def handle_DATA(self, server: SMTP, line: Line, envelope: Envelope) -> str:  # noqa: N802
        if self._rng.randrange(3) == 0:
            self.refused += 1
            return "451 later"
        return await super().handle_DATA(server, line, envelope)


@contextmanager
def server(script: Script | None) -> Iterator[str]:
    if script is None:
        with nobody() as url:
            yield url
        return
    with broken_server(script) as (url, _):
        yield url


def queue(number: int = 1) -> None:
    with transaction() as writing:
        for one in range(number):
            enqueue(writing, a_mail(about=f"visit:{one}"), MONDAY_NOON)


def with_uid(mail: Mail, uid: str) -> Mail:
    assert mail.invite
    return replace(mail, invite=replace(mail.invite, uid=uid))


def through_time(url: str, *, start: int = 0, until: int, step: int = 1) -> None:
    """Send every `step` minutes, from `start` to `until` minutes after noon."""
    channel = SmtpChannel(url, before_dot_s=PATIENCE_S, after_dot_s=PATIENCE_S)
    for minute in range(start, until, step):
        sent_by(channel, moment(minute))


def moment(minute: int) -> datetime:
    return MONDAY_NOON + timedelta(minutes=minute)


def contents(inbox: Inbox) -> list[bytes]:
    return [bytes(envelope.content or b"") for envelope in inbox.taken]


def rows(session: Session) -> list[OutboxMessage]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


def in_app(app: Flask, work: Callable[[], object]) -> None:
    with app.app_context():
        work()
