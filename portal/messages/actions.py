"""What people do with messages that did not go out."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.messages.models import OutboxMessage, Stage


def try_again(session: Session, message_id: int, now: datetime) -> bool:
    """Put a given-up message back, due now, with identical bytes.

    Returns False when it is not one, or when a later message about the same event exists: what
    is no longer true is not sent.
    """
    later = aliased(OutboxMessage)
    overtaken = sa.exists().where(
        later.uid == OutboxMessage.uid, later.sequence > OutboxMessage.sequence
    )
    again = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.stage == Stage.FAILED, ~overtaken)
        .values(stage=Stage.QUEUED, due_at=now, tries=0, lease_until=None)
        .returning(OutboxMessage.id)
    )
    return session.execute(again).scalar() is not None
