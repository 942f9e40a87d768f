"""Questions to the outbox."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.messages.models import OutboxMessage, Stage


def messages_about(session: Session, about: str) -> list[OutboxMessage]:
    """Return all messages about one thing, such as "visit:17", the oldest first."""
    by_age = (OutboxMessage.queued_at, OutboxMessage.id)
    rows = sa.select(OutboxMessage).where(OutboxMessage.about == about).order_by(*by_age)
    return list(session.scalars(rows))


def failed_messages(session: Session) -> list[OutboxMessage]:
    """Return the messages that were given up and wait for a person, the oldest first."""
    rows = sa.select(OutboxMessage).where(OutboxMessage.stage == Stage.FAILED)
    return list(session.scalars(rows.order_by(OutboxMessage.queued_at, OutboxMessage.id)))


def waiting_messages(session: Session) -> list[OutboxMessage]:
    """Return the messages still to be sent, the next one first."""
    rows = sa.select(OutboxMessage).where(OutboxMessage.stage == Stage.QUEUED)
    return list(session.scalars(rows.order_by(OutboxMessage.due_at, OutboxMessage.id)))


def next_due_at(session: Session) -> datetime | None:
    """Return the moment at which a message is to be sent next; None with nothing to send."""
    first = sa.select(OutboxMessage.due_at).where(OutboxMessage.stage == Stage.QUEUED)
    return session.scalars(first.order_by(OutboxMessage.due_at).limit(1)).first()
