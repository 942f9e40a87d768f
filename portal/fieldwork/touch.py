"""One press of a button on the technician's telephone, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions.appointments import locked
from portal.booking.circumstances import Circumstances
from portal.booking.errors import KeyReused
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.queries import booked_stop, last_appointment, live_appointment
from portal.clock import local_date, midnight
from portal.customers.models import Visit
from portal.fieldwork.errors import (
    FinishFirst,
    NothingPlanned,
    NotToday,
    NotYourRoute,
    OutOfOrder,
)
from portal.fieldwork.models import Tap
from portal.fieldwork.progress import taps_at, taps_of_day
from portal.fieldwork.steps import Step, last_step, may_follow, moment_of_tap
from portal.planning.actions import lock_days
from portal.planning.models import Stop


@dataclass(frozen=True, slots=True)
class Touch:
    """Whose finger, at which visit, with the key of the form; `at` is when the telephone saw it."""

    technician_id: int
    visit_id: int
    key: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A tap that may happen: the appointment, its stop, and the moment at which it was pressed."""

    appointment: Appointment
    stop: Stop
    at: datetime

    @property
    def visit(self) -> Visit:
        """The visit that was promised."""
        return self.appointment.visit


def repeated(session: Session, touch: Touch, step: Step) -> Tap | None:
    """Return the tap that this press has made before, or None when it is new; locks the visit.

    A form that comes twice, or a second press of the same button, changes nothing more. Raises
    KeyReused when the form's key belongs to another tap.
    """
    locked(session, session.get_one(Visit, touch.visit_id))
    known = session.scalar(sa.select(Tap).where(Tap.key == touch.key))
    if known is not None:
        same = (known.step, known.appointment.visit_id) == (step, touch.visit_id)
        if not same or known.technician_id != touch.technician_id:
            raise KeyReused
        return known
    appointment = last_appointment(session, touch.visit_id)
    taps = taps_at(session, appointment.id) if appointment else ()
    is_again = bool(taps) and taps[-1].step is step
    return taps[-1] if is_again and taps[-1].technician_id == touch.technician_id else None


def taken(session: Session, touch: Touch, step: Step, now: datetime) -> Taken:
    """Return what a new press may do; the visit is locked, and its day from here on.

    Raises NothingPlanned, NotYourRoute, NotToday, OutOfOrder or FinishFirst.
    """
    visit = session.get_one(Visit, touch.visit_id)
    appointment = live_appointment(session, visit)
    if appointment is None:
        raise NothingPlanned
    lock_days(session, visit.customer.branch_id, [appointment.date])
    stop = booked_stop(session, visit)
    session.refresh(stop)
    if stop.technician_id != touch.technician_id:
        raise NotYourRoute
    taps = taps_at(session, appointment.id)
    at = moment_of_tap(touch.at, taps[-1].tapped_at if taps else None, now)
    if local_date(at) != appointment.date:
        raise NotToday
    if step not in may_follow(last_step([tap.step for tap in taps])):
        raise OutOfOrder
    _require_nothing_else_begun(session, touch, appointment)
    _end_taps_of_another_day(session, appointment, now)
    return Taken(appointment, stop, at)


def noted(
    session: Session, touch: Touch, step: Step, taken: Taken, circumstances: Circumstances
) -> Tap:
    """Return the new tap, with a line in the audit trail of the visit."""
    tap = Tap(
        key=touch.key,
        appointment=taken.appointment,
        technician_id=touch.technician_id,
        step=step,
        tapped_at=taken.at,
        received_at=circumstances.now,
        by=circumstances.by,
    )
    session.add(tap)
    session.flush()
    note(session, tap, step.value, circumstances)
    return tap


def note(session: Session, tap: Tap, action: str, circumstances: Circumstances) -> None:
    """Write in the audit trail of a visit what was tapped there."""
    record(
        session,
        actor=circumstances.by,
        action=f"fieldwork.{action}",
        subject=f"visit:{tap.appointment.visit_id}",
        now=circumstances.now,
        detail={
            "appointment": tap.appointment_id,
            "step": tap.step.value,
            "at": tap.tapped_at.isoformat(),
        },
    )


def _require_nothing_else_begun(session: Session, touch: Touch, appointment: Appointment) -> None:
    """Raise FinishFirst while work goes on at another address: one pair of hands, one address.

    What was cancelled meanwhile cannot be finished, and keeps nobody.
    """
    last: dict[int, Tap] = {}
    for tap in taps_of_day(session, touch.technician_id, appointment.date):
        last[tap.appointment_id] = tap
    for tap in last.values():
        is_live = tap.appointment.status is AppointmentStatus.CONFIRMED
        if is_live and tap.step is Step.STARTED and tap.appointment_id != appointment.id:
            raise FinishFirst(tap.appointment.visit.address.line)


def _end_taps_of_another_day(session: Session, appointment: Appointment, now: datetime) -> None:
    """Let what was tapped before the appointment was moved to this day stand no longer."""
    session.execute(
        sa.update(Tap)
        .where(Tap.appointment_id == appointment.id, Tap.undone_at.is_(None))
        .where(Tap.tapped_at < midnight(appointment.date))
        .values(undone_at=now)
    )
