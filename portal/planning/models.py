"""Tables: the day plan (the witness that every promise can be kept), its stops, and openings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.customers.models import Visit
from portal.database import Base, enum_column
from portal.regions.models import Branch, Region
from portal.technicians.models import Technician

BOOKED = sa.text("held_until IS NULL")
HELD = sa.text("held_until IS NOT NULL")
HELD_ONCE = sa.text("held_until IS NOT NULL AND hold_kind <> 'letter'")


class OpeningReason(Enum):
    """Why a window stands open, or with how many places."""

    CHOICE = "choice"
    DEMAND = "demand"
    PLANNER = "planner"


class HoldKind(Enum):
    """For what a window is kept for somebody."""

    CHOICE = "choice"  # for minutes, while somebody decides on the page
    SELECTION = "selection"  # until one of the ticked windows is confirmed
    WAITING_LIST = "waiting_list"  # for an hour, for whoever waited for such a window
    LETTER = "letter"  # for days, until the deadline of a letter


@dataclass(frozen=True, slots=True)
class Hold:
    """A promise that ends by itself at a moment."""

    kind: HoldKind
    until: datetime


class DayPlan(Base):
    """All routes of a branch on a date. This row is locked by everything that changes them."""

    __tablename__ = "day_plans"
    __table_args__ = (sa.UniqueConstraint("branch_id", "date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("branches.id"))
    date: Mapped[date]
    version: Mapped[int] = mapped_column(default=0)
    travel_s: Mapped[int | None]  # of the routes as last solved, with the bound found then
    lower_bound_s: Mapped[int | None]
    solved_at: Mapped[datetime | None]
    solved_version: Mapped[int | None]

    branch: Mapped[Branch] = relationship()
    stops: Mapped[list[Stop]] = relationship(
        back_populates="day_plan", order_by="(Stop.technician_id, Stop.position)"
    )


class Opening(Base):
    """A window opened for a region, with its places: what is wanted, not what is possible."""

    __tablename__ = "openings"
    __table_args__ = (
        sa.UniqueConstraint("region_id", "date", "window_start"),
        sa.CheckConstraint("0 <= taken AND taken <= places", name="taken_within_places"),
        sa.CheckConstraint("window_start < window_end", name="starts_before_it_ends"),
        sa.Index("ix_openings_date", "date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("regions.id"))
    date: Mapped[date]
    window_start: Mapped[time]
    window_end: Mapped[time]
    places: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    closed: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[OpeningReason] = mapped_column(enum_column(OpeningReason))
    opened_by: Mapped[str] = mapped_column(sa.String(80))

    region: Mapped[Region] = relationship()


class Stop(Base):
    """One promise on a route: a booked visit, or one that is held for somebody until a moment."""

    __tablename__ = "stops"
    __table_args__ = (
        sa.UniqueConstraint("day_plan_id", "technician_id", "position"),
        sa.CheckConstraint("window_start < window_end", name="starts_before_it_ends"),
        sa.Index(
            "uq_stops_booked_visit",
            "visit_id",
            unique=True,
            sqlite_where=BOOKED,
            postgresql_where=BOOKED,
        ),
        sa.Index(
            "uq_stops_held_window",
            "visit_id",
            "day_plan_id",
            "window_start",
            unique=True,
            sqlite_where=HELD,
            postgresql_where=HELD,
        ),
        sa.Index(
            "uq_stops_hold_of_visit",
            "visit_id",
            "hold_kind",
            unique=True,
            sqlite_where=HELD_ONCE,
            postgresql_where=HELD_ONCE,
        ),
        sa.CheckConstraint(
            "(held_until IS NULL) = (hold_kind IS NULL)", name="hold_has_kind_and_end"
        ),
        sa.Index("ix_stops_held_until", "held_until", sqlite_where=HELD, postgresql_where=HELD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day_plan_id: Mapped[int] = mapped_column(sa.ForeignKey("day_plans.id"))
    technician_id: Mapped[int] = mapped_column(sa.ForeignKey("technicians.id"))
    position: Mapped[int]
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    opening_id: Mapped[int | None] = mapped_column(sa.ForeignKey("openings.id"), index=True)
    window_start: Mapped[time]
    window_end: Mapped[time]
    held_until: Mapped[datetime | None]
    hold_kind: Mapped[HoldKind | None] = mapped_column(enum_column(HoldKind))
    pinned: Mapped[bool] = mapped_column(default=False)
    begun: Mapped[bool] = mapped_column(default=False)  # somebody set off for it, or was there

    day_plan: Mapped[DayPlan] = relationship(back_populates="stops")
    technician: Mapped[Technician] = relationship()
    visit: Mapped[Visit] = relationship()
    opening: Mapped[Opening | None] = relationship()
