"""Asks everybody whose turn it is, each in a transaction of its own."""

from __future__ import annotations

from portal.booking.circumstances import Circumstances
from portal.booking.models import Appointment
from portal.database import db, transaction
from portal.feedback.actions import ask
from portal.feedback.queries import to_ask

BY = "questions"


def ask_everybody(circumstances: Circumstances, signing_key: str) -> int:
    """Ask about every visit of which it is time; return how many were asked."""
    due = [one.id for one in to_ask(db.session(), circumstances.now)]
    asked = 0
    for appointment_id in due:
        with transaction() as session:
            appointment = session.get_one(Appointment, appointment_id)
            asked += ask(session, appointment, circumstances, signing_key) is not None
    return asked
