"""Tables: the outbox, what came in, and the addresses that answers come to.

A message that goes out is a row, written in the transaction of what it tells; one that comes in is
a row before anybody reads it.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, enum_column


class Stage(Enum):
    """How far a message has come."""

    QUEUED = "queued"
    HANDED_OVER = "handed_over"  # the final dot went out, the answer to it is not known yet
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"  # taken by a server, and sent back later


UNSETTLED = (Stage.QUEUED, Stage.HANDED_OVER)
FOR_A_PERSON = (Stage.FAILED, Stage.BOUNCED)


class Medium(Enum):
    """By what a message travels."""

    MAIL = "mail"
    SMS = "sms"


class OutboxMessage(Base):
    """Frozen bytes of one message, with what is needed to send it once and to find it again.

    `bounce_token` stands in the envelope's sender, so that what comes back is known for what it is.
    """

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
    method: Mapped[str | None] = mapped_column(sa.String(20))
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    stage: Mapped[Stage] = mapped_column(enum_column(Stage), default=Stage.QUEUED)
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(sa.String(300), default="")
    medium: Mapped[Medium] = mapped_column(enum_column(Medium), default=Medium.MAIL)
    bounce_token: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    bounced_at: Mapped[datetime | None]


class ReplyAddress(Base):
    """The token in the address to which one customer's answers come, for one address of theirs."""

    __tablename__ = "reply_addresses"
    __table_args__ = (sa.UniqueConstraint("customer_id", "email"),)

    token: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"))
    email: Mapped[str] = mapped_column(sa.String(254))
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class InboundState(Enum):
    """How far a message that came in has come."""

    NEW = "new"
    DONE = "done"
    FOR_PERSON = "for_person"
    ANSWERED = "answered"  # by a person, who says so
    IGNORED = "ignored"


class InboundMessage(Base):
    """A mail as it came in: stored before it is read, once, whatever it turns out to be."""

    __tablename__ = "inbound_messages"
    __table_args__ = (sa.Index("ix_inbound_messages_state_received_at", "state", "received_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    raw: Mapped[bytes] = mapped_column(sa.LargeBinary)
    source: Mapped[str] = mapped_column(sa.String(20))
    received_at: Mapped[datetime]
    state: Mapped[InboundState] = mapped_column(enum_column(InboundState), default=InboundState.NEW)
    tries: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(sa.String(40), default="")
    verdict: Mapped[str] = mapped_column(sa.String(300), default="")
    urgent: Mapped[bool] = mapped_column(default=False)  # for a person today, before all others
    sender: Mapped[str] = mapped_column(sa.String(254), default="")
    subject: Mapped[str] = mapped_column(sa.String(200), default="")
    excerpt: Mapped[str] = mapped_column(sa.String(2000), default="")
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str] = mapped_column(sa.String(80), default="")
