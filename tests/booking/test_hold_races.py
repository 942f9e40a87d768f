"""Holding, booking and expiring at the same moment: somebody gets it, somebody is told, none lost.

Each race has its control: the same moment with the guard taken off, which must go wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.booking.actions.appointments as appointments
import portal.planning.actions
from portal.booking.actions import confirm, extend, hold, let_go
from portal.booking.models import Appointment
from portal.booking.policy import HOLD
from portal.booking.queries import holds_of
from portal.customers.models import Visit
from portal.database import db, transaction
from portal.planning.models import DayPlan, Opening, Stop
from portal.planning.queries import planned_day
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, make_agenda, opening_at
from tests.booking.guards_off import take_guards_off
from tests.booking.test_races import booking
from tests.crowd import at_once
from tests.expiry import expire_holds
from tests.factories import make_visit

pytestmark = pytest.mark.heart

ROUNDS = 5
OVER = NOW + HOLD


def holding(visit_id: int, opening_id: int, now: datetime = NOW) -> Callable[[], str]:
    def keep() -> str:
        with transaction() as session:
            hold(session, session.get_one(Visit, visit_id), opening_id, circumstances(now))
        return "held"

    return keep


def asking_time(visit_id: int, now: datetime) -> Callable[[], str]:
    def ask() -> str:
        with transaction() as session:
            extend(session, session.get_one(Visit, visit_id), now)
        return "extended"

    return ask


def letting_go(visit_id: int) -> Callable[[], str]:
    def let() -> str:
        with transaction() as session:
            let_go(session, session.get_one(Visit, visit_id), NOW)
        return "let go"

    return let


def expiring(now: datetime) -> Callable[[], str]:
    def expire() -> str:
        with transaction() as session:
            return f"expired {expire_holds(session, now)}"

    return expire


def last_place(session: Session) -> Opening:
    """Return an opening with one place, on a day with room for many."""
    make_agenda(session, days=1, technicians=4, places=1)
    return opening_at(session, FIRST, time(10))


def assert_whole(session: Session) -> None:
    """Counters are counts, and the day keeps every promise."""
    session.rollback()
    session.expire_all()
    stops = dict(
        session.execute(sa.select(Stop.opening_id, sa.func.count()).group_by(Stop.opening_id)).all()
    )
    for opening in session.scalars(sa.select(Opening)):
        assert opening.taken == stops.get(opening.id, 0)
    plan = session.scalars(sa.select(DayPlan)).one()
    day = planned_day(session, plan.branch_id, plan.date)
    assert day is not None
    assert day.violations == ()


def test_two_people_holding_the_last_place(app: Flask, session: Session) -> None:
    opening = last_place(session)
    for _ in range(ROUNDS):
        visits = [make_visit(session) for _ in range(2)]
        answers = at_once(app, [holding(visit.id, opening.id) for visit in visits])
        assert answers == {"held": 1, "WindowTaken": 1}
        assert_whole(session)
        assert opening.taken == 1
        at_once(app, [letting_go(visit.id) for visit in visits])
        session.rollback()


def test_control_without_lock_and_conditional_claim_both_hold_it(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = last_place(session)
    take_guards_off(monkeypatch, 2)
    visits = [make_visit(session) for _ in range(2)]
    try:
        answers = at_once(app, [holding(visit.id, opening.id) for visit in visits])
        broken = answers["held"] != 1
    except (sa.exc.SQLAlchemyError, threading.BrokenBarrierError):
        broken = True  # SQLite refuses a read that becomes a write; PostgreSQL two equal positions
    assert broken


def test_one_holds_while_another_books_the_last_place(app: Flask, session: Session) -> None:
    make_agenda(session, days=1, technicians=4, places=1)
    for hour in (8, 10, 12, 14):
        opening = opening_at(session, FIRST, time(hour))
        holder, booker = make_visit(session), make_visit(session)
        calls = [holding(holder.id, opening.id), booking(booker.id, choice_of(opening))]
        answers = at_once(app, calls)
        assert answers["WindowTaken"] == 1
        assert answers["held"] + answers["booked"] == 1
        assert_whole(session)
        assert opening.taken == 1


def test_one_who_holds_and_books_in_two_tabs_has_one_appointment_and_no_hold(
    app: Flask, session: Session
) -> None:
    make_agenda(session, days=1, technicians=4, places=9)
    for _ in range(ROUNDS):
        visit = make_visit(session)
        held, booked = (opening_at(session, FIRST, time(hour)) for hour in (8, 14))
        calls = [holding(visit.id, held.id), booking(visit.id, choice_of(booked))]
        answers = at_once(app, calls)
        assert answers["booked"] == 1
        assert answers["held"] + answers["AlreadyBooked"] == 1
        assert_whole(session)
        assert not holds_of(session, visit)


def test_one_who_presses_every_window_at_once_holds_one(app: Flask, session: Session) -> None:
    make_agenda(session, days=1, technicians=4, places=1)
    visit = make_visit(session)
    openings = [opening_at(session, FIRST, time(hour)) for hour in (8, 10, 12, 14)]
    answers = at_once(app, [holding(visit.id, opening.id) for opening in openings] * 2)
    assert answers == {"held": 8}
    assert_whole(session)
    assert len(holds_of(session, visit)) == 1


def test_booking_at_the_moment_at_which_the_hold_ends(app: Flask, session: Session) -> None:
    make_agenda(session, days=1, technicians=4, places=ROUNDS + 1)
    opening = opening_at(session, FIRST, time(10))
    for number in range(ROUNDS):
        visit = make_visit(session)
        holding(visit.id, opening.id)()
        calls = [booking(visit.id, choice_of(opening)), expiring(OVER), expiring(OVER)]
        assert at_once(app, calls)["booked"] == 1
        assert_whole(session)
        assert opening.taken == number + 1


def test_booking_what_ends_at_this_moment_while_another_wants_it(
    app: Flask, session: Session
) -> None:
    make_agenda(session, days=1, technicians=4, places=1)
    for hour in (8, 10, 12, 14):
        opening = opening_at(session, FIRST, time(hour))
        visit, other = make_visit(session), make_visit(session)
        holding(visit.id, opening.id)()
        calls = [
            booking(visit.id, choice_of(opening)),
            expiring(OVER),
            booking(other.id, choice_of(opening)),
        ]
        answers = at_once(app, calls)
        assert (answers["booked"], answers["WindowTaken"]) == (1, 1)
        assert_whole(session)


def test_asking_for_time_at_the_moment_at_which_the_hold_ends(app: Flask, session: Session) -> None:
    opening = last_place(session)
    for _ in range(ROUNDS):
        visit = make_visit(session)
        holding(visit.id, opening.id)()
        answers = at_once(app, [asking_time(visit.id, OVER), expiring(OVER)])
        assert answers["extended"] + answers["HoldOver"] == 1
        assert_whole(session)
        assert opening.taken == len(holds_of(session, visit)) == answers["extended"]
        letting_go(visit.id)()


def ended_after_being_read(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> tuple[Visit, Opening]:
    """Return somebody with a hold that the job ends just before its day is locked to book it."""
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: the job waits until the booking is made")
    opening = last_place(session)
    visit = make_visit(session)
    holding(visit.id, opening.id)()
    lock_days, ended = portal.planning.actions.lock_days, []

    def too_late(session: Session, branch_id: int, dates: Sequence[date]) -> dict[date, DayPlan]:
        if not ended:
            ended.append(True)
            assert at_once(app, [expiring(OVER)]) == {"expired 1": 1}
        return lock_days(session, branch_id, dates)

    monkeypatch.setattr(appointments, "lock_days", too_late)
    return visit, opening


def test_a_hold_that_ends_after_it_was_read_is_booked_anew(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, opening = ended_after_being_read(app, session, monkeypatch)
    assert booking(visit.id, choice_of(opening))() == "booked"
    assert_whole(session)
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_control_a_hold_that_is_not_read_again_under_the_lock_is_lost(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, opening = ended_after_being_read(app, session, monkeypatch)

    def read_before(session: Session, visit: Visit, dates: Collection[date]) -> Sequence[Stop]:
        found = holds_of(session, visit)
        appointments.lock_days(session, visit.customer.branch_id, dates)
        return found

    monkeypatch.setattr(appointments, "held_under_lock", read_before)
    with pytest.raises(sa.exc.InvalidRequestError):
        booking(visit.id, choice_of(opening))()
    db.session.rollback()


def test_confirm_says_the_same_to_whoever_asks_again_after_the_hold_ended(
    app: Flask, session: Session
) -> None:
    opening = last_place(session)
    visit, choice = make_visit(session), choice_of(opening)
    holding(visit.id, opening.id)()
    answers = at_once(app, [booking(visit.id, choice), expiring(OVER), booking(visit.id, choice)])
    assert answers["booked"] == 2
    with transaction() as write:
        confirm(write, write.get_one(Visit, visit.id), choice, circumstances(OVER))
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1
