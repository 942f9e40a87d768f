"""The steps of the walk-through, each through the door that people use."""

from __future__ import annotations

import random
import re
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

import sqlalchemy as sa
import vobject
from flask import Flask
from flask_migrate import upgrade
from icalendar import Calendar

from portal.application import create_app
from portal.booking.models import Appointment
from portal.clock import AMSTERDAM
from portal.database import db
from portal.messages.models import OutboxMessage
from portal.planning.models import DayPlan
from portal.planning.queries import planned_day
from portal.settings import Settings
from tools.walkthrough.browser import book, serving
from tools.walkthrough.kampen import REGIONS, customers, places_in, technician, thirds, write
from tools.walkthrough.tally import Failed, Size, Tally, phase

MONDAY = datetime(2027, 3, 1, 9, tzinfo=AMSTERDAM)
BRANCH = "kampen"


def walk(addresses: Path, folder: Path, size: Size, database_url: str | None = None) -> Tally:
    """Return what came of the whole journey, with its files and database in `folder`."""
    rng = random.Random(size.seed)
    settings = Settings.model_validate(
        {
            "data_dir": folder,
            "secret_key": "walk" * 12,
            "testing": True,
            "DATABASE_URL": database_url,
        }
    )
    app = create_app(settings, lambda: MONDAY)
    app.config["RATELIMIT_ENABLED"] = False
    tally = Tally()
    with app.app_context():
        upgrade(directory="migrations")
        with phase(tally, "import"):
            _import(app, addresses, folder, size, rng)
        with phase(tally, "open windows"):
            _run(app, "planning", "open-windows", "--branch", BRANCH, "--weeks", str(size.weeks))
        with phase(tally, "invite"):
            each = -(-size.invitations // len(REGIONS))
            _run(app, "campaigns", "send", "--branch", BRANCH, "--size", str(each))
        with phase(tally, "send invitations"):
            _run(app, "messages", "send")
        with phase(tally, "book over HTTP"), serving(app) as base_url:
            book(base_url, _links(size.invitations), size.bookings, rng, tally)
        db.session.rollback()  # what others booked since is seen from here on
        tally.before_s = _travel(tally)
        with phase(tally, "solve"):
            _run(app, "planning", "solve", "--branch", BRANCH, "--seconds", str(size.solve_seconds))
        tally.violations.clear()
        tally.after_s = _travel(tally)
        with phase(tally, "send confirmations"):
            _run(app, "messages", "send")
        _count_mails(tally)
        db.session.remove()
        db.engine.dispose()
    return tally


def _run(app: Flask, *command: str) -> None:
    result = app.test_cli_runner().invoke(args=list(command))
    print(result.output.strip())
    if result.exit_code != 0:
        raise Failed(f"{' '.join(command)}: {result.output} {result.exception or ''}")


def _import(app: Flask, addresses: Path, folder: Path, size: Size, rng: random.Random) -> None:
    chosen = rng.sample(places_in(addresses), size.boilers + size.technicians)
    served, homes = chosen[: size.boilers], chosen[size.boilers :]
    _run(
        app,
        "regions",
        "add-branch",
        BRANCH,
        "--name",
        "Kampen",
        "--lat",
        "52.555",
        "--lon",
        "5.911",
    )
    for name, pc4s in thirds(served):
        _run(
            app, "regions", "add", name, "--branch", BRANCH, "--zone", "noord",
            "--postcodes", ",".join(pc4s),
        )  # fmt: skip
    files = (
        ("technicians", write(folder / "technicians.csv", map(technician, homes, range(999)))),
        ("customers", write(folder / "customers.csv", customers(served, MONDAY.date(), rng))),
    )
    for kind, file in files:
        _run(app, kind, "import", str(file), "--branch", BRANCH)


def _links(most: int) -> list[str]:
    """Return the paths of the personal links, as customers find them in their mail."""
    mails = db.session.scalars(
        sa.select(OutboxMessage.raw).where(OutboxMessage.kind == "invited").limit(most)
    )
    texts = (
        message_from_bytes(raw, policy=policy.default).get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for raw in mails
    )
    return [re.search(r"/a/[\w.\-]+", text)[0] for text in texts]  # type: ignore[index]


def _travel(tally: Tally) -> int:
    """Return the travel seconds of all days; what `check` finds and the days are noted."""
    session = db.session()
    session.rollback()
    plans = session.scalars(sa.select(DayPlan).where(DayPlan.stops.any())).all()
    tally.days = len(plans)
    total = 0
    for plan in plans:
        day = planned_day(session, plan.branch_id, plan.date)
        if day is not None:
            total += day.travel_s
            tally.violations.extend(day.violations)
    stops = sum(len(plan.stops) for plan in plans)
    live = session.scalar(sa.select(sa.func.count(Appointment.id)))
    if stops != live:
        tally.violations.append(f"{stops} stops for {live} appointments")
    return total


def _count_mails(tally: Tally) -> None:
    for raw in db.session.scalars(sa.select(OutboxMessage.raw)):
        tally.mails += 1
        for part in message_from_bytes(raw, policy=policy.default).walk():
            if part.get_content_type() == "text/calendar":
                tally.invites += 1
                tally.unreadable += not _parses(part.get_content())


def _parses(content: str) -> bool:
    event = Calendar.from_ical(content).walk("VEVENT")[0]
    peer = vobject.readOne(content).vevent
    same = peer.uid.value == str(event["UID"])
    return bool(same and peer.dtstart.value == event.decoded("DTSTART") and not event.errors)
