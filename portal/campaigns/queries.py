"""Who is due and was not asked yet, and how much room there is for more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from portal.booking.models import Appointment, AppointmentStatus, Invitation, InvitationState
from portal.customers.due import EARLY
from portal.customers.models import Address, Boiler, Channel, Customer, Visit, VisitState
from portal.planning.models import Opening

Columns = TypeVarTuple("Columns")

EAGER = (
    contains_eager(Visit.boiler)
    .contains_eager(Boiler.address)
    .options(joinedload(Address.customer), joinedload(Address.region))
)

BY_MAIL = sa.and_(Customer.channel == Channel.MAIL, Customer.email.is_not(None))


def visits_to_invite(
    session: Session, region_id: int, last_on: date, limit: int
) -> Sequence[Visit]:
    """Return open visits that may be planned by a date and were not asked, longest due first.

    Those without coordinates wait for the desk, those without mail for a letter; those with an
    appointment need no invitation.
    """
    return visits_due(session, region_id, last_on, BY_MAIL, limit)


def number_by_letter(session: Session, region_id: int, last_on: date) -> int:
    """Return how many visits are due and were not asked of people who are not reached by mail."""
    return number_due(session, region_id, last_on, ~BY_MAIL)


def visits_due(
    session: Session, region_id: int, last_on: date, whose: sa.ColumnElement[bool], limit: int
) -> Sequence[Visit]:
    """Return the visits that are due and were not asked, of these customers, longest due first."""
    due = _narrowed(sa.select(Visit), region_id, last_on, whose).options(EAGER)
    return session.scalars(due.order_by(Visit.due_on, Visit.id).limit(limit)).all()


def number_due(
    session: Session, region_id: int, last_on: date, whose: sa.ColumnElement[bool]
) -> int:
    """Return how many visits of a region are due and were not asked, of these customers."""
    count = sa.select(sa.func.count()).select_from(Visit)
    return int(session.scalar(_narrowed(count, region_id, last_on, whose)) or 0)


def due_by_customer(
    session: Session, region_id: int, last_on: date, whose: sa.ColumnElement[bool]
) -> Sequence[tuple[int, int, date, int]]:
    """Return (customer, number of due visits, soonest due date, the lowest of their ids) of each.

    Of visits that were not asked about, of these customers, in one region.
    """
    counted = sa.select(
        Address.customer_id, sa.func.count(), sa.func.min(Visit.due_on), sa.func.min(Visit.id)
    ).select_from(Visit)
    due = _narrowed(counted, region_id, last_on, whose).group_by(Address.customer_id)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(due)]


def _narrowed(
    statement: sa.Select[*Columns], region_id: int, last_on: date, whose: sa.ColumnElement[bool]
) -> sa.Select[*Columns]:
    """Return a statement about visits, narrowed to those that are due and were not asked."""
    live = sa.exists().where(
        Appointment.visit_id == Visit.id, Appointment.status == AppointmentStatus.CONFIRMED
    )
    asked = sa.exists().where(
        Invitation.visit_id == Visit.id, Invitation.state == InvitationState.OPEN
    )
    joined = statement.join(Visit.boiler).join(Boiler.address).join(Address.customer)
    return joined.where(
        Visit.state == VisitState.OPEN,
        Visit.due_on <= last_on + EARLY,
        Address.region_id == region_id,
        Address.lat.is_not(None),
        ~live,
        ~asked,
        whose,
    )


def lock_invitable(session: Session, visit_ids: Collection[int]) -> list[Visit]:
    """Lock these visits in order of id and return those that may be invited at this moment.

    Left out is what is no longer open, was asked already, or has an appointment. That is read after
    the lock: whoever books or invites holds the same lock until it is written.
    """
    locked = session.scalars(
        sa.select(Visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .options(EAGER)
        .where(Visit.id.in_(visit_ids))
        .order_by(Visit.id)
        .with_for_update(of=Visit, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    asked = sa.select(Invitation.visit_id).where(
        Invitation.visit_id.in_(visit_ids), Invitation.state == InvitationState.OPEN
    )
    live = sa.select(Appointment.visit_id).where(
        Appointment.visit_id.in_(visit_ids), Appointment.status == AppointmentStatus.CONFIRMED
    )
    settled = {*session.scalars(asked), *session.scalars(live)}
    return [one for one in locked if one.state is VisitState.OPEN and one.id not in settled]


def free_places(session: Session, region_id: int, first_on: date, last_on: date) -> int:
    """Return how many places of a region's open windows are free between two dates."""
    counted = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(Opening.places - Opening.taken), 0)).where(
            Opening.region_id == region_id,
            Opening.closed.is_(False),
            Opening.date.between(first_on, last_on),
        )
    )
    return int(counted or 0)


def unanswered_invitations(session: Session, region_id: int, today: date) -> int:
    """Return how many people of a region were asked, may still answer, and have no appointment.

    Whoever cancelled is to choose again, and so has not answered. Whoever let the deadline pass
    holds no places for others: a colleague takes over.
    """
    answered = sa.exists().where(
        Appointment.visit_id == Invitation.visit_id,
        Appointment.status == AppointmentStatus.CONFIRMED,
    )
    counted = session.scalar(
        sa.select(sa.func.count())
        .select_from(Invitation)
        .join(Invitation.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .where(
            Invitation.state == InvitationState.OPEN,
            Invitation.deadline_on >= today,
            Visit.state == VisitState.OPEN,
            Address.region_id == region_id,
            ~answered,
        )
    )
    return int(counted or 0)
