"""Visits are locked first, then days by date: whoever keeps to it never waits in a circle."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.booking.actions.appointments as appointments
import portal.customers.actions
import portal.planning.actions as planning
from portal.booking.actions import change_details
from portal.booking.actions.selections import decide, select
from portal.booking.models import Selection
from portal.clock import AMSTERDAM
from portal.customers.actions import place_address
from portal.customers.changes import Change
from portal.customers.models import Address
from portal.customers.promises import promised_visits
from portal.database import db, transaction
from portal.planning.models import Stop
from tests.booking.agenda import FIRST, NOW, SITE, choice_of, circumstances, make_agenda, opening_at
from tests.booking.test_races import booking
from tests.crowd import at_once
from tests.factories import make_absence, make_appointment, make_visit

pytestmark = pytest.mark.heart

LOCK_OF_VISIT = "FROM visits WHERE visits.id = "
EVENING = datetime(2027, 3, 1, 19, 40, tzinfo=AMSTERDAM)


@pytest.fixture
def locked_dates(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The dates in the order in which they were locked, each once."""
    dates: list[date] = []
    lock_days = planning.lock_days

    def noted(session: Session, branch_id: int, wanted: Any) -> Any:
        found = lock_days(session, branch_id, wanted)
        dates.extend(day for day in sorted(found) if day not in dates)
        return found

    monkeypatch.setattr(planning, "lock_days", noted)
    monkeypatch.setattr(appointments, "lock_days", noted)
    return dates


def test_what_is_held_in_vain_is_given_back_in_the_order_of_dates(
    session: Session, locked_dates: list[date]
) -> None:
    """A ticked window is held on a later day, somebody is ill then, an earlier one is confirmed."""
    make_agenda(session, technicians=2)
    visit = make_visit(session)
    openings = [opening_at(session, FIRST + timedelta(days=n), time(10)) for n in range(5)]
    for n, ticked in enumerate((openings[2:], openings[:3])):
        then = circumstances(NOW + timedelta(minutes=n))
        with transaction() as write:
            made_id = select(write, visit, [one.id for one in ticked], then).id
    [stop] = session.scalars(sa.select(Stop)).all()
    assert stop.opening_id == openings[2].id
    make_absence(session, stop.technician, stop.day_plan.date)
    locked_dates.clear()
    with transaction() as write:
        selection = write.get_one(Selection, made_id)
        assert decide(write, selection, openings[0].id, circumstances(EVENING)) is not None
    assert locked_dates == [openings[0].date, openings[2].date]


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Yield what is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(" ".join(statement.split()))

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_a_new_mail_address_locks_the_visits_before_it_writes_anything(session: Session) -> None:
    """Booking locks a visit and then writes the reply address: the other way round is a circle."""
    customer = make_appointment(session).visit.customer
    change = Change(NOW, "customer", SITE)
    with statements(session) as seen, transaction() as write:
        change_details(write, customer, {"email": "nieuw@example.org"}, change)
    writes = [n for n, one in enumerate(seen) if one.startswith(("INSERT", "UPDATE", "DELETE"))]
    locks = [n for n, one in enumerate(seen) if LOCK_OF_VISIT in one][:1]
    assert locks
    assert locks[0] < writes[0]


def waits_for_a_lock(ended: threading.Event) -> bool:
    """Wait until somebody waits for another's lock, or has ended; return whether it was a lock."""
    waiting = sa.text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with db.engine.connect() as beside:
        while not ended.wait(timeout=0.05):
            if beside.scalar(waiting):
                return True
            beside.rollback()
    return False


def test_nobody_promises_a_visit_whose_address_is_being_moved(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The booking waits for the desk, and then stands where the desk said."""
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    make_agenda(session, days=1)
    visit, opening = make_visit(session), opening_at(session, FIRST, time(10))
    address_id, region_id = visit.address.id, visit.address.region_id or 0
    asked, booked = threading.Event(), threading.Event()

    def asked_then_booked(session: Session, visit_ids: Any) -> set[int]:
        found = promised_visits(session, visit_ids)
        asked.set()
        assert waits_for_a_lock(booked)  # the booking waits until the address is moved
        return found

    def moving() -> str:
        with transaction() as write:
            place_address(write, write.get_one(Address, address_id), 52.1, 5.2, region_id)
        return "moved"

    def booking_meanwhile() -> str:
        asked.wait(timeout=60)
        said = booking(visit.id, choice_of(opening))()
        booked.set()
        return said

    monkeypatch.setattr(portal.customers.actions, "promised_visits", asked_then_booked)
    assert at_once(app, [moving, booking_meanwhile]) == {"moved": 1, "booked": 1}
