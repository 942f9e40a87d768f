"""What waits for a person at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.booking.models import (
    Appointment,
    AppointmentStatus,
    Invitation,
    InvitationState,
    Selection,
    SelectionState,
)
from portal.clock import local_date
from portal.console.queries import visits_with_customers
from portal.customers.models import Address, Boiler, Customer, Visit, VisitState
from portal.customers.queries import number_waiting_for_place, visits_waiting_for_place
from portal.messages.models import OutboxMessage, Stage

MOST = 50  # of each list on one page; the number of all is told

Row = TypeVar("Row")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class DeskList(Generic[Row]):
    """The first rows, at most `MOST`, of what waits at one branch, and the number of all."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A visit nobody answered about; `deadline_on` is None when there is no invitation."""

    visit: Visit
    deadline_on: date | None
    reminded_on: date | None


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A message that was given up or came back; `visit` is what it is about, when known."""

    message_id: int
    subject: str
    recipient: str
    queued_at: datetime
    error: str
    visit: Visit | None
    came_back: bool


def silent_visits(session: Session, branch_id: int, today: date) -> DeskList[Silent]:
    """Return visits whose deadline or due date passed without an answer, soonest due first.

    An appointment is an answer, and so are ticked times from which we are to choose.
    """
    booked = sa.exists().where(
        Appointment.visit_id == Visit.id, Appointment.status == AppointmentStatus.CONFIRMED
    )
    ticked = sa.exists().where(
        Selection.visit_id == Visit.id, Selection.state == SelectionState.OPEN
    )
    wanted = (
        sa.select(Visit.id, Invitation.deadline_on, Invitation.reminded_at)
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
            ~ticked,
            sa.or_(Invitation.deadline_on < today, Visit.due_on < today),
        )
    )
    rows = session.execute(wanted.order_by(Visit.due_on, Visit.id).limit(MOST)).all()
    visits = {visit.id: visit for visit in visits_with_customers(session, [row.id for row in rows])}
    found = tuple(
        Silent(visits[visit_id], deadline, local_date(at) if at else None)
        for visit_id, deadline, at in rows
    )
    return DeskList(found, _number(session, wanted))


def waiting_visits(session: Session, branch_id: int) -> DeskList[Visit]:
    """Return open visits that cannot be planned until their address is complete, soonest first."""
    found = visits_waiting_for_place(session, branch_id, MOST)
    return DeskList(tuple(found), number_waiting_for_place(session, branch_id))


def failed(session: Session, branch_id: int) -> DeskList[FailedMessage]:
    """Return the branch's messages that were given up or came back, the oldest first.

    One that came back is shown as long as the customer has the mail address it came back from. A
    message about nothing that is known is of every branch, so that somebody sees it.
    """
    wanted = (
        sa.select(
            OutboxMessage.id,
            OutboxMessage.subject,
            OutboxMessage.recipient,
            OutboxMessage.queued_at,
            OutboxMessage.last_error,
            OutboxMessage.about,
            OutboxMessage.stage,
        )
        .where(
            sa.or_(
                OutboxMessage.stage == Stage.FAILED,
                sa.and_(
                    OutboxMessage.stage == Stage.BOUNCED,
                    sa.func.coalesce(_of_customer(Customer.email), OutboxMessage.recipient)
                    == OutboxMessage.recipient,
                ),
            ),
            sa.func.coalesce(_of_customer(Customer.branch_id), branch_id) == branch_id,
        )
        .order_by(OutboxMessage.queued_at, OutboxMessage.id)
    )
    rows = session.execute(wanted.limit(MOST)).all()
    visits = _visits_of(session, [row.about for row in rows])
    found = tuple(
        FailedMessage(row.id, row.subject, row.recipient, row.queued_at, row.last_error,
                      visits.get(row.about), row.stage is Stage.BOUNCED)
        for row in rows
    )  # fmt: skip
    return DeskList(found, _number(session, wanted))


def _number(session: Session, wanted: sa.Select[*tuple[Any, ...]]) -> int:
    counted = wanted.order_by(None).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0


def _of_customer(column: InstrumentedAttribute[Value]) -> sa.ScalarSelect[Value]:
    """Return a column of the customer whom a message is about; nothing when that is not known."""
    visits = sa.select(Address.customer_id).join(Address.boilers).join(Boiler.visits)
    return (
        sa.select(column)
        .where(
            sa.or_(
                Customer.id == _number_after("customer:"),
                Customer.id.in_(visits.where(Visit.id == _number_after("visit:"))),
            )
        )
        .scalar_subquery()
    )


def _number_after(prefix: str) -> sa.Case[int | None]:
    number = sa.func.substr(OutboxMessage.about, len(prefix) + 1)
    return sa.case((OutboxMessage.about.like(f"{prefix}%"), sa.cast(number, sa.Integer)))


def _visits_of(session: Session, about: Sequence[str]) -> dict[str, Visit]:
    ids = [int(one.removeprefix("visit:")) for one in about if one.startswith("visit:")]
    return {f"visit:{visit.id}": visit for visit in visits_with_customers(session, ids)}
