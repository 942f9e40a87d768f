"""What comes again and again: how often we send it once more, and when people look at it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.inbound.verdicts import Verdict
from portal.booking.models import Appointment
from portal.messages.models import InboundMessage, InboundState

SENT_AGAIN = (Verdict.REFRESHED.value, Verdict.STALE_TOLD.value)
RECEIVED = "mail.received"  # in the audit trail, for what people look at


def sent_again_since(session: Session, visit_id: int, moment: datetime) -> int:
    """Return how many mails about a visit that came in since a moment got the invite again."""
    led_to_it = sa.select(sa.func.count(InboundMessage.id)).where(
        InboundMessage.visit_id == visit_id,
        InboundMessage.verdict.in_(SENT_AGAIN),
        InboundMessage.received_at > moment,
    )
    return session.scalars(led_to_it).one()


def waits_already(
    session: Session, message: InboundMessage, appointment: Appointment, *, is_proven: bool
) -> bool:
    """Return whether people have the same on their list, about the appointment as it stands.

    What somebody made up never hides what the customer said for certain.
    """
    waiting = session.scalars(
        _of_its_kind(message).where(
            InboundMessage.verdict == message.verdict,
            InboundMessage.state == InboundState.FOR_PERSON,
            InboundMessage.received_at >= appointment.changed_at,
        )
    ).all()
    if not waiting or not is_proven:
        return bool(waiting)
    return any(one.get("proven") and one["message"] in waiting for one in _noted(session, message))


def was_said_before(
    session: Session, message: InboundMessage, appointment: Appointment, sequence: int
) -> bool:
    """Return whether people saw these words with this answer to this invite, dealt with or not."""
    seen = sa.or_(InboundMessage.state == InboundState.FOR_PERSON, InboundMessage.handled_by != "")
    same = session.scalars(
        _of_its_kind(message).where(
            InboundMessage.sender == message.sender, InboundMessage.excerpt == message.excerpt, seen
        )
    ).all()
    return bool(same) and any(
        one.get("answered") == [appointment.id, sequence] and one["message"] in same
        for one in _noted(session, message)
    )


def _of_its_kind(message: InboundMessage) -> sa.Select[int]:
    """Return the ids of other answers of the same kind about a visit."""
    return sa.select(InboundMessage.id).where(
        InboundMessage.id != message.id,
        InboundMessage.visit_id == message.visit_id,
        InboundMessage.kind == message.kind,
    )


def _noted(session: Session, message: InboundMessage) -> list[dict[str, Any]]:
    """Return what the audit trail tells of a visit's mails that people looked at."""
    about = f"visit:{message.visit_id}"
    noted = sa.select(AuditEntry.detail).where(
        AuditEntry.subject == about, AuditEntry.action == RECEIVED
    )
    return list(session.scalars(noted))
