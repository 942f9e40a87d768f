"""What is known about branches, regions and their days."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.regions.branch_calendar import BranchCalendar, DayWord
from portal.regions.errors import BranchUnknown, RegionUnknown
from portal.regions.models import Branch, DayOverride, Region, RegionPostcode

# `availability` looks two weeks around; the rest is room for "the next workday".
MARGIN = timedelta(days=21)


def branch_by_slug(session: Session, slug: str) -> Branch:
    """Return the branch with this short name; raises BranchUnknown."""
    branch = session.scalar(sa.select(Branch).where(Branch.slug == slug))
    if branch is None:
        raise BranchUnknown(slug)
    return branch


def branches(session: Session) -> list[Branch]:
    """Return all branches by name."""
    return list(session.scalars(sa.select(Branch).order_by(Branch.name)))


def regions_of_branch(session: Session, branch_id: int) -> list[Region]:
    """Return a branch's regions by name."""
    wanted = sa.select(Region).where(Region.branch_id == branch_id).order_by(Region.name)
    return list(session.scalars(wanted))


def region_by_name(session: Session, branch_id: int, name: str) -> Region:
    """Return the branch's region with this name; raises RegionUnknown."""
    wanted = sa.select(Region).where(Region.branch_id == branch_id, Region.name == name)
    region = session.scalar(wanted)
    if region is None:
        raise RegionUnknown(name)
    return region


def regions_named(session: Session, slug: str, name: str | None) -> list[Region]:
    """Return one region of a branch, or all without a name; raises BranchUnknown, RegionUnknown."""
    branch = branch_by_slug(session, slug)
    if name is not None:
        return [region_by_name(session, branch.id, name)]
    return regions_of_branch(session, branch.id)


def region_ids_by_pc4(session: Session, branch_id: int) -> dict[str, int]:
    """Return the id of the region for each four-digit postcode of a branch."""
    wanted = (
        sa.select(RegionPostcode.pc4, RegionPostcode.region_id)
        .join(RegionPostcode.region)
        .where(Region.branch_id == branch_id)
    )
    return dict(session.execute(wanted).all())


def branch_calendar(
    session: Session, branch_id: int, first_on: date, last_on: date
) -> BranchCalendar:
    """Return the branch's days from `first_on` to `last_on`, with three weeks around them."""
    first_on, last_on = first_on - MARGIN, last_on + MARGIN
    regions = sa.select(Region.id, Region.school_zone).where(Region.branch_id == branch_id)
    words = sa.select(DayOverride.date, DayOverride.kind, DayOverride.region_id).where(
        DayOverride.branch_id == branch_id, DayOverride.date.between(first_on, last_on)
    )
    return BranchCalendar(
        first_on,
        last_on,
        zones=dict(session.execute(regions).all()),
        words=frozenset(DayWord(*row) for row in session.execute(words)),
    )
