"""The link with which a customer who must wait chooses another day. Signed, valid for that day."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.booking.errors import LinkBroken
from portal.booking.links import number_in, signed_number
from portal.booking.models import Appointment

SALT = "tijdvenster.late"


def late_path(appointment: Appointment, signing_key: str) -> str:
    """Return the path of the page on which this customer chooses another day."""
    return f"/laat/{signed_number(appointment.id, SALT, signing_key)}"


def appointment_from(session: Session, token: str, signing_key: str) -> Appointment:
    """Return the appointment that a token opens; raises LinkBroken."""
    found = session.get(Appointment, number_in(token, SALT, signing_key))
    if found is None:
        raise LinkBroken
    return found
