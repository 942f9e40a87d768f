"""Tables: branch, region, its postcodes, and days the planner overrides."""

from __future__ import annotations

from datetime import date
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base, enum_column


class SchoolZone(Enum):
    """The three parts of the Netherlands with their own school holidays."""

    NOORD = "noord"
    MIDDEN = "midden"
    ZUID = "zuid"


class DayKind(Enum):
    """What a planner makes of a date that the calendar would have otherwise."""

    CLOSED = "closed"
    WORKDAY = "workday"
    SCHOOL_HOLIDAY = "school_holiday"
    NO_SCHOOL_HOLIDAY = "no_school_holiday"


class Branch(Base):
    """An office with its technicians. `roster_stamp` is another number after any change of them."""

    __tablename__ = "branches"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    lat: Mapped[float]
    lon: Mapped[float]
    roster_stamp: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")

    regions: Mapped[list[Region]] = relationship(back_populates="branch", order_by="Region.name")


class Region(Base):
    __tablename__ = "regions"
    __table_args__ = (sa.UniqueConstraint("branch_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("branches.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    school_zone: Mapped[SchoolZone] = mapped_column(enum_column(SchoolZone))

    branch: Mapped[Branch] = relationship(back_populates="regions")
    postcodes: Mapped[list[RegionPostcode]] = relationship(
        back_populates="region", cascade="all, delete-orphan"
    )


class RegionPostcode(Base):
    """Four digits of a postcode; each belongs to one region at most."""

    __tablename__ = "region_postcodes"

    pc4: Mapped[str] = mapped_column(sa.String(4), primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("regions.id"), index=True)

    region: Mapped[Region] = relationship(back_populates="postcodes")


class DayOverride(Base):
    """A planner's word about a date; without a region it holds for the whole branch."""

    __tablename__ = "day_overrides"
    __table_args__ = (sa.Index("ix_day_overrides_branch_date", "branch_id", "date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("branches.id"))
    region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("regions.id"))
    date: Mapped[date]
    kind: Mapped[DayKind] = mapped_column(enum_column(DayKind))
    reason: Mapped[str] = mapped_column(sa.String(200))
