"""The invented branch: its regions, its days, its people and the boilers that are due."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock import local_date
from portal.customers.actions import import_customers, replace_postcode_places
from portal.customers.importing import CustomerRow
from portal.customers.places import Place
from portal.demo.errors import DatabaseInUse, DemoThereAlready
from portal.demo.households import customer_rows
from portal.demo.places import AREAS
from portal.demo.team import hire
from portal.planning.actions import make_days
from portal.regions.actions import Period, add_branch, add_region, override_days
from portal.regions.holidays_nl import known_until
from portal.regions.models import Branch, DayKind, SchoolZone
from portal.regions.queries import branches

SLUG = "demo-utrecht"
WORKSHOP = (52.099, 5.062)  # an industrial estate in the west of the town
ZONE = SchoolZone.MIDDEN
PLANNED_AHEAD = timedelta(days=92)
LOOKED_AHEAD = timedelta(days=200)
INVENTED_BREAK = (timedelta(days=33), timedelta(days=9))  # starts about then, and lasts so long


def is_demo_only(session: Session) -> bool:
    """Return whether the database holds the demo's branch and no other."""
    return [branch.slug for branch in branches(session)] == [SLUG]


def demo_branch(session: Session) -> Branch:
    """Return the demo's branch; raises NoResultFound before it is loaded."""
    return session.scalars(sa.select(Branch).where(Branch.slug == SLUG)).one()


def found_branch(session: Session, now: datetime, since: date, size: int) -> Branch:
    """Return the new branch with everything that is there before anybody is invited.

    `since` is the first date that is looked at. Raises DatabaseInUse or DemoThereAlready.
    """
    if is_demo_only(session):
        raise DemoThereAlready
    if branches(session):
        raise DatabaseInUse
    today = local_date(now)
    branch = add_branch(session, SLUG, "Utrecht", *WORKSHOP)
    for name, quarters in AREAS.items():
        add_region(session, branch, name, ZONE, [quarter.pc4 for quarter in quarters])
    say_what_holidays_are_unknown(session, branch, since, today)
    replace_postcode_places(
        session,
        {one.pc4: Place(one.lat, one.lon, one.town) for area in AREAS.values() for one in area},
    )
    hire(session, branch, today)
    import_customers(session, branch, demo_rows(size, today), now)
    make_days(session, branch, today - timedelta(days=1), today + PLANNED_AHEAD)
    return branch


def demo_rows(size: int, today: date) -> list[CustomerRow]:
    """Return the customers with about so many boilers as of a date; always the same ones."""
    return customer_rows(size, today, random.Random(f"households of {today}"))


def say_what_holidays_are_unknown(
    session: Session, branch: Branch, since: date, today: date
) -> None:
    """Invent school holidays where none are published yet, so that the demo works in any year."""
    last_known, last_on = known_until(ZONE), today + LOOKED_AHEAD
    if last_on <= last_known:
        return
    unknown = Period(max(since, last_known + timedelta(days=1)), last_on)
    reason = "Nog niet vastgesteld; bedacht voor de demo"
    override_days(session, branch, unknown, DayKind.NO_SCHOOL_HOLIDAY, reason)
    ahead, length = INVENTED_BREAK
    saturday = today + ahead + timedelta(days=(5 - (today + ahead).weekday()) % 7)
    if saturday > last_known:
        invented = Period(saturday, saturday + length - timedelta(days=1))
        override_days(session, branch, invented, DayKind.SCHOOL_HOLIDAY, reason)
