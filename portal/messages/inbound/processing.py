"""What comes in is stored first, and understood later: a row is claimed, read and acted upon."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.database import insert_if_new
from portal.messages.inbound.reading import Reading
from portal.messages.models import InboundMessage, InboundState

Handle = Callable[[Session, InboundMessage, Reading, datetime], None]


def store(session: Session, raw: bytes, source: str, now: datetime) -> InboundMessage:
    """Return the row of a mail, new or known: the same bytes twice are one row.

    `source` says where it came from ("imap", "pipe"), at most 20 characters. Nothing is read.
    """
    digest = hashlib.sha256(raw).hexdigest()
    session.execute(
        insert_if_new(session, InboundMessage).values(
            digest=digest, raw=raw, source=source, received_at=now, state=InboundState.NEW
        )
    )
    return session.scalars(sa.select(InboundMessage).where(InboundMessage.digest == digest)).one()
