"""Table: the outbox. A message is a row, written in the transaction of what it tells."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, enum_column


class Stage(Enum):
    """How far a message has come."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class OutboxMessage(Base):
    """Frozen bytes of one mail, with what is needed to send it once and to find it again."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.UniqueConstraint("uid", "sequence", "method"),
        sa.Index("ix_outbox_stage_due_at", "stage", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    about: Mapped[str] = mapped_column(sa.String(60), index=True)  # "visit:17"
    recipient: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    raw: Mapped[bytes] = mapped_column(sa.LargeBinary)
    uid: Mapped[str | None] = mapped_column(sa.String(120))
    sequence: Mapped[int | None]
    method: Mapped[str | None] = mapped_column(sa.String(12))
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    stage: Mapped[Stage] = mapped_column(enum_column(Stage), default=Stage.QUEUED)
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(sa.String(300), default="")
