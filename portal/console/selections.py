"""Ticked windows as the desk sees them: what waits for its moment, and promises that broke."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.booking.models import Appointment, AppointmentStatus, Selection, SelectionState
from portal.console.desk import MOST, DeskList
from portal.console.queries import visits_with_customers
from portal.customers.models import Address, Boiler, Customer, Visit, VisitState


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A visit of which none of the ticked windows could be kept, and which has no other yet."""

    visit: Visit
    since: datetime


def open_selections(session: Session, visit_ids: Collection[int]) -> dict[int, Selection]:
    """Return the selections that wait for their moment, by visit, with their windows."""
    found = session.scalars(
        sa.select(Selection)
        .where(Selection.visit_id.in_(visit_ids), Selection.state == SelectionState.OPEN)
        .options(selectinload(Selection.openings))
    )
    return {one.visit_id: one for one in found}


def broken_promises(session: Session, branch_id: int) -> DeskList[BrokenPromise]:
    """Return the visits whose last selection could not be kept, longest waiting first.

    Whoever has an appointment or has ticked anew since is not among them.
    """
    last = sa.select(sa.func.max(Selection.id)).group_by(Selection.visit_id)
    booked = sa.exists().where(
        Appointment.visit_id == Visit.id, Appointment.status == AppointmentStatus.CONFIRMED
    )
    wanted = (
        sa.select(Visit.id, Selection.decide_at)
        .join(Selection, Selection.visit_id == Visit.id)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(
            Customer.branch_id == branch_id,
            Selection.id.in_(last),
            Selection.state == SelectionState.BROKEN,
            Visit.state == VisitState.OPEN,
            ~booked,
        )
    )
    rows = session.execute(wanted.order_by(Selection.decide_at, Visit.id).limit(MOST)).all()
    visits = {one.id: one for one in visits_with_customers(session, [row.id for row in rows])}
    found = tuple(BrokenPromise(visits[visit_id], since) for visit_id, since in rows)
    counted = session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery()))
    return DeskList(found, counted or 0)
