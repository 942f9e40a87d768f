"""An invented branch to storm: people with invitations, technicians, day plans and openings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from portal.access.actions import add_staff
from portal.access.guards import Role
from portal.booking.links import token_of
from portal.booking.models import Invitation
from portal.clock import local_date
from portal.customers.models import Address, Boiler, Channel, Customer, Salutation, Visit
from portal.database import transaction
from portal.planning.models import DayPlan, Opening, OpeningReason
from portal.planning.policy import first_choosable_on
from portal.planning.windows import STANDARD_WINDOWS
from portal.regions.models import Branch, Region, SchoolZone
from portal.technicians.models import Shift, Technician

BRANCH = "storm"
PLANNER = "planner@storm.example"
PASSWORD = "a long sentence for a storm"
MIDDLE = (52.09, 5.12)
FIRST_CODE = 100_000


@dataclass(frozen=True)
class Size:
    """How much there is to fight for; every visit takes `minutes`."""

    visits: int
    days: int = 5
    technicians: int = 6
    places: int = 3
    regions: int = 1
    minutes: int = 30

    @property
    def all_places(self) -> int:
        """The places of all openings together."""
        return self.days * len(STANDARD_WINDOWS) * self.places * self.regions


@dataclass(frozen=True)
class Person:
    """An invited customer with one visit: the personal link and what proves the address."""

    visit_id: int
    path: str
    postcode: str
    house_number: str


@dataclass(frozen=True)
class World:
    """What the storm's people know of the branch."""

    branch_id: int
    region_ids: tuple[int, ...]
    dates: tuple[date, ...]
    people: tuple[Person, ...]


def make_world(app: Flask, size: Size, now: datetime, rng: random.Random) -> World:
    """Write the branch into an empty database and return it."""
    with app.app_context(), transaction() as session:
        branch = Branch(slug=BRANCH, name="Storm", lat=MIDDLE[0], lon=MIDDLE[1])
        regions = [_region(branch, number) for number in range(size.regions)]
        session.add_all([branch, *regions])
        session.flush()
        dates = tuple(workdays(first_choosable_on(now) + timedelta(days=1), size.days))
        session.add_all(_technicians(branch, size.technicians))
        session.add_all(DayPlan(branch_id=branch.id, date=day, version=0) for day in dates)
        session.add_all(_openings(regions, dates, size.places))
        add_staff(session, email=PLANNER, name="Planner", role=Role.PLANNER, password=PASSWORD)
        invitations = [
            _invited(session, branch, regions[number % len(regions)], number, size, now, rng)
            for number in range(size.visits)
        ]
        session.flush()
        key = str(app.config["SECRET_KEY"])
        people = tuple(_person(invitation, key) for invitation in invitations)
        return World(branch.id, tuple(region.id for region in regions), dates, people)


def workdays(first_on: date, number: int) -> Iterator[date]:
    """Yield so many days from Monday to Friday, beginning with a date."""
    day = first_on
    while number:
        if day.weekday() < 5:
            yield day
            number -= 1
        day += timedelta(days=1)


def _region(branch: Branch, number: int) -> Region:
    return Region(branch=branch, name=f"Region {number + 1}", school_zone=SchoolZone.MIDDEN)


def _technicians(branch: Branch, number: int) -> Iterator[Technician]:
    for one in range(number):
        technician = Technician(
            branch_id=branch.id, number=f"M{one}", name=f"Monteur {one}",
            start_lat=MIDDLE[0], start_lon=MIDDLE[1], end_lat=MIDDLE[0], end_lon=MIDDLE[1],
        )  # fmt: skip
        technician.shifts = [
            Shift(weekday=day, starts=time(7, 30), ends=time(17)) for day in range(5)
        ]
        yield technician


def _openings(regions: list[Region], dates: tuple[date, ...], places: int) -> Iterator[Opening]:
    for region in regions:
        for day in dates:
            for start, end in STANDARD_WINDOWS:
                yield Opening(
                    region_id=region.id, date=day, window_start=start, window_end=end,
                    places=places, reason=OpeningReason.CHOICE, opened_by="storm",
                )  # fmt: skip


def _invited(
    session: Session,
    branch: Branch,
    region: Region,
    number: int,
    size: Size,
    now: datetime,
    rng: random.Random,
) -> Invitation:
    customer = Customer(
        branch_id=branch.id, number=f"K{number}", name=f"Klant {number}", surname="Klant",
        salutation=Salutation.NEUTRAL, email=f"klant{number}@storm.example",
    )  # fmt: skip
    address = Address(
        customer=customer, region=region, street="Stormstraat", house_number=str(number + 1),
        postcode="3511AB", city="Utrecht",
        lat=MIDDLE[0] + rng.uniform(-0.03, 0.03), lon=MIDDLE[1] + rng.uniform(-0.05, 0.05),
    )  # fmt: skip
    boiler = Boiler(address=address, number=f"B{number}", service_minutes=size.minutes)
    visit = Visit(boiler=boiler, due_on=local_date(now) + timedelta(days=30))
    invitation = Invitation(
        visit=visit, code=f"STM{FIRST_CODE + number}", channel=Channel.MAIL,
        invited_at=now, deadline_on=local_date(now) + timedelta(days=14),
    )  # fmt: skip
    session.add_all([customer, address, boiler, visit, invitation])
    return invitation


def _person(invitation: Invitation, key: str) -> Person:
    address = invitation.visit.address
    path = f"/a/{token_of(invitation, key)}"
    return Person(invitation.visit_id, path, address.postcode, address.house_number)
