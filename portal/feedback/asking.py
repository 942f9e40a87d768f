"""Asks everybody whose turn it is, each in a transaction of its own."""

from __future__ import annotations

from portal.booking.circumstances import Circumstances
from portal.booking.models import Appointment
from portal.database import db, transaction
from portal.feedback.actions import ask
from portal.feedback.queries import to_ask
from portal.rounds import one_by_one

BY = "questions"


def ask_everybody(circumstances: Circumstances, signing_key: str) -> int:
    """Ask about every visit of which it is time; return how many were asked."""
    due = [one.id for one in to_ask(db.session(), circumstances.now)]

    def asked(appointment_id: int) -> bool:
        with transaction() as session:
            appointment = session.get_one(Appointment, appointment_id)
            return ask(session, appointment, circumstances, signing_key) is not None

    return sum(one_by_one(due, asked))
