"""What happens to branches, regions and their days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.cells import LATITUDES, LONGITUDES
from portal.regions.branch_calendar import SCHOOL, WORK
from portal.regions.errors import RegionRefused
from portal.regions.models import (
    Branch,
    DayKind,
    DayOverride,
    Region,
    RegionPostcode,
    SchoolZone,
)
from portal.texts import text

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_OVERRIDE = timedelta(days=366)


@dataclass(frozen=True)
class Period:
    """The days from `first_on` to `last_on`, both included."""

    first_on: date
    last_on: date

    def days(self) -> Iterator[date]:
        """Yield each day in order."""
        for ahead in range((self.last_on - self.first_on).days + 1):
            yield self.first_on + timedelta(days=ahead)


def add_branch(session: Session, slug: str, name: str, lat: float, lon: float) -> Branch:
    """Return the new branch; raises RegionRefused with every reason why it cannot be."""
    reasons = [*_faults_of_slug(session, slug), *_faults_of_name(name)]
    if not LATITUDES[0] <= lat <= LATITUDES[1] or not LONGITUDES[0] <= lon <= LONGITUDES[1]:
        reasons.append(text("The branch has to lie in the Netherlands."))
    _refuse(reasons)
    branch = Branch(slug=slug, name=name.strip(), lat=lat, lon=lon)
    session.add(branch)
    session.flush()
    return branch


def add_region(
    session: Session, branch: Branch, name: str, zone: SchoolZone, pc4s: Sequence[str]
) -> Region:
    """Return the new region with its postcodes; raises RegionRefused with every reason."""
    reasons = [*_faults_of_name(name), *_faults_of_postcodes(session, pc4s)]
    names = sa.select(Region.id).where(Region.branch_id == branch.id, Region.name == name.strip())
    if session.scalar(names) is not None:
        reasons.append(text("This branch already has a region called %(name)s.", name=name))
    if not pc4s:
        reasons.append(text("A region needs at least one postcode."))
    _refuse(reasons)
    region = Region(branch_id=branch.id, name=name.strip(), school_zone=zone)
    region.postcodes = [RegionPostcode(pc4=pc4) for pc4 in pc4s]
    session.add(region)
    session.flush()
    return region


def add_postcodes(session: Session, region: Region, pc4s: Sequence[str]) -> int:
    """Give a region more postcodes; return how many were new. Another region's are refused."""
    _refuse(_faults_of_postcodes(session, pc4s, region))
    known = {one.pc4 for one in region.postcodes}
    new = [pc4 for pc4 in pc4s if pc4 not in known]
    region.postcodes.extend(RegionPostcode(pc4=pc4) for pc4 in new)
    session.flush()
    return len(new)


def remove_postcodes(session: Session, region: Region, pc4s: Sequence[str]) -> int:
    """Take postcodes from a region; return how many it had. Placed addresses stay in it."""
    gone = [one for one in region.postcodes if one.pc4 in set(pc4s)]
    for one in gone:
        region.postcodes.remove(one)
    session.flush()
    return len(gone)


def override_days(
    session: Session,
    branch: Branch,
    period: Period,
    kind: DayKind,
    reason: str,
    region: Region | None = None,
) -> int:
    """Keep a planner's word about each day of a period; return the number of days.

    It takes the place of an earlier word of the same sort (work or school) about the same place.
    Raises RegionRefused for a period that makes no sense or a missing reason.
    """
    _refuse([*_faults_of_period(period), *_faults_of_reason(reason)])
    withdraw_overrides(session, branch, period, WORK if kind in WORK else SCHOOL, region)
    region_id = region.id if region else None
    words = [
        DayOverride(
            branch_id=branch.id, region_id=region_id, date=day, kind=kind, reason=reason.strip()
        )
        for day in period.days()
    ]
    session.add_all(words)
    session.flush()
    return len(words)


def withdraw_overrides(
    session: Session,
    branch: Branch,
    period: Period,
    kinds: frozenset[DayKind] = WORK | SCHOOL,
    region: Region | None = None,
) -> int:
    """Forget the planner's words about a period and place; return how many days had one."""
    wanted = sa.select(DayOverride).where(
        DayOverride.branch_id == branch.id,
        DayOverride.region_id == (region.id if region else None),
        DayOverride.date.between(period.first_on, period.last_on),
        DayOverride.kind.in_(kinds),
    )
    words = session.scalars(wanted).all()
    for word in words:
        session.delete(word)
    session.flush()
    return len(words)


def _refuse(reasons: Iterable[str]) -> None:
    if found := tuple(reasons):
        raise RegionRefused(found)


def _faults_of_slug(session: Session, slug: str) -> Iterator[str]:
    if len(slug) > 40 or not SLUG.fullmatch(slug):
        yield text("The short name may hold small letters, digits and hyphens, at most 40.")
    elif session.scalar(sa.select(Branch.id).where(Branch.slug == slug)) is not None:
        yield text("There is already a branch called %(slug)s.", slug=slug)


def _faults_of_name(name: str) -> Iterator[str]:
    if not name.strip() or len(name) > 80 or not name.isprintable():
        yield text("The name has to have 1 to 80 characters.")


def _faults_of_postcodes(
    session: Session, pc4s: Sequence[str], own: Region | None = None
) -> Iterator[str]:
    taken = (
        sa.select(RegionPostcode.pc4, Region.name)
        .join(RegionPostcode.region)
        .where(RegionPostcode.pc4.in_(pc4s), Region.id != (own.id if own else 0))
        .order_by(RegionPostcode.pc4)
    )
    for pc4, name in session.execute(taken):
        yield text("Postcode %(pc4)s belongs to region %(name)s.", pc4=pc4, name=name)


def _faults_of_period(period: Period) -> Iterator[str]:
    if period.last_on < period.first_on:
        yield text("The last day cannot be before the first day.")
    elif period.last_on - period.first_on > LONGEST_OVERRIDE:
        yield text("A period cannot be longer than a year.")


def _faults_of_reason(reason: str) -> Iterator[str]:
    if not reason.strip() or len(reason) > 200:
        yield text("Give a reason of 1 to 200 characters: colleagues will read it.")
