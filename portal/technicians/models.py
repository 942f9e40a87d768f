"""Tables: technician, certificates, weekly shifts, absences."""

from __future__ import annotations

from datetime import date, time
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base, enum_column


class AbsenceKind(Enum):
    """Why a technician is away."""

    LEAVE = "leave"
    ILLNESS = "illness"
    TRAINING = "training"


class Technician(Base):
    __tablename__ = "technicians"
    __table_args__ = (sa.UniqueConstraint("branch_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("branches.id"))
    number: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    start_lat: Mapped[float]
    start_lon: Mapped[float]
    end_lat: Mapped[float]
    end_lon: Mapped[float]
    active: Mapped[bool] = mapped_column(default=True)

    certificates: Mapped[list[Certificate]] = relationship(
        back_populates="technician", cascade="all, delete-orphan"
    )
    shifts: Mapped[list[Shift]] = relationship(
        back_populates="technician", cascade="all, delete-orphan", order_by="Shift.weekday"
    )
    absences: Mapped[list[Absence]] = relationship(
        back_populates="technician", cascade="all, delete-orphan", order_by="Absence.first_on"
    )


class Certificate(Base):
    """A skill that a technician may use between two dates, both included."""

    __tablename__ = "certificates"
    __table_args__ = (sa.UniqueConstraint("technician_id", "skill", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(sa.ForeignKey("technicians.id"))
    skill: Mapped[str] = mapped_column(sa.String(40))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    technician: Mapped[Technician] = relationship(back_populates="certificates")


class Shift(Base):
    """Working hours on a weekday (0 = Monday), with an optional lunch that starts in a period."""

    __tablename__ = "shifts"
    __table_args__ = (
        sa.UniqueConstraint("technician_id", "weekday"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_exists"),
        sa.CheckConstraint("starts < ends", name="starts_before_it_ends"),
        sa.CheckConstraint("lunch_minutes BETWEEN 0 AND 120", name="lunch_is_short"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(sa.ForeignKey("technicians.id"))
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    lunch_minutes: Mapped[int] = mapped_column(default=30)
    lunch_from: Mapped[time] = mapped_column(default=time(11, 30))
    lunch_until: Mapped[time] = mapped_column(default=time(13, 0))

    technician: Mapped[Technician] = relationship(back_populates="shifts")


class Absence(Base):
    """Days on which a technician does not work, both ends included."""

    __tablename__ = "absences"
    __table_args__ = (sa.CheckConstraint("first_on <= last_on", name="ends_after_it_starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(sa.ForeignKey("technicians.id"), index=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    kind: Mapped[AbsenceKind] = mapped_column(enum_column(AbsenceKind))

    technician: Mapped[Technician] = relationship(back_populates="absences")
