"""What the clock tells about an appointment, once for each window, whoever looks at once."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.booking.actions.appointments import locked
from portal.booking.models import Appointment, AppointmentStatus, Telling, TellingKind
from portal.customers.models import Address, Boiler, Visit
from portal.database import insert_if_new

WITH_CUSTOMER = (
    joinedload(Appointment.visit)
    .joinedload(Visit.boiler)
    .joinedload(Boiler.address)
    .joinedload(Address.customer)
)


def had_its_turn(kind: TellingKind) -> sa.ColumnElement[bool]:
    """Return the condition that an appointment's window, as it is now, had its turn."""
    return sa.exists().where(
        Telling.appointment_id == Appointment.id,
        Telling.kind == kind,
        Telling.date == Appointment.date,
        Telling.window_start == Appointment.window_start,
    )


def locked_appointment(session: Session, appointment_id: int) -> Appointment | None:
    """Lock the visit of an appointment; return the appointment as it is now, None if not live."""
    known = session.get_one(Appointment, appointment_id, options=[WITH_CUSTOMER])
    locked(session, known.visit)
    session.refresh(known)
    return known if known.status is AppointmentStatus.CONFIRMED else None


def takes_turn(
    session: Session, appointment: Appointment, kind: TellingKind, now: datetime
) -> bool:
    """Return whether this is the one turn to tell of the window; the database decides."""
    written = session.execute(
        insert_if_new(session, Telling)
        .values(
            appointment_id=appointment.id,
            kind=kind,
            date=appointment.date,
            window_start=appointment.window_start,
            told_at=now,
        )
        .returning(Telling.appointment_id)
    )
    return written.first() is not None
