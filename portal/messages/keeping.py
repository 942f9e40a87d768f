"""How long messages that went out are kept: until the next visit was planned. Then they go."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.messages.models import OutboxMessage, Stage
from portal.messages.policy import MESSAGE_KEPT_FOR


def forget_messages(session: Session, now: datetime) -> int:
    """Delete the messages that were sent long ago, whole; return how many there were.

    What is still to be sent, or waits for a person, stays however old it is.
    """
    old = sa.delete(OutboxMessage).where(
        OutboxMessage.stage == Stage.SENT, OutboxMessage.sent_at < now - MESSAGE_KEPT_FOR
    )
    done = session.execute(old.execution_options(synchronize_session=False))
    return cast("sa.CursorResult[Any]", done).rowcount
