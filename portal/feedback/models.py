"""Tables: what customers were asked after a visit and answered, and who wants no questions."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.booking.models import Appointment
from portal.customers.models import Customer
from portal.database import Base, enum_column


class Went(Enum):
    """Whether the visit went as the customer expected."""

    AS_EXPECTED = "as_expected"
    PARTLY = "partly"
    NOT = "not"


class OpinionState(Enum):
    """Where an opinion stands; one that is open has an owner and waits for a call back."""

    ASKED = "asked"
    OPEN = "open"
    CLOSED = "closed"


class Opinion(Base):
    """The two questions about one visit, asked once, their answers and what came of them."""

    __tablename__ = "opinions"
    __table_args__ = (sa.Index("ix_opinions_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("appointments.id"), unique=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    asked_at: Mapped[datetime]
    state: Mapped[OpinionState] = mapped_column(
        enum_column(OpinionState), default=OpinionState.ASKED
    )
    went: Mapped[Went | None] = mapped_column(enum_column(Went))
    words: Mapped[str] = mapped_column(sa.String(1000), default="")
    answered_at: Mapped[datetime | None]
    owner: Mapped[str] = mapped_column(sa.String(80), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    closed_at: Mapped[datetime | None]

    appointment: Mapped[Appointment] = relationship()
    customer: Mapped[Customer] = relationship()


class NoQuestions(Base):
    """A customer who wishes to be asked nothing after a visit."""

    __tablename__ = "no_questions"

    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"), primary_key=True)
    told_at: Mapped[datetime]
