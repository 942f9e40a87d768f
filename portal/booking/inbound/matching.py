"""Whose a mail is, and about which appointment: by the token in our address and by the UID alone.

What else stands in a mail can be made up by anybody; ORGANIZER is missing in Exchange's answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions.appointments import locked
from portal.booking.inbound.verdicts import Verdict
from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import local_date
from portal.customers.models import Address, Boiler, Visit
from portal.messages.inbound.reading import CalendarReply, ReplyKind
from portal.messages.models import ReplyAddress


@dataclass(frozen=True, slots=True)
class Match:
    """Whose a mail is, as far as is known; `problem` is why it must not change anything."""

    customer_id: int | None = None
    visit_id: int | None = None
    problem: Verdict | None = None


def sender_of(session: Session, token: str | None, now: datetime) -> Match:
    """Return whose mail comes to the address with this token, and the visit it can only be about.

    A former address says whose it was, for a person to see.
    """
    owner = _owner(session, token)
    if owner is None:
        return Match(problem=Verdict.NOBODYS)
    if owner.revoked_at is not None:
        return Match(owner.customer_id, problem=Verdict.FORMER_ADDRESS)
    return Match(owner.customer_id, only_coming_visit(session, owner.customer_id, now))


def matched(
    session: Session, token: str | None, reply: CalendarReply
) -> tuple[Match, Appointment | None]:
    """Return whose a calendar's answer is, and its appointment, locked; None with a problem.

    Decided under the lock of the visit: a customer who gets another mail address at this moment
    takes the same lock.
    """
    found = _owner(session, token)
    appointment = _appointment(session, found, reply.uid) if found is not None else None
    if appointment is not None:
        locked(session, appointment.visit)
        session.refresh(appointment)
    owner = _owner(session, token)
    if owner is None:
        return Match(problem=Verdict.NOBODYS), None
    if owner.revoked_at is not None:
        return Match(owner.customer_id, problem=Verdict.FORMER_ADDRESS), None
    if appointment is None or appointment.uid != reply.uid:
        return Match(owner.customer_id, problem=Verdict.OTHER_APPOINTMENT), None
    problem = _problem_of_attendees(owner, reply)
    match = Match(owner.customer_id, appointment.visit_id, problem)
    return match, None if problem else appointment


def only_coming_visit(session: Session, customer_id: int, now: datetime) -> int | None:
    """Return the visit of the one appointment that this customer still has, or None."""
    coming = session.scalars(
        _of_customer(customer_id)
        .where(
            Appointment.status == AppointmentStatus.CONFIRMED,
            Appointment.date >= local_date(now),
        )
        .with_only_columns(Appointment.visit_id)
        .limit(2)
    ).all()
    return coming[0] if len(coming) == 1 else None


def _owner(session: Session, token: str | None) -> ReplyAddress | None:
    if token is None:
        return None
    return session.get(ReplyAddress, token, populate_existing=True)


def _appointment(session: Session, owner: ReplyAddress, uid: str) -> Appointment | None:
    return session.scalar(_of_customer(owner.customer_id).where(Appointment.uid == uid))


def _of_customer(customer_id: int) -> sa.Select[Appointment]:
    return (
        sa.select(Appointment)
        .join(Appointment.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .where(Address.customer_id == customer_id)
    )


def _problem_of_attendees(owner: ReplyAddress, reply: CalendarReply) -> Verdict | None:
    if reply.other_attendees and reply.kind is not ReplyKind.DELEGATED:  # which names another
        return Verdict.MORE_ATTENDEES
    is_same = reply.attendee.lower() == owner.email.lower()
    return None if is_same else Verdict.OTHER_ATTENDEE
