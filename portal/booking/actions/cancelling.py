"""Cancelling the time that somebody saw, and no other one that the appointment got meanwhile."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.booking.actions.appointments import cancel, locked
from portal.booking.circumstances import Circumstances
from portal.booking.errors import MovedMeanwhile
from portal.booking.models import Appointment, AppointmentStatus


def as_seen(appointment: Appointment) -> str:
    """Return the time of an appointment as a form carries it along: "2027-03-09T10:00"."""
    return f"{appointment.date.isoformat()}T{appointment.window_start:%H:%M}"


def cancel_as_seen(
    session: Session,
    appointment: Appointment,
    seen: str,
    circumstances: Circumstances,
    again: str = "",
) -> None:
    """Cancel an appointment if it still has the time that was `seen`; "" asks for none.

    Raises MovedMeanwhile, and what `cancel` raises; then nothing changed.
    """
    locked(session, appointment.visit)
    session.refresh(appointment)
    is_live = appointment.status is AppointmentStatus.CONFIRMED
    if is_live and seen not in ("", as_seen(appointment)):
        raise MovedMeanwhile
    cancel(session, appointment, circumstances, again)
