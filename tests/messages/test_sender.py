from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import sleep

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.messages import actions
from portal.messages.compose import Mail, Method
from portal.messages.models import Medium, OutboxMessage, Stage
from portal.messages.outbox import enqueue
from portal.messages.outcomes import PermanentFailure, TemporaryFailure, UnknownOutcome
from portal.messages.parcel import BeforeLastByte, Parcel
from portal.messages.retries import next_try
from portal.messages.sender import LEASE, SendReport, send_due
from portal.messages.sms import Sms, enqueue_sms
from tests.factories import MONDAY_NOON
from tests.messages.letters import SITE, a_mail, a_mail_with_invite, handed_to, sent_by
from tests.messages.smtp_servers import mail_server

pytestmark = pytest.mark.heart
AFTER_LEASE = MONDAY_NOON + LEASE + timedelta(minutes=1)


class Killed(BaseException):
    """The process dies here; nothing that comes after is done."""


@dataclass
class Recorder:
    """A channel that writes down what it is given, and first does what a test asks."""

    before: Callable[[bytes], None] = lambda _raw: None
    after: Callable[[], None] = lambda: None
    given: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)

    def send(self, parcel: Parcel, before_last_byte: BeforeLastByte) -> None:
        self.before(parcel.raw)
        before_last_byte()
        self.given.append(parcel.raw)
        self.envelopes.append((parcel.sender, parcel.recipient))
        self.after()


def fails_with(error: BaseException) -> Recorder:
    def fail(_raw: bytes) -> None:
        raise error

    return Recorder(before=fail)


def queued(*mails: Mail) -> None:
    with transaction() as session:
        for mail in mails:
            enqueue(session, mail, MONDAY_NOON)


def rows(session: Session) -> list[OutboxMessage]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


def after(**duration: float):  # type: ignore[no-untyped-def]
    return MONDAY_NOON + timedelta(**duration)


def test_what_is_due_is_sent_once_with_its_own_bytes(session: Session) -> None:
    queued(a_mail(about="visit:1"), a_mail(about="visit:2"))
    channel = Recorder()
    assert sent_by(channel, MONDAY_NOON) == SendReport(sent=2, retried=0, failed=0)
    assert channel.given == [row.raw for row in rows(session)]
    assert all(row.stage is Stage.SENT and row.sent_at for row in rows(session))
    assert sent_by(channel, after(days=3)) == SendReport(0, 0, 0)


def test_what_is_not_yet_due_waits(session: Session) -> None:
    with transaction() as writing:
        enqueue(writing, a_mail(), MONDAY_NOON, due_at=after(hours=1))
    assert sent_by(Recorder(), after(minutes=59)).sent == 0
    assert sent_by(Recorder(), after(minutes=61)).sent == 1


def test_no_transaction_is_open_while_a_message_is_handed_over(
    app: Flask, session: Session
) -> None:
    queued(a_mail())

    def write_something_else() -> None:
        with app.app_context():
            queued(a_mail(about="visit:2"))

    def elsewhere() -> None:
        if channel.given[1:]:
            return
        writer = threading.Thread(target=write_something_else)
        writer.start()
        writer.join(60)
        assert not writer.is_alive()

    channel = Recorder(after=elsewhere)
    assert sent_by(channel, after(seconds=1)).sent == 2


@pytest.mark.parametrize("failure", [TemporaryFailure("450 later"), UnknownOutcome("dropped")])
def test_a_temporary_failure_is_tried_again_after_five_minutes_then_ten(
    session: Session, failure: Exception
) -> None:
    queued(a_mail())
    broken = fails_with(failure)
    assert sent_by(broken, MONDAY_NOON) == SendReport(0, 1, 0)
    assert sent_by(broken, after(minutes=4.9)) == SendReport(0, 0, 0)
    assert sent_by(broken, after(minutes=5.1)) == SendReport(0, 1, 0)
    assert sent_by(broken, after(minutes=15)) == SendReport(0, 0, 0)
    (row,) = rows(session)
    assert row.last_error == f"{type(failure).__name__}: {failure}"
    assert sent_by(Recorder(), after(minutes=15.3)) == SendReport(1, 0, 0)


def test_a_mail_server_that_is_away_holds_up_no_text_message(session: Session) -> None:
    queued(a_mail(about="visit:1"), a_mail(about="visit:2"))
    with transaction() as writing:
        enqueue_sms(
            writing, Sms("code", "visit:1", "0612345678", "Uw code is 123456."), MONDAY_NOON
        )
    texts = Recorder()
    away = fails_with(TemporaryFailure("connecting", channel_is_away=True))
    report = send_due(after(seconds=1), {Medium.MAIL: away, Medium.SMS: texts}, SITE)
    assert report == SendReport(sent=1, retried=1, failed=0)
    assert len(texts.given) == 1


def test_a_permanent_failure_is_given_up_at_once_and_says_why(session: Session) -> None:
    queued(a_mail())
    assert sent_by(fails_with(PermanentFailure("550 unknown")), MONDAY_NOON).failed == 1
    (row,) = rows(session)
    assert (row.stage, row.last_error) == (Stage.FAILED, "PermanentFailure: 550 unknown")
    assert sent_by(Recorder(), after(days=1)).sent == 0


