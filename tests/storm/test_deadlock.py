"""Who is ended by the database for somebody else's sake is served at the next try."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, time

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import portal.planning.actions
from portal.booking import actions
from portal.booking.errors import WindowTaken
from portal.booking.models import Appointment, Invitation
from portal.database import db
from portal.deadlocks import MOST_REPEATS
from portal.planning.models import DayPlan
from portal.regions.models import Branch
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.factories import make_invitation
from tests.storm.test_rules import link_of, sent
from tests.visitor import Visitor

pytestmark = pytest.mark.heart


@pytest.fixture
def invitation(session: Session) -> Invitation:
    make_agenda(session, days=1, technicians=1)
    return make_invitation(session)


class Ended(Exception):
    """What a driver says of a transaction that was ended for another."""

    sqlstate = "40P01"


def ending(monkeypatch: pytest.MonkeyPatch, outcomes: list[Exception | None]) -> list[int]:
    """Let the next presses end like this, each after its work; return how many there were."""
    confirm, presses = actions.confirm, []

    def press(*given: object) -> Appointment:
        made: Appointment = confirm(*given)  # type: ignore[arg-type]
        presses.append(1)
        outcome = outcomes.pop(0) if outcomes else None
        if outcome is not None:
            raise outcome
        return made

    monkeypatch.setattr(actions, "confirm", press)
    return presses


def deadlock() -> OperationalError:
    return OperationalError("", {}, Ended())


def pressed(app: Flask, session: Session, invitation: Invitation, status: int) -> None:
    window = opening_at(session, FIRST, time(10)).id
    sent(Visitor(app), link_of(app, invitation), window, status)


def appointments(session: Session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count(Appointment.id))) or 0


def test_a_press_that_gave_way_three_times_is_booked_once(
    app: Flask, session: Session, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    presses = ending(monkeypatch, [deadlock()] * MOST_REPEATS)
    pressed(app, session, invitation, 303)
    assert (len(presses), appointments(session)) == (MOST_REPEATS + 1, 1)


def test_one_that_gives_way_without_end_is_told_when_to_come_back(
    app: Flask, session: Session, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    presses = ending(monkeypatch, [deadlock()] * 9)
    pressed(app, session, invitation, 503)
    assert (len(presses), appointments(session)) == (MOST_REPEATS + 1, 0)


def test_control_another_failure_of_the_database_is_not_repeated(
    app: Flask, session: Session, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    presses = ending(monkeypatch, [OperationalError("", {}, Exception("disk full"))])
    pressed(app, session, invitation, 503)
    assert (len(presses), appointments(session)) == (1, 0)


def test_what_is_refused_at_the_repeat_is_refused_with_its_page(
    app: Flask, session: Session, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending(monkeypatch, [deadlock(), WindowTaken()])
    pressed(app, session, invitation, 409)
    assert appointments(session) == 0


def test_a_real_deadlock_ends_in_an_appointment(
    app: Flask, session: Session, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: nobody can wait for another in a circle")
    window = opening_at(session, FIRST, time(10)).id
    path = link_of(app, invitation)
    visitor = Visitor(app)
    both_have_a_lock = threading.Barrier(2)
    repeats: list[bool] = []
    monkeypatch.setattr(portal.planning.actions, "lock_days", crossing(both_have_a_lock, repeats))
    rival = threading.Thread(target=lambda: branch_then_day(app, both_have_a_lock))
    rival.start()
    sent(visitor, path, window, 303)
    rival.join(60)
    assert not rival.is_alive()
    assert (len(repeats), appointments(session)) == (2, 1)


def crossing(
    both_have_a_lock: threading.Barrier, calls: list[bool]
) -> Callable[[Session, int, list[date]], dict[date, DayPlan]]:
    """Return a locking that wants the branch after the day, against the order, the first time."""
    lock_days = portal.planning.actions.lock_days

    def day_then_branch(session: Session, branch_id: int, dates: list[date]) -> dict[date, DayPlan]:
        found = lock_days(session, branch_id, dates)
        calls.append(True)
        if len(calls) == 1:
            both_have_a_lock.wait(timeout=60)
            session.execute(sa.select(Branch.id).with_for_update())
        return found

    return day_then_branch


def branch_then_day(app: Flask, both_have_a_lock: threading.Barrier) -> None:
    """Lock the branch, then the day; leave it to the other one to notice the circle."""
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL deadlock_timeout = '60s'")
        connection.execute(sa.select(Branch.id).with_for_update())
        both_have_a_lock.wait(timeout=60)
        connection.execute(sa.select(DayPlan.id).with_for_update())
