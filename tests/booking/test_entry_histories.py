"""Random histories of one appointment, as its customer's calendar is told of them.

`HISTORIES=10000 pytest tests/booking/test_entry_histories.py` looks at as many as the proof asks.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from email import message_from_bytes
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from portal.booking import notices
from portal.booking.actions import appointments
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.queries import window_of
from portal.calendar.uids import new_uid
from portal.customers.models import Address, Boiler, Customer, Salutation, Visit
from portal.messages.models import OutboxMessage
from portal.texts import Tone
from tests.factories import MONDAY_NOON
from tests.messages.letters import SITE

PLAIN = replace(SITE, has_reply_tokens=False)
NUMBER = int(os.environ.get("HISTORIES", "30"))
LONGEST = 7


@dataclass
class Kept:
    """Where a notice leaves its message: a session without a database."""

    rows: list[OutboxMessage] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)

    def add(self, row: OutboxMessage) -> None:
        self.rows.append(row)

    def flush(self) -> None:
        """Do nothing: there is no database."""


@dataclass
class History:
    """An appointment, the time, and what was told."""

    rng: random.Random
    appointment: Appointment
    now: datetime = MONDAY_NOON
    kept: Kept = field(default_factory=Kept)

    def step(self) -> None:
        self.now += timedelta(seconds=self.rng.choice((0, 0.2, 60, 86_400, -3600)))
        booked = self.appointment.status is AppointmentStatus.CONFIRMED
        (self.rng.choice((self.move, self.move, self.cancel)) if booked else self.restore)()

    def move(self) -> None:
        before = window_of(self.appointment)
        self.appointment.date += timedelta(days=self.rng.randint(-3, 9))
        hour = self.rng.choice((8, 10, 12, 14, 16))
        self.appointment.window_start, self.appointment.window_end = time(hour), time(hour + 2)
        self.next()
        notices.moved(self.session, self.appointment, before, self.now, site=PLAIN)

    def cancel(self) -> None:
        self.appointment.status = AppointmentStatus.CANCELLED
        self.next()
        notices.cancelled(self.session, self.appointment, self.now, site=PLAIN)

    def restore(self) -> None:
        self.appointment.status = AppointmentStatus.CONFIRMED
        self.next()
        notices.confirmed(self.session, self.appointment, self.now, site=PLAIN)

    def next(self) -> None:
        appointments._next_sequence(self.appointment, self.now)

    @property
    def session(self) -> Any:
        return self.kept


def an_appointment(rng: random.Random) -> Appointment:
    customer = Customer(
        id=1, name="J. de Vries", surname="de Vries", salutation=Salutation.NEUTRAL, locale="nl",
        tone=Tone.FORMAL, email="j@example.org",
    )  # fmt: skip
    address = Address(
        customer=customer, street="Dorpsstraat", house_number="1", addition="", postcode="3511AB",
        city="Utrecht", lat=52.09, lon=5.12,
    )  # fmt: skip
    boiler = Boiler(address=address, number="B1", service_minutes=45)
    return Appointment(
        id=1, visit=Visit(id=1, boiler=boiler), reference="482913K", uid=new_uid(rng.randbytes),
        sequence=0, status=AppointmentStatus.CONFIRMED, date=date(2027, 3, 9),
        window_start=time(8), window_end=time(10), booked_at=MONDAY_NOON, changed_at=MONDAY_NOON,
        booked_by="customer",
    )  # fmt: skip


def lived(seed: int) -> list[OutboxMessage]:
    """Return what was told in one random history."""
    rng = random.Random(seed)
    history = History(rng, an_appointment(rng))
    notices.confirmed(history.session, history.appointment, history.now, site=PLAIN)
    for _ in range(rng.randint(1, LONGEST)):
        history.step()
    return history.kept.rows


def faults(rows: list[OutboxMessage]) -> list[str]:
    """Return what would confuse a calendar; nothing when all is well."""
    found = []
    written = [fields(row) for row in rows]
    if len({one["UID"] for one in written}) != 1:
        found.append("the UID changed")
    sequences = [int(one["SEQUENCE"]) for one in written]
    if any(later <= earlier for earlier, later in pairwise(sequences)):
        found.append("the sequence did not rise")
    stamps = [one["DTSTAMP"] for one in written]
    if any(later <= earlier for earlier, later in pairwise(stamps)):
        found.append("the time stamp did not rise")
    contents: dict[tuple[str, str, str], set[bytes]] = {}
    for one, row in zip(written, rows, strict=True):
        key = (one["UID"], one["SEQUENCE"], one["METHOD"])
        contents.setdefault(key, set()).add(row.raw)
        if key != (row.uid, str(row.sequence), row.method):
            found.append("the row and its message differ")
    if any(len(one) > 1 for one in contents.values()) or len(contents) != len(rows):
        found.append("two contents under one identity")
    if len({row.message_id for row in rows}) != len(rows):
        found.append("two messages under one Message-ID")
    return found


def fields(row: OutboxMessage) -> dict[str, str]:
    mail = message_from_bytes(row.raw)
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    ics = part.get_payload(decode=True)
    assert isinstance(ics, bytes)
    text = ics.decode().replace("\r\n ", "")
    names = ("UID", "SEQUENCE", "METHOD", "DTSTAMP")
    return {name: re.findall(rf"^{name}:(.*)\r$", text, re.MULTILINE)[0] for name in names}


def faults_of(number: int) -> list[str]:
    return [f"{seed}: {fault}" for seed in range(number) for fault in faults(lived(seed))]


def test_no_history_confuses_a_calendar(app: Flask) -> None:
    with app.app_context():
        assert faults_of(NUMBER) == []


def _forgotten(_appointment: Appointment, _now: datetime) -> None:
    """Raise nothing."""


def _started_over(appointment: Appointment, now: datetime) -> None:
    appointment.sequence, appointment.changed_at = (appointment.sequence + 1) % 3, now


def _within_a_second(appointment: Appointment, now: datetime) -> None:
    appointment.sequence, appointment.changed_at = appointment.sequence + 1, now


def _renamed(appointment: Appointment, now: datetime) -> None:
    appointment.uid, appointment.changed_at = new_uid(), now
    appointment.sequence += 1


@pytest.mark.parametrize("wrong", [_forgotten, _started_over, _within_a_second, _renamed])
def test_the_same_histories_find_a_rule_that_is_wrong(
    app: Flask, monkeypatch: pytest.MonkeyPatch, wrong: Callable[..., None]
) -> None:
    """The control: a sequence that is forgotten or starts over, one moment twice, a new UID."""
    monkeypatch.setattr(appointments, "_next_sequence", wrong)
    with app.app_context():
        assert faults_of(10)
