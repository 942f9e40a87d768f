"""A customer with an invite, and answers to it as their calendar would make them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions import confirm
from portal.booking.inbound.acting import handle
from portal.booking.models import Appointment, AppointmentStatus
from portal.customers.models import Visit
from portal.database import transaction
from portal.messages.inbound.processing import store
from portal.messages.inbound.reading import CalendarReply, Content, Reading, ReplyKind, Trust
from portal.messages.models import InboundMessage, OutboxMessage, ReplyAddress, Stage
from tests.booking.agenda import FIRST, NOW, SITE, choice_of, circumstances, make_agenda, opening_at
from tests.factories import make_invitation, make_visit

KEY = "k" * 40
_mails = count(1)


@dataclass(frozen=True)
class Booked:
    """The ids and tokens of one booked visit."""

    visit_id: int
    appointment_id: int
    uid: str
    token: str
    email: str


def book(session: Session, visit: Visit | None = None, hour: int = 10) -> Booked:
    """Return a visit booked on Monday 8 March, of which the mail was sent two hours ago."""
    visit = visit or make_visit(session)
    make_invitation(session, visit=visit)
    before = NOW - timedelta(hours=2)
    choice = choice_of(opening_at(session, FIRST, time(hour)))
    with transaction() as write:
        made = confirm(write, write.get_one(Visit, visit.id), choice, circumstances(before))
        for message in write.scalars(sa.select(OutboxMessage)):
            message.stage, message.sent_at = Stage.SENT, before
        email = made.visit.customer.email or ""
        token = write.scalars(
            sa.select(ReplyAddress.token).where(ReplyAddress.email == email)
        ).one()
        return Booked(made.visit_id, made.id, made.uid, token, email)


def agenda_and_booking(session: Session) -> Booked:
    make_agenda(session, days=1)
    return book(session)


def reply_of(booked: Booked, kind: ReplyKind, **values: Any) -> CalendarReply:
    """Return an answer to the invite as it was made at booking."""
    given = CalendarReply(
        kind=kind,
        uid=booked.uid,
        sequence=0,
        stamp=NOW - timedelta(minutes=1),
        attendee=booked.email,
        other_attendees=0,
        proposed=None,
        comment="",
    )
    return replace(given, **values)


def reading_of(booked: Booked, content: Content, **values: Any) -> Reading:
    given = Reading(
        sender=booked.email,
        subject="Antwoord",
        excerpt="",
        reply_token=booked.token,
        trust=Trust.PROVEN,
        content=content,
    )
    return replace(given, **values)


def arrive(session: Session, reading: Reading, now: datetime = NOW) -> InboundMessage:
    """Return the row of a mail that came in and was acted upon."""
    return acted_upon(stored(reading, now), reading, now)


def stored(reading: Reading, now: datetime = NOW) -> int:
    """Return the id of a mail that came in and that nobody acted upon yet."""
    with transaction() as write:
        message = store(write, f"mail {next(_mails)}".encode(), "test", now)
        message.sender, message.subject = reading.sender, reading.subject
        message.excerpt = reading.excerpt
        return message.id


def acted_upon(message_id: int, reading: Reading, now: datetime = NOW) -> InboundMessage:
    with transaction() as write:
        message = write.get_one(InboundMessage, message_id)
        handle(write, message, reading, now.astimezone(UTC), site=SITE, signing_key=KEY)
        return message


def say(session: Session, booked: Booked, kind: ReplyKind, **values: Any) -> InboundMessage:
    """Let the customer's calendar answer; `trust`, `now` and `reply_token` are of the mail."""
    now = values.pop("now", NOW)
    mail = {name: values.pop(name) for name in ("trust", "reply_token", "sender") if name in values}
    return arrive(session, reading_of(booked, reply_of(booked, kind, **values), **mail), now)


def appointment_of(session: Session, booked: Booked) -> Appointment:
    return session.get_one(Appointment, booked.appointment_id, populate_existing=True)


def live(session: Session, booked: Booked) -> list[Appointment]:
    """Return the appointments of the visit that stand: one, or none after a No."""
    session.rollback()
    confirmed = AppointmentStatus.CONFIRMED
    return session.query(Appointment).filter_by(visit_id=booked.visit_id, status=confirmed).all()


def told(session: Session, *kinds: str) -> list[OutboxMessage]:
    """Return the messages of these kinds, or all, in order."""
    rows = session.scalars(
        sa.select(OutboxMessage)
        .order_by(OutboxMessage.id)
        .execution_options(populate_existing=True)
    )
    return [one for one in rows if not kinds or one.kind in kinds]


def state_of(session: Session) -> dict[str, Any]:
    """Return all that an answer could change of appointments, routes, places and messages."""
    session.rollback()
    return {
        name: session.execute(sa.text(query)).all()
        for name, query in {
            "appointments": "SELECT id, uid, sequence, status, date, window_start, answer,"
            " answer_stamp FROM appointments ORDER BY id",
            "stops": "SELECT visit_id, day_plan_id, position, held_until FROM stops ORDER BY id",
            "openings": "SELECT id, taken FROM openings ORDER BY id",
            "outbox": "SELECT id, kind, stage, uid, sequence, method FROM outbox ORDER BY id",
            "wishes": "SELECT appointment_id, kind, state FROM answer_wishes ORDER BY id",
            "addresses": "SELECT token, revoked_at FROM reply_addresses ORDER BY token",
        }.items()
    }
