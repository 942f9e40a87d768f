"""What is kept for a customer whose calendar said No, and what the customer is asked about it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.inbound.models import AnswerWish, WishKind, WishState
from portal.booking.models import Appointment, AppointmentStatus, CalendarAnswer
from portal.booking.queries import choice_hold, last_appointment, window_of, window_of_stop
from portal.customers.models import Visit
from portal.planning.models import Stop


def kept_after_no(session: Session, visit: Visit, now: datetime) -> Stop | None:
    """Return the stop of the appointment that a calendar's No ended, while it is kept; or None."""
    stop = choice_hold(session, visit)
    if stop is None or stop.held_until is None or stop.held_until <= now:
        return None
    last = last_appointment(session, visit.id)
    if last is None or last.status is not AppointmentStatus.CANCELLED:
        return None
    is_same = window_of(last) == window_of_stop(stop)
    return stop if is_same and last.answer is CalendarAnswer.DECLINED else None


def open_wish(session: Session, appointment: Appointment) -> AnswerWish | None:
    """Return the No about which the customer of an appointment is asked now, or None.

    What was asked about an earlier window is over by itself.
    """
    return session.scalar(
        sa.select(AnswerWish).where(
            AnswerWish.uid == appointment.uid,
            AnswerWish.sequence == appointment.sequence,
            AnswerWish.kind == WishKind.DECLINED,
            AnswerWish.state == WishState.OPEN,
        )
    )
