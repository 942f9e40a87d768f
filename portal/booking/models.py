"""Tables: invitation, appointment, and the answers kept for repeated requests."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.customers.models import Channel, Visit
from portal.database import Base, enum_column

LIVE = sa.text("status = 'confirmed'")
OPEN = sa.text("state = 'open'")


class InvitationState(Enum):
    """Whether a link may still be used."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"


class AppointmentStatus(Enum):
    """What became of an appointment."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    DONE = "done"


class Invitation(Base):
    """The request to plan a visit. Its link carries a signature over id and link version."""

    __tablename__ = "invitations"
    __table_args__ = (
        sa.Index(
            "uq_invitations_open_visit",
            "visit_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    link_version: Mapped[int] = mapped_column(default=1)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    state: Mapped[InvitationState] = mapped_column(
        enum_column(InvitationState), default=InvitationState.OPEN
    )
    invited_at: Mapped[datetime]
    deadline_on: Mapped[date]

    visit: Mapped[Visit] = relationship()


class Appointment(Base):
    """A visit with a confirmed window, as the customer knows it; its stop is the witness."""

    __tablename__ = "appointments"
    __table_args__ = (
        sa.Index(
            "uq_appointments_live_visit",
            "visit_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        sa.CheckConstraint("window_start < window_end", name="starts_before_it_ends"),
        sa.Index("ix_appointments_date", "date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    uid: Mapped[str] = mapped_column(sa.String(120), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    status: Mapped[AppointmentStatus] = mapped_column(
        enum_column(AppointmentStatus), default=AppointmentStatus.CONFIRMED
    )
    date: Mapped[date]
    window_start: Mapped[time]
    window_end: Mapped[time]
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    booked_by: Mapped[str] = mapped_column(sa.String(80))

    visit: Mapped[Visit] = relationship()


class KeptAnswer(Base):
    """What was answered to a form with an idempotency key, so that a repeat gets the same."""

    __tablename__ = "kept_answers"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[str] = mapped_column(sa.String(200))
    kept_at: Mapped[datetime] = mapped_column(index=True)
