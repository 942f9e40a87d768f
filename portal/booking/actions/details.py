"""A customer's details change, and what follows for the customer's appointments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking import notices
from portal.booking.actions.appointments import locked, next_state
from portal.booking.models import Appointment, AppointmentStatus, CalendarAnswer
from portal.calendar.uids import new_uid
from portal.clock import local_date
from portal.customers import changes
from portal.customers.changes import Change
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.mail import mail_address
from portal.messages.actions import is_known_outside, readdress_waiting, withdraw_outdated
from portal.messages.addresses import reply_address, revoke_reply_addresses
from portal.messages.compose import Mailbox
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed


def change_details(
    session: Session, customer: Customer, values: Mapping[str, object], change: Change
) -> tuple[str, ...]:
    """Change these columns of a customer; return the names of those that say something else now.

    With another mail address, appointments still to come leave the calendar of the former one and
    are told to the new one as new entries, what waits goes to the new one, and answers from the
    former count no more.
    """
    old_email = customer.email
    is_readdressed = values.get("email", old_email) != old_email
    coming = _coming(session, customer, change) if is_readdressed else []  # visits are locked first
    fields = changes.change_customer(session, customer, values, change)
    if "email" in fields:
        for appointment in coming:
            _readdress(session, appointment, old_email, change)
        _readdress_waiting(session, customer, old_email, change)
        revoke_reply_addresses(session, customer.id, change.now, but=customer.email)
    return fields


def left_behind(session: Session, now: datetime, *only: int) -> Sequence[int]:
    """Return the appointments to come whose last invite went to an address that is over, by id.

    With ids, only of these. An import changes an address without a word here.
    """
    last_told = (
        sa.select(OutboxMessage.recipient)
        .where(OutboxMessage.uid == Appointment.uid)
        .order_by(OutboxMessage.sequence.desc(), OutboxMessage.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    email = sa.func.lower(sa.func.trim(sa.func.coalesce(Customer.email, "")))
    return session.scalars(
        sa.select(Appointment.id)
        .join(Appointment.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(
            Appointment.status == AppointmentStatus.CONFIRMED,
            Appointment.date >= local_date(now),
            sa.func.lower(last_told) != email,
            Appointment.id.in_(only) if only else sa.true(),
        )
        .order_by(Appointment.id)
    ).all()


def follow_address(session: Session, appointment_id: int, change: Change) -> bool:
    """Let an appointment that was left behind follow its customer; return False if it has."""
    appointment = session.get_one(Appointment, appointment_id)
    customer = locked(session, appointment.visit).customer
    session.refresh(appointment)
    if not left_behind(session, change.now, appointment_id):
        return False
    told = sa.select(OutboxMessage.recipient).where(OutboxMessage.uid == appointment.uid)
    former = session.scalars(told.order_by(OutboxMessage.sequence.desc())).first()
    _readdress(session, appointment, former, change)
    _readdress_waiting(session, customer, former, change)
    revoke_reply_addresses(session, customer.id, change.now, but=customer.email)
    return True


def _coming(session: Session, customer: Customer, change: Change) -> list[Appointment]:
    """Return the customer's appointments of today and later, each visit locked."""
    coming = sa.select(Appointment).where(
        Appointment.status == AppointmentStatus.CONFIRMED,
        Appointment.date >= local_date(change.now),
    )
    found: list[Appointment] = []
    for visit in session.scalars(_visits_of(customer)).all():
        locked(session, visit)
        its = coming.where(Appointment.visit_id == visit.id)
        found += session.scalars(its.execution_options(populate_existing=True)).all()
    return found


def _readdress(
    session: Session, appointment: Appointment, old_email: str | None, change: Change
) -> None:
    """Let an entry end where it was, and begin anew elsewhere: the one change of a UID there is.

    Calendars know an entry by its UID: one that was taken out cannot come back under the same.
    """
    next_state(session, appointment, change.now)
    if is_known_outside(session, appointment.uid):
        notices.readdressed(session, appointment, old_email, change.now, site=change.site)
    appointment.uid, appointment.sequence = new_uid(), 0
    appointment.answer, appointment.answer_stamp = CalendarAnswer.NONE, None
    session.flush()
    notices.confirmed(session, appointment, change.now, site=change.site)


def _readdress_waiting(
    session: Session, customer: Customer, old_email: str | None, change: Change
) -> None:
    """Let what waits for the former address go to the new one, and else nowhere.

    A personal link in it opens for whoever reads it.
    """
    if not can_be_mailed(old_email):
        return
    abouts = [f"visit:{visit.id}" for visit in session.scalars(_visits_of(customer))]
    if customer.email is None or not can_be_mailed(customer.email):
        for about in abouts:
            withdraw_outdated(session, about)
        return
    desk = reply_address(session, customer.id, customer.email, change.now, site=change.site)
    sender = Mailbox(change.site.company_name, desk)
    recipient = Mailbox(customer.name, mail_address(customer.email))
    readdress_waiting(session, abouts, mail_address(old_email or ""), sender, recipient)


def _visits_of(customer: Customer) -> sa.Select[Visit]:
    return (
        sa.select(Visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .where(Address.customer_id == customer.id)
        .order_by(Visit.id)
    )
