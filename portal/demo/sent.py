"""Messages of the past stand in the outbox as sent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.messages.models import OutboxMessage, Stage


def go_out(session: Session, until: datetime) -> None:
    """Say of every message that was due by a moment that it was sent when it was due.

    Before each thing that happens in the past: what is still in the outbox may be taken back by it.
    No channel took them and no action is called, for handing over hundreds of old messages takes
    long; left as they are they would all go out in the demo's first minute.
    """
    session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.stage == Stage.QUEUED, OutboxMessage.due_at <= until)
        .values(stage=Stage.SENT, sent_at=OutboxMessage.due_at, tries=1)
        .execution_options(synchronize_session=False)
    )
