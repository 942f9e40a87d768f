"""Questions to the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.messages.models import FOR_A_PERSON, UNSETTLED, OutboxMessage


def failed_messages(session: Session) -> list[OutboxMessage]:
    """Return what was given up or came back and waits for a person, the oldest first."""
    rows = sa.select(OutboxMessage).where(OutboxMessage.stage.in_(FOR_A_PERSON))
    return list(session.scalars(rows.order_by(OutboxMessage.queued_at, OutboxMessage.id)))


def waiting_messages(session: Session) -> list[OutboxMessage]:
    """Return the messages not yet certainly taken, the next one first."""
    rows = sa.select(OutboxMessage).where(OutboxMessage.stage.in_(UNSETTLED))
    return list(session.scalars(rows.order_by(OutboxMessage.due_at, OutboxMessage.id)))
