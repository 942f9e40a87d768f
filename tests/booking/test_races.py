"""Many at once for few places: what is sold is exactly what there is, on both databases.

Every race has a control: the same crowd with the guard taken off, which must go wrong. The gate
holds everybody until all have read what they decide on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.booking.actions.appointments
import portal.planning.actions
from portal.booking.actions import cancel, confirm, move
from portal.booking.circumstances import Choice
from portal.booking.errors import AlreadyBooked
from portal.booking.models import Appointment
from portal.customers.models import Visit
from portal.database import transaction
from portal.planning.models import DayPlan, Opening, Stop
from portal.planning.queries import planned_day
from tests.booking.agenda import FIRST, choice_of, circumstances, make_agenda, opening_at
from tests.booking.guards_off import take_guards_off
from tests.crowd import at_once
from tests.factories import make_visit

pytestmark = pytest.mark.heart

CROWD = 8
PLACES = 3


def booking(visit_id: int, choice: Choice) -> Callable[[], str]:
    def book() -> str:
        with transaction() as session:
            confirm(session, session.get_one(Visit, visit_id), choice, circumstances())
        return "booked"

    return book


def booked(session: Session, opening: Opening) -> int:
    """Return the id of an appointment in this window."""
    visit = make_visit(session)
    with transaction() as write:
        return confirm(write, visit, choice_of(opening), circumstances()).id


def moving(appointment_id: int, choice: Choice) -> Callable[[], str]:
    def change() -> str:
        with transaction() as session:
            move(session, session.get_one(Appointment, appointment_id), choice, circumstances())
        return "moved"

    return change


def cancelling(appointment_id: int) -> Callable[[], str]:
    def change() -> str:
        with transaction() as session:
            cancel(session, session.get_one(Appointment, appointment_id), circumstances())
        return "cancelled"

    return change


def named(name: str, call: Callable[[], str]) -> Callable[[], str]:
    def run() -> str:
        threading.current_thread().name = name
        return call()

    return run


def crowd(session: Session) -> tuple[Opening, list[Callable[[], str]]]:
    """Return an opening with three places and eight people who want it."""
    make_agenda(session, days=1, technicians=4, places=PLACES)
    opening = opening_at(session, FIRST, time(10))
    visits = [make_visit(session) for _ in range(CROWD)]
    return opening, [booking(visit.id, choice_of(opening)) for visit in visits]


def test_a_crowd_gets_exactly_the_places_there_are(app: Flask, session: Session) -> None:
    opening, calls = crowd(session)
    answers = at_once(app, calls)
    session.expire_all()
    session.rollback()
    assert answers == {"booked": PLACES, "WindowTaken": CROWD - PLACES}
    assert opening.taken == PLACES
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == PLACES
    plan = session.scalars(sa.select(DayPlan)).one()
    day = planned_day(session, plan.branch_id, FIRST)
    assert day is not None
    assert (day.stop_count, day.violations) == (PLACES, ())
    assert plan.version == PLACES


def test_control_without_lock_and_conditional_claim_the_crowd_oversells(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _opening, calls = crowd(session)
    take_guards_off(monkeypatch, crowd=CROWD)
    broken = False
    try:
        answers = at_once(app, calls)
        broken = answers["booked"] != PLACES
    except sa.exc.SQLAlchemyError:
        broken = True  # SQLite refuses a read that becomes a write; PostgreSQL two equal positions
    session.rollback()
    sold = session.scalar(sa.select(sa.func.count(Stop.id)))
    assert broken or sold != PLACES


def test_a_crowd_of_double_clicks_makes_one_appointment(app: Flask, session: Session) -> None:
    make_agenda(session, days=1)
    choice = choice_of(opening_at(session, FIRST, time(10)))
    visit = make_visit(session)
    answers = at_once(app, [booking(visit.id, choice)] * CROWD)
    session.rollback()
    assert answers == {"booked": CROWD}
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_customers_who_swap_days_do_not_wait_for_each_other_for_ever(
    app: Flask, session: Session
) -> None:
    make_agenda(session, days=2)
    openings = [opening_at(session, FIRST + timedelta(days=n), time(10)) for n in range(2)]
    made = [booked(session, opening) for opening in openings]
    answers = at_once(
        app,
        [
            moving(appointment_id, choice_of(opening))
            for appointment_id, opening in zip(made, reversed(openings), strict=True)
        ],
    )
    assert answers == {"moved": 2}


def test_cancelling_does_not_deadlock_with_a_neighbours_booking(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_agenda(session, days=1, technicians=1)
    opening = opening_at(session, FIRST, time(10))
    appointment_id = booked(session, opening)
    both_have_a_lock = threading.Barrier(2)
    waited: list[bool] = []
    locked, lock_days = (
        portal.booking.actions.appointments.locked,
        portal.planning.actions.lock_days,
    )

    def visit_first(session: Session, visit: Visit) -> Visit:
        found = locked(session, visit)
        if "cancel" in threading.current_thread().name:
            both_have_a_lock.wait(timeout=60)
        return found

    def day_first(session: Session, branch_id: int, dates: list[date]) -> dict[date, DayPlan]:
        found = lock_days(session, branch_id, dates)
        if "book" in threading.current_thread().name and not waited:
            waited.append(True)
            both_have_a_lock.wait(timeout=60)
        return found

    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: the two cannot both have a lock")
    monkeypatch.setattr(portal.booking.actions.appointments, "locked", visit_first)
    monkeypatch.setattr(portal.planning.actions, "lock_days", day_first)
    earlier = opening_at(session, FIRST, time(8))
    visit = make_visit(session)
    calls = {
        "cancel": cancelling(appointment_id),
        "book": booking(visit.id, choice_of(earlier)),
    }
    answers = at_once(app, [named(name, call) for name, call in calls.items()])
    assert answers == {"cancelled": 1, "booked": 1}


def test_two_windows_clicked_at_once_give_one_appointment(app: Flask, session: Session) -> None:
    make_agenda(session, days=1)
    visit = make_visit(session)
    wanted = [choice_of(opening_at(session, FIRST, time(hour))) for hour in (8, 10, 12, 14)]
    answers = at_once(app, [booking(visit.id, choice) for choice in wanted])
    session.rollback()
    assert answers == {"booked": 1, AlreadyBooked.__name__: 3}
    assert session.scalar(sa.select(sa.func.sum(Opening.taken))) == 1
