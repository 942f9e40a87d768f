"""Whom to ask, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import local_date
from portal.customers.models import Address, Boiler, Customer, Visit, VisitReason, VisitState
from portal.feedback.models import NoQuestions, Opinion, OpinionState
from portal.feedback.policy import ASK_AGAIN_AFTER, visited_between
from portal.messages.models import InboundMessage, InboundState
from portal.messages.outbox import can_be_mailed

EVERYTHING = (
    joinedload(Appointment.visit)
    .joinedload(Visit.boiler)
    .joinedload(Boiler.address)
    .joinedload(Address.customer)
)


def to_ask(session: Session, now: datetime) -> list[Appointment]:
    """Return the visits about which is asked now: one for each customer, the latest first.

    Nobody for whom something went wrong and is still open: unfinished work, an answer that waits
    for a call, a mail that waits for a person.
    """
    first_on, last_on = visited_between(local_date(now))
    done = (
        sa.select(Appointment)
        .join(Appointment.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(
            Appointment.status == AppointmentStatus.DONE,
            Appointment.date.between(first_on, last_on),
            *_may_be_asked(now),
        )
        .options(EVERYTHING)
        .order_by(Appointment.date.desc(), Appointment.id.desc())
    )
    found: dict[int, Appointment] = {}
    for appointment in session.scalars(done):
        customer = appointment.visit.customer
        if can_be_mailed(customer.email):
            found.setdefault(customer.id, appointment)
    return list(found.values())


def may_still_be_asked(session: Session, appointment: Appointment, now: datetime) -> bool:
    """Return whether nothing stands in the way of asking about a visit, at this very moment."""
    customer = sa.select(Customer.id).where(
        Customer.id == appointment.visit.customer.id, *_may_be_asked(now)
    )
    return session.scalar(customer) is not None


def opinion_list(session: Session, *, is_open: bool, limit: int = 100) -> Sequence[Opinion]:
    """Return opinions that wait for somebody (oldest first), or closed ones (last closed first)."""
    state = OpinionState.OPEN if is_open else OpinionState.CLOSED
    order = Opinion.answered_at if is_open else Opinion.closed_at.desc()
    return session.scalars(
        sa.select(Opinion)
        .where(Opinion.state == state)
        .options(joinedload(Opinion.appointment).options(joinedload(Appointment.visit)))
        .options(joinedload(Opinion.customer))
        .order_by(order, Opinion.id)
        .limit(limit)
    ).all()


def opinions_of(session: Session, customer_id: int) -> Sequence[Opinion]:
    """Return what a customer answered, the newest first."""
    return session.scalars(
        sa.select(Opinion)
        .where(Opinion.customer_id == customer_id, Opinion.answered_at.is_not(None))
        .order_by(Opinion.id.desc())
    ).all()


def _may_be_asked(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return conditions on Customer."""
    refused = sa.exists().where(NoQuestions.customer_id == Customer.id)
    lately = sa.exists().where(
        Opinion.customer_id == Customer.id, Opinion.asked_at > now - ASK_AGAIN_AFTER
    )
    waits = sa.exists().where(
        Opinion.customer_id == Customer.id, Opinion.state == OpinionState.OPEN
    )
    mail = sa.exists().where(
        InboundMessage.customer_id == Customer.id, InboundMessage.state == InboundState.FOR_PERSON
    )
    boiler, address = sa.orm.aliased(Boiler), sa.orm.aliased(Address)
    unfinished = (
        sa.select(Visit.id)
        .join(boiler, boiler.id == Visit.boiler_id)
        .join(address, address.id == boiler.address_id)
        .where(
            address.customer_id == Customer.id,
            Visit.state == VisitState.OPEN,
            Visit.reason == VisitReason.UNFINISHED,
        )
        .correlate(Customer)
        .exists()
    )
    return ~refused, ~lately, ~waits, ~mail, ~unfinished
