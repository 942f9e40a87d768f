"""A large invented branch in a database: technicians, working days filled to a share, customers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions import invite
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.database import Base, transaction
from portal.planning.actions import admit, make_days
from portal.planning.errors import NoLongerFits
from portal.planning.models import Opening, OpeningReason, Stop
from portal.planning.policy import first_choosable_on
from portal.planning.windows import STANDARD_WINDOWS, Window
from portal.regions.models import Branch, Region, RegionPostcode, SchoolZone
from portal.technicians.models import Shift, Technician

CENTRE = (52.09, 5.12)
SPREAD = (0.12, 0.20)  # degrees: some 13 km to every side
SATURATION = 8.7  # visits of 45 minutes that one of these technicians can make on a day
AT_ONCE = 5_000


@dataclass(frozen=True)
class Size:
    """How large the branch is, and which share of what it can do is promised."""

    technicians: int = 30
    days: int = 30
    fill: float = 0.7

    @property
    def promises_a_day(self) -> int:
        """How many visits are promised on each day."""
        return round(self.technicians * SATURATION * self.fill)


def make_branch(now: datetime, size: Size, rng: random.Random) -> list[date]:
    """Make the branch with its technicians, day plans and openings; return the working days."""
    first_on = first_choosable_on(now)
    coming = (first_on + timedelta(days=n) for n in range(size.days * 2))
    workdays = [day for day in coming if day.weekday() < 5][: size.days]
    with transaction() as session:
        branch = Branch(slug="groot", name="Groot", lat=CENTRE[0], lon=CENTRE[1])
        region = Region(branch=branch, name="Groot", school_zone=SchoolZone.MIDDEN)
        region.postcodes = [RegionPostcode(pc4="3511")]
        session.add_all([branch, region])
        session.flush()
        session.add_all(_technician(number, branch.id, rng) for number in range(size.technicians))
        make_days(session, branch, workdays[0], workdays[-1])
        places = size.technicians * 3
        session.add_all(
            Opening(region=region, date=day, window_start=start, window_end=end, places=places,
                    reason=OpeningReason.CHOICE, opened_by="benchmark")
            for day in workdays for start, end in STANDARD_WINDOWS
        )  # fmt: skip
    return workdays


def add_boilers(wanted: int, due_on: date, rng: random.Random) -> None:
    """Add customers with one boiler and one due visit each until there are so many."""
    with transaction() as session:
        known = session.scalar(sa.select(sa.func.count(Boiler.id))) or 0
        branch_id, region_id = session.execute(sa.select(Region.branch_id, Region.id)).one()
        for begin in range(known + 1, wanted + 1, AT_ONCE):
            numbers = range(begin, min(begin + AT_ONCE, wanted + 1))
            _insert(session, Customer, [_customer(n, branch_id) for n in numbers])
            _insert(session, Address, [_address(n, region_id, rng) for n in numbers])
            _insert(session, Boiler, [_boiler(n) for n in numbers])
            _insert(session, Visit, [{"id": n, "boiler_id": n, "due_on": due_on} for n in numbers])


def fill_days(workdays: list[date], size: Size, rng: random.Random) -> int:
    """Promise visits until every day is as full as wanted; return how many promises there are."""
    for day in workdays:
        with transaction() as session:
            on_day = sa.select(sa.func.count(Stop.id)).where(Stop.day_plan.has(date=day))
            wanted = size.promises_a_day - (session.scalar(on_day) or 0)
            free = sa.select(Visit).where(Visit.id.not_in(sa.select(Stop.visit_id)))
            for visit in session.scalars(free.limit(max(wanted, 0))).all():
                _promise(session, visit, day, rng)
    with transaction() as session:
        return session.scalar(sa.select(sa.func.count(Stop.id))) or 0


def invite_some(number: int, now: datetime) -> list[int]:
    """Invite the newest customers without a promise; return the ids of their invitations."""
    with transaction() as session:
        free = sa.select(Visit).where(Visit.id.not_in(sa.select(Stop.visit_id)))
        newest = session.scalars(free.order_by(Visit.id.desc()).limit(number)).all()
        invitations = [invite(session, visit, visit.due_on, now) for visit in newest]
        session.flush()
        return [invitation.id for invitation in invitations]


def _promise(session: Session, visit: Visit, day: date, rng: random.Random) -> None:
    for start, end in rng.sample(STANDARD_WINDOWS, len(STANDARD_WINDOWS)):
        try:
            admit(session, visit, Window(day, start, end), opening_id=None)
        except NoLongerFits:
            continue
        return


def _technician(number: int, branch_id: int, rng: random.Random) -> Technician:
    lat, lon = _place(rng)
    return Technician(
        branch_id=branch_id, number=f"M{number}", name=f"Monteur {number}",
        start_lat=lat, start_lon=lon, end_lat=lat, end_lon=lon,
        shifts=[Shift(weekday=day, starts=time(8), ends=time(16, 30)) for day in range(5)],
    )  # fmt: skip


def _customer(number: int, branch_id: int) -> dict[str, Any]:
    return {
        "id": number, "branch_id": branch_id, "number": f"K{number}",
        "name": f"Klant {number}", "email": f"klant{number}@example.org",
    }  # fmt: skip


def _address(number: int, region_id: int, rng: random.Random) -> dict[str, Any]:
    lat, lon = _place(rng)
    return {
        "id": number, "customer_id": number, "region_id": region_id, "street": "Voorbeeldstraat",
        "house_number": str(number), "postcode": "3511AB", "city": "Groot", "lat": lat, "lon": lon,
    }  # fmt: skip


def _boiler(number: int) -> dict[str, Any]:
    return {"id": number, "address_id": number, "number": f"B{number}"}


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    session.execute(sa.insert(model), rows)


def _place(rng: random.Random) -> tuple[float, float]:
    return tuple(middle + rng.uniform(-by, by) for middle, by in zip(CENTRE, SPREAD, strict=True))  # type: ignore[return-value]
