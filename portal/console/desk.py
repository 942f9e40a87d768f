"""What waits for a person at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus, Invitation, InvitationState
from portal.console.queries import visits_with_customers
from portal.customers.models import Address, Boiler, Customer, Visit, VisitState
from portal.messages.models import OutboxMessage, Stage

MOST = 50  # of each list on one page; the number of all is told


@dataclass(frozen=True, slots=True)
class Silent:
    """A visit nobody answered about; `deadline_on` is None when there is no invitation."""

    visit: Visit
    deadline_on: date | None


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A message that was given up; `visit` is what it is about, when that is known."""

    message_id: int
    subject: str
    recipient: str
    queued_at: datetime
    error: str
    visit: Visit | None


def silent_visits(session: Session, branch_id: int, today: date) -> tuple[tuple[Silent, ...], int]:
    """Return visits whose deadline or due date passed without an appointment, and their number.

    The soonest due come first, at most `MOST` of them.
    """
    booked = sa.exists().where(
        Appointment.visit_id == Visit.id, Appointment.status == AppointmentStatus.CONFIRMED
    )
    wanted = (
        sa.select(Visit.id, Invitation.deadline_on)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .outerjoin(
            Invitation,
            sa.and_(Invitation.visit_id == Visit.id, Invitation.state == InvitationState.OPEN),
        )
        .where(
            Customer.branch_id == branch_id,
            Visit.state == VisitState.OPEN,
            ~booked,
            sa.or_(Invitation.deadline_on < today, Visit.due_on < today),
        )
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(wanted.order_by(Visit.due_on, Visit.id).limit(MOST)).all()
    visits = {visit.id: visit for visit in visits_with_customers(session, [row.id for row in rows])}
    return tuple(Silent(visits[visit_id], deadline) for visit_id, deadline in rows), total


def failed(session: Session) -> tuple[FailedMessage, ...]:
    """Return the messages that were given up and wait for a person, the oldest first."""
    rows = session.execute(
        sa.select(
            OutboxMessage.id,
            OutboxMessage.subject,
            OutboxMessage.recipient,
            OutboxMessage.queued_at,
            OutboxMessage.last_error,
            OutboxMessage.about,
        )
        .where(OutboxMessage.stage == Stage.FAILED)
        .order_by(OutboxMessage.queued_at, OutboxMessage.id)
        .limit(MOST)
    ).all()
    visits = _visits_of(session, [row.about for row in rows])
    return tuple(
        FailedMessage(row.id, row.subject, row.recipient, row.queued_at, row.last_error,
                      visits.get(row.about))
        for row in rows
    )  # fmt: skip


def _visits_of(session: Session, about: Sequence[str]) -> dict[str, Visit]:
    ids = [int(one.removeprefix("visit:")) for one in about if one.startswith("visit:")]
    return {f"visit:{visit.id}": visit for visit in visits_with_customers(session, ids)}
