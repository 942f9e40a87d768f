"""All calendars that a demo branch sent in mails, offers for download, and tells in feeds.

The branch is made by the product's own code in a folder of its own, or found in one that is given.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar as Parsed
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.access.guards import Role
from portal.access.models import StaffMember
from portal.application import create_app
from portal.booking.entry import calendar_event
from portal.booking.models import Appointment, AppointmentStatus
from portal.calendar.feed_tokens import FeedOwner, make_feed
from portal.calendar.invite import publish
from portal.calendar.models import FeedKind
from portal.clock import AMSTERDAM, system_time
from portal.customers.models import Address, Boiler, Visit
from portal.database import db, transaction
from portal.messages.models import OutboxMessage
from portal.settings import Settings
from portal.site import current_site
from portal.texts import spoken_to
from tools.peers.changes import change_more
from tools.peers.judging import Calendar, Span, span

BASE_URL = "http://127.0.0.1:8000"
AUTHSERV_ID = "mx.warmhuis.example"  # by which our own mail server would sign
DOWNLOAD = "PUBLISH download"
LETTER = {FeedKind.CUSTOMER: "k", FeedKind.TECHNICIAN: "m", FeedKind.PLANNER: "p"}
Kinds = dict[str, list[Calendar]]


class MailBroken(Exception):
    """A mail whose calendar is not what its header says; the message says which."""


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A demo branch; `calendars` by what they are, `feeds` the paths of feeds by their kind."""

    folder: Path
    app: Flask
    calendars: Kinds
    feeds: dict[FeedKind, list[str]]


@contextmanager
def demo_run(folder: Path | None) -> Iterator[DemoRun]:
    """Yield the demo that lies in a folder, or a fresh one that is thrown away at the end."""
    with TemporaryDirectory(prefix="tv-peers-") as fresh:
        place = folder or Path(fresh)
        command = [sys.executable, "-m", "tools.run", "--no-serve"]
        subprocess.run(
            command, env=environment(place), check=True, stdout=subprocess.DEVNULL, timeout=900
        )
        app = application(place)
        with app.app_context():
            if folder is None:
                change_more(system_time(), seed=1)
            feeds = made_feeds()
            calendars = {**mailed(db.session()), **downloads(db.session()), **fetched(app, feeds)}
        yield DemoRun(place, app, calendars, feeds)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of the portal's processes on this demo."""
    chosen = {"TIJDVENSTER_DATA_DIR": str(folder), "TIJDVENSTER_BASE_URL": BASE_URL}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TIJDVENSTER_") and name != "DATABASE_URL"
    }
    return {
        **kept, **chosen, "TIJDVENSTER_DEMO": "true", "TIJDVENSTER_LOG_LEVEL": "ERROR",
        "TIJDVENSTER_JOBS": "separate",
    }  # fmt: skip


def application(folder: Path) -> Flask:
    """Return the portal on this demo, in this process."""
    settings = {"data_dir": folder, "base_url": BASE_URL, "demo": True, "log_level": "ERROR"}
    more = {"jobs": "separate", "authserv_id": AUTHSERV_ID}
    return create_app(Settings.model_validate({**settings, **more}))


def mailed(session: Session) -> Kinds:
    """Return the calendar of every mail, by METHOD and by whether it was the first. MailBroken."""
    kinds: Kinds = defaultdict(list)
    for raw in session.scalars(sa.select(OutboxMessage.raw).order_by(OutboxMessage.id)):
        for text, method in mailed_calendars(raw):
            calendar = as_read(text)
            is_first = "\r\nSEQUENCE:0\r\n" in text
            update = "" if method != "REQUEST" else ", first" if is_first else ", update"
            kinds[f"{method} mail{update}"].append(calendar)
    return dict(kinds)


def mailed_calendars(raw: bytes) -> Iterator[tuple[str, str]]:
    """Yield the calendar of a mail with its method, once; raises MailBroken when copies differ."""
    parts = [
        part
        for part in message_from_bytes(raw, policy=default).walk()
        if part.get_content_type() in ("text/calendar", "application/ics")
    ]
    if not parts:
        return
    texts = {part.get_payload(decode=True) for part in parts}
    if len(texts) != 1:
        raise MailBroken(f"{len(texts)} different calendars in one mail")
    [content] = texts
    method = str(parts[0].get_param("method"))
    text = bytes(content).decode()
    if f"\r\nMETHOD:{method}\r\n" not in text:
        raise MailBroken(f"the header says {method}, the calendar does not")
    yield text, method


def downloads(session: Session) -> Kinds:
    """Return the file that each customer with an appointment can download, with its moments."""
    live = sa.select(Appointment).where(Appointment.status == AppointmentStatus.CONFIRMED)
    kept = []
    for one in session.scalars(live.order_by(Appointment.id)):
        start = datetime.combine(one.date, one.window_start, AMSTERDAM)
        end = datetime.combine(one.date, one.window_end, AMSTERDAM)
        customer = one.visit.customer
        with spoken_to(customer.locale, customer.tone):
            ics = publish(calendar_event(one, current_site()))
        kept.append(Calendar(ics.decode(), {one.uid: span(start, end)}))
    return {DOWNLOAD: kept}


def made_feeds() -> dict[FeedKind, list[str]]:
    """Give everybody who has something to tell an address, and return the paths."""
    at = system_time()
    paths: dict[FeedKind, list[str]] = {}
    with transaction() as session:
        for kind, ids in owners(session).items():
            key = secrets.token_hex(8)
            paths[kind] = [
                f"/agenda/{LETTER[kind]}/"
                f"{make_feed(session, FeedOwner(kind, one), key, at, signing_key=key)}.ics"
                for one in ids
            ]
    return paths


def owners(session: Session) -> dict[FeedKind, list[int]]:
    """Return who can have a feed: customers with an appointment, technicians, planners."""

    def ids(what: InstrumentedAttribute[int] | sa.ColumnElement[int | None]) -> sa.Select[int]:
        return sa.select(what).distinct().order_by(what)  # type: ignore[return-value]

    of_customers = ids(Address.customer_id).join(Boiler).join(Visit).join(Appointment)
    of_planners = ids(StaffMember.id).where(StaffMember.role == Role.PLANNER)
    of_technicians = sa.select(StaffMember.technician_id).where(
        StaffMember.role == Role.TECHNICIAN, StaffMember.technician_id.is_not(None)
    )
    return {
        FeedKind.CUSTOMER: list(session.scalars(of_customers)),
        FeedKind.TECHNICIAN: [one for one in session.scalars(of_technicians) if one is not None],
        FeedKind.PLANNER: list(session.scalars(of_planners)),
    }


def fetched(app: Flask, feeds: dict[FeedKind, list[str]]) -> Kinds:
    """Return every feed as it is served."""
    http = app.test_client()
    return {
        f"feed, {kind.value}": [as_read(http.get(path).get_data(as_text=True)) for path in paths]
        for kind, paths in feeds.items()
    }


def as_read(text: str) -> Calendar:
    """Return a calendar with its moments as our own library reads them, zones by name."""
    spans: dict[str, Span] = {}
    for event in Parsed.from_ical(text).walk("VEVENT"):
        start, end = (_with_zone(event.decoded(name)) for name in ("DTSTART", "DTEND"))
        spans[str(event["UID"])] = span(start, end)
    return Calendar(text, spans)


def _with_zone(value: datetime | date) -> datetime | date:
    return value.replace(tzinfo=AMSTERDAM) if isinstance(value, datetime) else value
