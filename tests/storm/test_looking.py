"""What looks at the storms sees faults: each invariant is broken once by hand, and noticed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.models import Appointment, AppointmentStatus
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening, Stop
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.booking.test_races import booked
from tests.factories import make_technician
from tools.storm.figures import at_least, at_most, exactly, nothing, spread, table
from tools.storm.invariants import faults, lost
from tools.storm.solver_kills import mixed

pytestmark = pytest.mark.heart


@pytest.fixture
def appointment(session: Session) -> Appointment:
    make_agenda(session, days=1)
    opening = opening_at(session, FIRST, time(10))
    return session.get_one(Appointment, booked(session, opening))


def too_many(session: Session, appointment: Appointment) -> None:
    other = opening_at(session, FIRST, time(12))
    session.execute(sa.update(Opening).where(Opening.id == other.id).values(places=0))
    session.execute(sa.update(Stop).values(opening_id=other.id))


def miscounted(session: Session, appointment: Appointment) -> None:
    session.execute(sa.update(Opening).values(taken=2))


def without_stop(session: Session, appointment: Appointment) -> None:
    session.execute(sa.delete(Stop))


def untold(session: Session, appointment: Appointment) -> None:
    session.execute(sa.delete(OutboxMessage))


def told_of_nothing(session: Session, appointment: Appointment) -> None:
    session.execute(sa.update(OutboxMessage).values(uid="somebody else's"))


def trail_with_a_gap(session: Session, appointment: Appointment) -> None:
    session.execute(sa.delete(AuditEntry))


def with_a_gap(session: Session, appointment: Appointment) -> None:
    session.execute(sa.update(Stop).values(position=3))


def on_nobody_s_route(session: Session, appointment: Appointment) -> None:
    stranger = make_technician(session, active=False)
    session.execute(sa.update(Stop).values(technician_id=stranger.id))


def too_late(session: Session, appointment: Appointment) -> None:
    late = {"window_start": time(3), "window_end": time(4)}
    session.execute(sa.update(Stop).values(late))
    session.execute(sa.update(Appointment).values(late))


BROKEN: list[tuple[Callable[[Session, Appointment], None], str]] = [
    (too_many, "I1"),
    (miscounted, "I2"),
    (without_stop, "I6"),
    (untold, "I4"),
    (told_of_nothing, "I7"),
    (trail_with_a_gap, "lost update"),
    (with_a_gap, "routes"),
    (on_nobody_s_route, "routes"),
    (too_late, "check"),
]


@pytest.mark.parametrize(("by", "seen"), BROKEN, ids=lambda one: getattr(one, "__name__", one))
def test_a_broken_invariant_is_seen(
    app: Flask,
    session: Session,
    appointment: Appointment,
    by: Callable[[Session, Appointment], None],
    seen: str,
) -> None:
    assert faults(app) == []
    by(session, appointment)
    session.commit()
    assert any(fault.startswith(seen) for fault in faults(app)), faults(app)


def test_an_acknowledged_booking_that_is_not_there_is_seen(
    app: Flask, session: Session, appointment: Appointment
) -> None:
    assert lost(app, [appointment.reference]) == []
    assert lost(app, ["000000X"]) == ["000000X: missing"]
    reference = appointment.reference
    untold(session, appointment)
    session.commit()
    assert lost(app, [reference]) == [f"{reference}: told 0"]


def test_a_cancelled_appointment_with_a_stop_is_seen(
    app: Flask, session: Session, appointment: Appointment
) -> None:
    appointment.status = AppointmentStatus.CANCELLED
    session.commit()
    assert any(fault.startswith("I6") for fault in faults(app))


def test_a_plan_that_is_neither_old_nor_new_is_seen() -> None:
    promised, here, there = (frozenset({(1, 1)}), frozenset({(1, 1, 0)}), frozenset({(1, 2, 0)}))
    before = {1: (5, promised, here)}
    assert mixed(before, {1: (5, promised, here)}) == []
    assert mixed(before, {1: (6, promised, there)}) == []
    assert mixed(before, {1: (5, promised, there)})
    assert mixed(before, {1: (6, frozenset(), there)})


def test_a_figure_that_does_not_hold_is_marked() -> None:
    figures = [exactly("a", 1), at_most("b", 2, 1, " %"), at_least("c", 0, 1), nothing("d", ["x"])]
    assert [figure.holds for figure in figures] == [False] * 4
    assert table("t", figures).count("**!**") == 4
    assert spread("ms", [1.0, 2.0, 3.0]).holds
