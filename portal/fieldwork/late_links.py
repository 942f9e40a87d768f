"""The link with which a customer who must wait chooses another day. Signed, valid for that day."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from portal.booking.errors import LinkBroken
from portal.booking.models import Appointment

SALT = "tijdvenster.late"


def late_path(appointment: Appointment, signing_key: str) -> str:
    """Return the path of the page on which this customer chooses another day."""
    return f"/laat/{_serializer(signing_key).dumps(appointment.id)}"


def appointment_from(session: Session, token: str, signing_key: str) -> Appointment:
    """Return the appointment that a token opens; raises LinkBroken."""
    try:
        appointment_id = int(_serializer(signing_key).loads(token))
    except (BadSignature, ValueError, TypeError):
        raise LinkBroken from None
    found = session.get(Appointment, appointment_id)
    if found is None:
        raise LinkBroken
    return found


def _serializer(signing_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(signing_key, salt=SALT)
