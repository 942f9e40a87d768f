"""Table: what answers of calendars want, and the customer is asked or told about."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.booking.models import Appointment
from portal.database import Base, enum_column


class WishKind(Enum):
    """What a calendar's answer wants, and what somebody was asked or told about it."""

    DECLINED = "declined"
    COUNTER = "counter"


class WishState(Enum):
    """What the customer said about a wish on the page."""

    OPEN = "open"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class AnswerWish(Base):
    """What an answer wants of an appointment as it was, and changes nothing by itself.

    One row for each kind and state of an appointment: the customer is asked once.
    """

    __tablename__ = "answer_wishes"
    __table_args__ = (sa.UniqueConstraint("uid", "sequence", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("appointments.id"), index=True)
    uid: Mapped[str] = mapped_column(sa.String(120))
    sequence: Mapped[int]
    kind: Mapped[WishKind] = mapped_column(enum_column(WishKind))
    state: Mapped[WishState] = mapped_column(enum_column(WishState), default=WishState.OPEN)
    stamp: Mapped[datetime]
    asked_at: Mapped[datetime]

    appointment: Mapped[Appointment] = relationship()
