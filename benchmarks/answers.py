"""What an offer and "why not this day?" cost the web process, on a branch that is 70 % full.

`python -m benchmarks.answers` fills a database of its own with 30 technicians and 30 workdays, adds
customers without appointments by the thousand, and asks for one visit after another. Prints medians
and the number of SQL statements, which must not grow with the customers.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time

import sqlalchemy as sa
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from benchmarks.facts import machine
from portal.application import create_app
from portal.booking.offering.offers import offer_for
from portal.booking.offering.why_not import answer_for
from portal.clock import AMSTERDAM
from portal.customers.models import Address, Boiler, Customer, CustomerKind, Visit
from portal.customers.queries import visit_with_everything
from portal.database import db
from portal.planning.models import DayPlan, Opening, OpeningReason, Stop
from portal.planning.windows import STANDARD_WINDOWS
from portal.regions.models import Branch, Region, SchoolZone
from portal.settings import Settings
from portal.technicians.models import Shift, Technician
from tests.statements import counted

NOW = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)
MONDAY = date(2027, 3, 8)
CENTRE = (52.09, 5.12)
REGIONS = 6
# Which window each stop of a route is in: six a day, of the eight or nine that fit.
OF_ROUTE = (0, 0, 1, 1, 2, 3)


def main() -> None:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("--technicians", type=int, default=30)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--asking", type=int, default=200)
    parser.add_argument("--customers", type=int, nargs="+", default=[1_000, 10_000])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), log_level="ERROR", jobs="separate"))
        with app.app_context():
            upgrade(directory="migrations")
            rng = random.Random(1)
            fill(db.session(), rng, options.technicians, options.days)
            print("| visits | what | p50 | CPU p50 | p95 | worst | statements |\n|" + "---|" * 7)
            for customers in options.customers:
                add_visits(db.session(), rng, customers)
                for line in measured(rng, options.asking):
                    print(f"| {visits_in(db.session())} {line}")
    print(machine())


def measured(rng: random.Random, asking: int) -> list[str]:
    """Return a line for the offer and one for the answer about a day."""
    ids = db.session.scalars(sa.select(Visit.id).where(Visit.due_on > MONDAY)).all()
    chosen = rng.sample(ids, min(asking, len(ids)))
    ask_about = MONDAY + timedelta(days=10)
    return [
        timed("offer", chosen, lambda visit: offer_for(db.session(), visit, NOW)),
        timed("answer", chosen, lambda visit: answer_for(db.session(), visit, ask_about, NOW)),
    ]


def timed(name: str, visit_ids: list[int], ask: Callable[[Visit], object]) -> str:
    """Return a line: each visit is read first, as a page does, and not counted."""
    spent, cpu, most = [], [], 0
    for visit_id in [visit_ids[0], *visit_ids]:
        db.session.rollback()
        db.session.expunge_all()
        visit = visit_with_everything(db.session(), visit_id)
        assert visit is not None
        with counted() as statements:
            started, worked = perf_counter(), process_time()
            ask(visit)
            spent.append((perf_counter() - started) * 1000)
            cpu.append((process_time() - worked) * 1000)
        most = max(most, len(statements))
    cuts = quantiles(spent[1:], n=20)  # the first one filled the cache
    times = (cuts[9], median(cpu[1:]), cuts[18], max(spent[1:]))
    return " | ".join([f"| {name}", *(f"{one:.1f} ms" for one in times), f"{most} |"])


def fill(session: Session, rng: random.Random, technicians: int, days: int) -> None:
    """Make a branch with regions, technicians, day plans, openings and booked stops."""
    branch = Branch(slug="bench", name="Bench", lat=CENTRE[0], lon=CENTRE[1])
    branch.regions = [Region(name=f"R{n}", school_zone=SchoolZone.MIDDEN) for n in range(REGIONS)]
    session.add(branch)
    session.flush()
    people = [technician(branch, n, near(rng, CENTRE, 0.15)) for n in range(technicians)]
    session.add_all(people)
    session.flush()
    workdays = [d for n in range(days * 2) if (d := MONDAY + timedelta(days=n)).weekday() < 5]
    for day in workdays[:days]:
        fill_day(session, rng, branch, people, day)
    session.commit()


def fill_day(
    session: Session, rng: random.Random, branch: Branch, people: list[Technician], day: date
) -> None:
    """Open every window of a day in every region, and give everybody a route."""
    plan = DayPlan(branch_id=branch.id, date=day)
    session.add(plan)
    for region in branch.regions:
        for start, end in STANDARD_WINDOWS:
            session.add(
                Opening(
                    region_id=region.id, date=day, window_start=start, window_end=end, places=20,
                    taken=14, reason=OpeningReason.CHOICE, opened_by="bench",
                )
            )  # fmt: skip
    session.flush()
    for one in people:
        around = near(rng, (one.start_lat, one.start_lon), 0.02)
        for position, window in enumerate(OF_ROUTE):
            start, end = STANDARD_WINDOWS[window]
            visit = visit_at(rng, branch, near(rng, around, 0.01))
            session.add(
                Stop(
                    day_plan=plan, technician_id=one.id, position=position, visit=visit,
                    window_start=start, window_end=end,
                )
            )  # fmt: skip


def add_visits(session: Session, rng: random.Random, number: int) -> None:
    """Add customers whose boiler is due and who have not chosen yet."""
    branch = session.scalars(sa.select(Branch)).one()
    session.add_all(visit_at(rng, branch, near(rng, CENTRE, 0.15), due=True) for _ in range(number))
    session.commit()


def visit_at(
    rng: random.Random, branch: Branch, place: tuple[float, float], *, due: bool = False
) -> Visit:
    """Return a new customer's visit at a place."""
    number = f"{rng.getrandbits(60):x}"
    customer = Customer(
        branch_id=branch.id, number=number, name="A. Proef", kind=rng.choice(list(CustomerKind))
    )
    address = Address(
        customer=customer, street="Proefstraat", house_number="1", postcode="3511AB",
        city="Utrecht", lat=place[0], lon=place[1], region=rng.choice(branch.regions),
    )  # fmt: skip
    boiler = Boiler(address=address, number=number)
    return Visit(boiler=boiler, due_on=MONDAY + timedelta(days=25 if due else -5))


def technician(branch: Branch, number: int, home: tuple[float, float]) -> Technician:
    """Return a technician from Monday to Friday."""
    made = Technician(
        branch_id=branch.id, number=f"T{number}", name=f"T{number}",
        start_lat=home[0], start_lon=home[1], end_lat=home[0], end_lon=home[1],
    )  # fmt: skip
    made.shifts = [Shift(weekday=day, starts=time(8), ends=time(16, 30)) for day in range(5)]
    return made


def near(rng: random.Random, place: tuple[float, float], degrees: float) -> tuple[float, float]:
    """Return a place in a square around another."""
    return place[0] + rng.uniform(-degrees, degrees), place[1] + rng.uniform(-degrees, degrees)


def visits_in(session: Session) -> int:
    """Return how many visits there are in all."""
    return session.scalar(sa.select(sa.func.count(Visit.id))) or 0


if __name__ == "__main__":
    main()
