"""Tables: what was tapped at each visit, its report, and who was told that we are late."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.booking.models import Appointment
from portal.customers.models import Visit
from portal.database import Base, enum_column
from portal.fieldwork.lateness import MOST
from portal.fieldwork.steps import Step
from portal.fieldwork.work import Unfinished
from portal.technicians.models import Technician

STANDING = sa.text("undone_at IS NULL")


class Tap(Base):
    """One press of a button at a visit; `tapped_at` is when it was pressed, not when it came in.

    `key` is its form's, so that a press that is sent twice counts once. `message_id` is what was
    told because of it.
    """

    __tablename__ = "taps"
    __table_args__ = (
        sa.Index(
            "uq_taps_standing_step",
            "appointment_id",
            "step",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        sa.Index("ix_taps_technician_id_tapped_at", "technician_id", "tapped_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("appointments.id"))
    technician_id: Mapped[int] = mapped_column(sa.ForeignKey("technicians.id"))
    step: Mapped[Step] = mapped_column(enum_column(Step))
    tapped_at: Mapped[datetime]
    received_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(80))
    why: Mapped[Unfinished | None] = mapped_column(enum_column(Unfinished))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None]

    appointment: Mapped[Appointment] = relationship()
    technician: Mapped[Technician] = relationship()


class Report(Base):
    """What was done at a visit, and what follows from it.

    `work` holds values of `work.Work`. `served_before_on` is what the boiler's last service was
    before, for a tap that is taken back.
    """

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("appointments.id"), unique=True)
    technician_id: Mapped[int] = mapped_column(sa.ForeignKey("technicians.id"))
    certificate_on: Mapped[date]
    work: Mapped[list[str]] = mapped_column(sa.JSON)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    next_due_on: Mapped[date]
    next_visit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("visits.id"))
    served_before_on: Mapped[date | None]
    made_at: Mapped[datetime]

    appointment: Mapped[Appointment] = relationship()
    technician: Mapped[Technician] = relationship()
    next_visit: Mapped[Visit | None] = relationship()


class LateWarning(Base):
    """That a customer was told that we come later than promised, and about when."""

    __tablename__ = "late_warnings"
    __table_args__ = (
        sa.UniqueConstraint("appointment_id", "number"),
        sa.CheckConstraint(f"number BETWEEN 1 AND {MOST}", name="few_warnings"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("appointments.id"))
    number: Mapped[int]
    expected_at: Mapped[datetime]
    warned_at: Mapped[datetime]
