"""Ticked windows as the desk sees them, and promises that broke."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.booking.models import (
    Apology,
    Appointment,
    AppointmentStatus,
    Selection,
    SelectionState,
)
from portal.console.audit import actor_names
from portal.console.desk import MOST, DeskList
from portal.console.queries import visits_with_customers
from portal.customers.models import Address, Boiler, Customer, Visit, VisitState

OVERDUE_AFTER = timedelta(minutes=15)  # so long a batch may need, with everything around it


@dataclass(frozen=True, slots=True)
class OverdueSelection:
    """A visit of which ticked windows should have been decided, and when."""

    visit: Visit
    decide_at: datetime


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A visit of which ticked windows, or the appointment, could not be kept, and no other yet.

    `owner` is the name of the colleague who said sorry; "" when the evening batch did.
    """

    visit: Visit
    since: datetime
    owner: str


def open_selections(session: Session, visit_ids: Collection[int]) -> dict[int, Selection]:
    """Return the selections that wait for their moment, by visit, with their windows."""
    found = session.scalars(
        sa.select(Selection)
        .where(Selection.visit_id.in_(visit_ids), Selection.state == SelectionState.OPEN)
        .options(selectinload(Selection.openings))
    )
    return {one.visit_id: one for one in found}


def broken_promises(session: Session, branch_id: int) -> DeskList[BrokenPromise]:
    """Return the visits of which the last promise could not be kept, longest waiting first.

    Whoever has an appointment or has ticked anew since is not among them.
    """
    broken = sa.union_all(_broken_selections(), _broken_appointments()).subquery()
    booked = sa.exists().where(
        Appointment.visit_id == Visit.id, Appointment.status == AppointmentStatus.CONFIRMED
    )
    wanted = (
        sa.select(
            Visit.id,
            sa.func.min(broken.c.since).label("since"),
            sa.func.max(broken.c.owner).label("owner"),
        )
        .join(broken, broken.c.visit_id == Visit.id)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(Customer.branch_id == branch_id, Visit.state == VisitState.OPEN, ~booked)
        .group_by(Visit.id)
    )
    rows = session.execute(wanted.order_by("since", Visit.id).limit(MOST)).all()
    visits = {one.id: one for one in visits_with_customers(session, [row.id for row in rows])}
    names = {"": "", **actor_names(session, [row.owner for row in rows if row.owner])}
    found = tuple(BrokenPromise(visits[row.id], row.since, names[row.owner]) for row in rows)
    counted = session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery()))
    return DeskList(found, counted or 0)


def overdue_selections(
    session: Session, branch_id: int, now: datetime
) -> DeskList[OverdueSelection]:
    """Return what was ticked and should have been decided a while ago, longest waiting first.

    The batch tries again every minute: what is still open did not come right by itself.
    """
    wanted = (
        sa.select(Selection.visit_id, Selection.decide_at)
        .join(Visit, Visit.id == Selection.visit_id)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(
            Customer.branch_id == branch_id,
            Selection.state == SelectionState.OPEN,
            Selection.decide_at <= now - OVERDUE_AFTER,
        )
    )
    order = Selection.decide_at, Selection.id
    rows = session.execute(wanted.order_by(*order).limit(MOST)).all()
    ids = [row.visit_id for row in rows]
    visits = {one.id: one for one in visits_with_customers(session, ids)}
    found = tuple(OverdueSelection(visits[row.visit_id], row.decide_at) for row in rows)
    counted = session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery()))
    return DeskList(found, counted or 0)


def _broken_selections() -> sa.Select[int, datetime, str]:
    last = sa.select(sa.func.max(Selection.id)).group_by(Selection.visit_id)
    nobody = sa.literal("").label("owner")
    broken = sa.select(Selection.visit_id, Selection.decide_at.label("since"), nobody)
    return broken.where(Selection.id.in_(last), Selection.state == SelectionState.BROKEN)


def _broken_appointments() -> sa.Select[int, datetime, str]:
    """Return the visits whose newest appointment ended with an apology, without ticks since."""
    last = sa.select(sa.func.max(Appointment.id)).group_by(Appointment.visit_id)
    ticked = sa.exists().where(
        Selection.visit_id == Appointment.visit_id, Selection.state == SelectionState.OPEN
    )
    since, owner = Apology.made_at.label("since"), Apology.owner.label("owner")
    broken = sa.select(Appointment.visit_id, since, owner)
    return broken.join(Apology.appointment).where(Appointment.id.in_(last), ~ticked)