def test_a_person_can_put_a_given_up_message_back(session: Session) -> None:
    queued(a_mail())
    sent_by(fails_with(PermanentFailure("550 unknown")), MONDAY_NOON)
    (row,) = rows(session)
    number, raw = row.id, row.raw
    with transaction() as writing:
        assert actions.try_again(writing, number, after(hours=1))
        assert not actions.try_again(writing, number, after(hours=1))
    channel = Recorder()
    assert sent_by(channel, after(hours=1)).sent == 1
    assert channel.given == [raw]


def test_after_48_hours_it_has_been_enough(session: Session) -> None:
    queued(a_mail())
    broken, moment, tries = fails_with(TemporaryFailure("away")), MONDAY_NOON, 0
    while rows(session)[0].stage is Stage.QUEUED:
        moment = max(moment, rows(session)[0].due_at)
        sent_by(broken, moment)
        tries += 1
    assert timedelta(hours=46) < moment - MONDAY_NOON <= timedelta(hours=48, minutes=1)
    assert tries == rows(session)[0].tries


@given(st.integers(1, 200))
def test_waits_double_from_five_minutes_to_an_hour(tries: int) -> None:
    wait = next_try(tries)
    expected = timedelta(minutes=min(5 * 2 ** min(tries - 1, 9), 60))
    assert wait in (expected, None)
    assert (wait is None) == (tries > 50)


def test_a_cancellation_never_overtakes_its_invitation(session: Session) -> None:
    queued(a_mail_with_invite(0), a_mail_with_invite(1, Method.CANCEL), a_mail(about="visit:2"))
    failing = fails_with(TemporaryFailure("450 later"))
    assert sent_by(failing, MONDAY_NOON) == SendReport(0, 2, 0)
    assert [row.tries for row in rows(session)] == [1, 0, 1]
    channel = Recorder()
    assert sent_by(channel, after(minutes=6)).sent == 3
    assert channel.given.index(rows(session)[0].raw) < channel.given.index(rows(session)[1].raw)


def test_a_given_up_invitation_holds_nothing_back(session: Session) -> None:
    queued(a_mail_with_invite(0), a_mail_with_invite(1, Method.CANCEL))

    def refuse_the_first(raw: bytes) -> None:
        if b'method="REQUEST"' in raw:
            raise PermanentFailure("550 unknown")

    assert sent_by(Recorder(refuse_the_first), MONDAY_NOON) == SendReport(1, 0, 1)


def test_a_sender_that_dies_leaves_its_message_to_the_next_after_the_lease(
    session: Session,
) -> None:
    queued(a_mail_with_invite())

    def die() -> None:
        raise Killed

    dying, next_one = Recorder(after=die), Recorder()
    with pytest.raises(Killed):
        sent_by(dying, MONDAY_NOON)
    assert sent_by(next_one, MONDAY_NOON + LEASE / 2).sent == 0
    assert sent_by(next_one, AFTER_LEASE).sent == 1
    assert next_one.given == dying.given
    assert [row.tries for row in rows(session)] == [2]


def test_a_sender_that_was_away_too_long_does_not_undo_what_another_did(
    app: Flask, session: Session
) -> None:
    queued(a_mail())

    def another_sends_meanwhile(_raw: bytes) -> None:
        with app.app_context():
            assert sent_by(Recorder(), AFTER_LEASE).sent == 1
        raise TemporaryFailure("too late")

    channel = Recorder(another_sends_meanwhile)
    worker = threading.Thread(target=_in(app, lambda: sent_by(channel, MONDAY_NOON)))
    worker.start()
    worker.join(60)
    assert [row.stage for row in rows(session)] == [Stage.SENT]


def test_many_senders_at_once_send_each_message_once(app: Flask, session: Session) -> None:
    queued(*(a_mail(about=f"visit:{number}") for number in range(30)))
    channel = Recorder(before=lambda _raw: sleep(0.002))
    reports: list[SendReport] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait(timeout=60)
        reports.append(sent_by(channel, MONDAY_NOON))

    senders = [threading.Thread(target=_in(app, send)) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert sum(report.sent for report in reports) == 30
    assert set(Counter(channel.given).values()) == {1}
    assert len(channel.given) == 30


def test_without_the_claim_the_same_race_sends_doubles(app: Flask, session: Session) -> None:
    """The control: the very same senders, reading what is due without claiming it."""
    queued(*(a_mail(about=f"visit:{number}") for number in range(5)))
    channel, start = Recorder(), threading.Barrier(2)

    def send_unclaimed() -> None:
        from portal.messages.queries import waiting_messages

        due = [row.raw for row in waiting_messages(_session(app))]
        start.wait(timeout=60)
        for raw in due:
            handed_to(channel, raw)

    senders = [threading.Thread(target=_in(app, send_unclaimed)) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert max(Counter(channel.given).values()) == 2


def test_a_message_travels_from_the_outbox_to_a_real_server(session: Session) -> None:
    from portal.messages.smtp import SmtpChannel

    queued(a_mail_with_invite())
    with mail_server() as (url, inbox):
        inbox.to_content = "451 later"
        assert sent_by(SmtpChannel(url), MONDAY_NOON).retried == 1
        inbox.to_content = "250 OK"
        assert sent_by(SmtpChannel(url), after(minutes=6)).sent == 1
    (row,) = rows(session)
    assert [envelope.content for envelope in inbox.taken] == [row.raw]


def _in(app: Flask, work: Callable[[], object]) -> Callable[[], None]:
    def inside() -> None:
        with app.app_context():
            work()

    return inside


def _session(app: Flask) -> Session:
    from portal.database import db

    return db.session()
