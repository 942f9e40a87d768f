"""What lies behind a demo that was just loaded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import local_date
from portal.feedback.models import Opinion, OpinionState
from portal.messages.models import UNSETTLED, OutboxMessage


def behind_us(session: Session, now: datetime) -> Sequence[Appointment]:
    """Return the appointments of days before today, but for those that were cancelled."""
    return session.scalars(
        sa.select(Appointment)
        .where(Appointment.date < local_date(now))
        .where(Appointment.status != AppointmentStatus.CANCELLED)
        .order_by(Appointment.date, Appointment.id)
    ).all()


def left_to_send(session: Session, now: datetime) -> Sequence[str]:
    """Return the subjects of messages that were due before now and did not go out."""
    due = sa.select(OutboxMessage.subject).where(
        OutboxMessage.stage.in_(UNSETTLED), OutboxMessage.due_at <= now
    )
    return session.scalars(due).all()


def assert_a_fortnight_lies_behind(session: Session, now: datetime) -> None:
    """Insist on visits that ended, opinions, and no old message that would go out now."""
    past = behind_us(session, now)
    assert len(past) >= 8
    assert AppointmentStatus.CONFIRMED not in {one.status for one in past}
    assert AppointmentStatus.NOT_AT_HOME in {one.status for one in past}
    states = session.scalars(sa.select(Opinion.state)).all()
    assert states.count(OpinionState.OPEN) == 1
    assert OpinionState.CLOSED in states
    assert left_to_send(session, now) == []
