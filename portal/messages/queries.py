"""Questions to the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.messages.models import OutboxMessage, Stage


def failed_messages(session: Session) -> list[OutboxMessage]:
    """Return the messages that were given up and wait for a person, the oldest first."""
    rows = sa.select(OutboxMessage).where(OutboxMessage.stage == Stage.FAILED)
    return list(session.scalars(rows.order_by(OutboxMessage.queued_at, OutboxMessage.id)))


def waiting_messages(session: Session) -> list[OutboxMessage]:
    """Return the messages still to be sent, the next one first."""
    rows = sa.select(OutboxMessage).where(OutboxMessage.stage == Stage.QUEUED)
    return list(session.scalars(rows.order_by(OutboxMessage.due_at, OutboxMessage.id)))
