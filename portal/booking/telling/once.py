"""What the clock tells about an appointment, once for each window, whoever looks at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
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


One = TypeVar("One")

log = structlog.get_logger(__name__)


def told_each(ones: Iterable[One], tell: Callable[[One], bool | None]) -> list[bool | None]:
    """Return what `tell` said of each; one that cannot be told does not keep the others waiting.

    It is in the log, and the next round tries it again: its turn was rolled back.
    """
    found: list[bool | None] = []
    for one in ones:
        try:
            found.append(tell(one))
        except (ValueError, DBAPIError) as error:
            log.error("not told", by=tell.__qualname__, kind=type(error).__name__)
    return found


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
