"""Answers at one moment: the same No twice, and a No beside a move on the page; on both databases.

Each race has its control: the same moment with the locks taken off, which must go wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.booking.actions.appointments as appointments
import portal.booking.inbound.matching as matching
import portal.planning.actions as planning
from portal.booking.actions.answers import restore
from portal.booking.models import Appointment, AppointmentStatus
from portal.customers.models import Visit
from portal.database import transaction
from portal.messages.inbound.reading import ReplyKind
from portal.planning.models import DayPlan, Opening, Stop
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, opening_at
from tests.booking.inbound.mailbox import (
    Booked,
    acted_upon,
    reading_of,
    reply_of,
    say,
    stored,
    told,
)
from tests.booking.test_races import at_once, moving

pytestmark = pytest.mark.heart

CROWD = 4
NO = ReplyKind.DECLINED
Race = list[Callable[[], str]]


def saying_no(booked: Booked) -> Callable[[], str]:
    """Return what acts on a No that is stored already, in a mail of its own."""
    reading = reading_of(booked, reply_of(booked, NO))
    message_id = stored(reading)
    return lambda: acted_upon(message_id, reading).verdict


def taking_back(booked: Booked) -> Callable[[], str]:
    def take_back() -> str:
        with transaction() as session:
            restore(session, session.get_one(Visit, booked.visit_id), circumstances(NOW))
        return "restored"

    return take_back


@pytest.fixture
def move_away(session: Session, booked: Booked) -> Callable[[], str]:
    choice = choice_of(opening_at(session, FIRST, time(14)))
    return moving(booked.appointment_id, choice)


def taken(session: Session) -> int:
    return session.scalar(sa.select(sa.func.sum(Opening.taken))) or 0


def only_appointment(session: Session) -> Appointment:
    session.rollback()
    return session.scalars(sa.select(Appointment)).one()


def test_the_same_no_in_several_mails_at_once_cancels_once_and_writes_once(
    app: Flask, session: Session, booked: Booked
) -> None:
    answers = at_once(app, [saying_no(booked) for _ in range(CROWD)])
    found = only_appointment(session)
    assert answers == {"declined": 1, "replay": CROWD - 1}
    assert (found.status, found.sequence) == (AppointmentStatus.CANCELLED, 1)
    assert len(told(session, "declined")) == 1
    assert taken(session) == session.query(Stop).count() == 1


def test_a_no_beside_a_move_ends_in_one_of_both(
    app: Flask, session: Session, booked: Booked, move_away: Callable[[], str]
) -> None:
    answers = at_once(app, [saying_no(booked), move_away])
    found = only_appointment(session)
    first_was_move = answers == {"stale": 1, "moved": 1}
    assert first_was_move or answers == {"declined": 1, "NothingToChange": 1}
    assert (found.status is AppointmentStatus.CONFIRMED) == first_was_move
    assert found.sequence == 1
    assert [one.sequence for one in told(session)] == [0, 1]
    assert taken(session) == session.query(Stop).count() == 1


def test_taking_a_no_back_in_two_windows_at_once_books_once(
    app: Flask, session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    assert at_once(app, [taking_back(booked)] * CROWD) == {"restored": CROWD}
    session.rollback()
    live = session.query(Appointment).filter_by(status=AppointmentStatus.CONFIRMED)
    assert live.count() == 1
    assert len(told(session, "confirmed")) == 2


@pytest.mark.parametrize("other", ["no", "move"])
def test_control_without_the_locks_two_answers_at_once_go_wrong(
    app: Flask,
    session: Session,
    booked: Booked,
    move_away: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    other: str,
) -> None:
    """Both have read that the appointment stands before either changes it."""
    race: Race = [saying_no(booked), saying_no(booked) if other == "no" else move_away]
    both_have_read = threading.Barrier(2)

    def unlocked(session: Session, visit: Visit) -> Visit:
        return visit

    def days_unlocked(session: Session, branch_id: int, dates: Any) -> dict[date, DayPlan]:
        found = session.scalars(sa.select(DayPlan).where(DayPlan.date.in_(dates)))
        return {plan.date: plan for plan in found}

    def changeable_then_wait(*_given: Any) -> None:
        both_have_read.wait(timeout=60)

    monkeypatch.setattr(matching, "locked", unlocked)
    monkeypatch.setattr(appointments, "locked", unlocked)
    monkeypatch.setattr(planning, "lock_days", days_unlocked)
    monkeypatch.setattr(appointments, "lock_days", days_unlocked)
    monkeypatch.setattr(appointments, "require_changeable", changeable_then_wait)
    monkeypatch.setattr("portal.database._writes", lambda _connection: False)
    went_wrong = False
    try:
        answers = at_once(app, race)
        went_wrong = answers["declined"] + answers["moved"] > 1
    except sa.exc.SQLAlchemyError:
        went_wrong = True  # refused by the database, which is the second guard
    assert went_wrong
