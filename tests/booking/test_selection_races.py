"""The batch beside customers who act at that very moment: every selection is decided once.

Every race has a control: the same moment with the guard taken off, which must go wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.booking.actions.appointments
import portal.booking.actions.selections
import portal.booking.ticking.deciding
from portal.booking.actions import confirm
from portal.booking.actions.selections import select, withdraw
from portal.booking.models import Appointment, AppointmentStatus, Selection, SelectionState
from portal.booking.ticking.deciding import Batch, decide_due
from portal.clock import AMSTERDAM
from portal.customers.models import Visit
from portal.database import transaction
from portal.messages.models import OutboxMessage
from portal.planning.choosing import Choosing, choose
from portal.planning.models import DayPlan, Opening, Stop
from portal.planning.queries import planned_day
from tests.booking.agenda import FIRST, SITE, choice_of, circumstances, make_agenda, opening_at
from tests.crowd import at_once
from tests.factories import make_visit

pytestmark = pytest.mark.heart

EVENING = datetime(2027, 3, 1, 19, 40, tzinfo=AMSTERDAM)
CROWD = 4


def batch() -> str:
    done = decide_due(Batch(EVENING, SITE, "s" * 48, seconds=0.2))
    return f"{len(done.as_chosen) + len(done.otherwise)} confirmed, {len(done.broken)} broken"


def three(session: Session) -> list[Opening]:
    return [opening_at(session, FIRST + timedelta(days=n), time(10)) for n in range(3)]


def waiting(session: Session, number: int = 1) -> list[int]:
    """Return visits that wait for the evening, each with three windows ticked."""
    make_agenda(session, places=number + 1)
    openings = [one.id for one in three(session)]
    visits = [make_visit(session).id for _ in range(number)]
    for visit_id in visits:
        with transaction() as write:
            select(write, write.get_one(Visit, visit_id), openings, circumstances())
    return visits


def together(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let batches begin to confirm only when all of them have chosen."""
    all_have_chosen = threading.Barrier(number)

    def chosen_together(*arguments: object, **options: object) -> Choosing:
        found = choose(*arguments, **options)  # type: ignore[arg-type]
        all_have_chosen.wait(timeout=60)
        return found

    monkeypatch.setattr(portal.booking.ticking.deciding, "choose", chosen_together)


def assert_all_is_well(session: Session, visits: list[int]) -> None:
    """At most one live appointment a visit, as many mails as appointments, and a sound witness."""
    session.rollback()
    session.expire_all()
    booked = session.scalars(sa.select(Appointment.visit_id)).all()
    assert len(booked) == len(set(booked))
    told = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "confirmed")).all()
    assert len(told) == len(booked)
    apologies = sa.select(sa.func.count()).where(OutboxMessage.kind == "selection_broken")
    assert session.scalar(apologies) == 0
    stops = session.scalars(sa.select(Stop)).all()
    assert sorted(stop.visit_id for stop in stops) == sorted(booked)
    assert all(stop.held_until is None for stop in stops)
    for branch_id, day in session.execute(sa.select(DayPlan.branch_id, DayPlan.date)).all():
        planned = planned_day(session, branch_id, day)
        assert planned is not None
        assert planned.violations == ()
    open_ones = sa.select(Selection).where(Selection.state == SelectionState.OPEN)
    assert session.scalars(open_ones).all() == []
    assert set(booked) <= set(visits)


def test_two_batches_at_once_decide_each_selection_once(
    app: Flask,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    visits = waiting(session, CROWD)
    together(monkeypatch, 2)
    answers = at_once(app, [batch, batch])
    confirmed = sum(int(said.split()[0]) * number for said, number in answers.items())
    assert confirmed == CROWD
    assert_all_is_well(session, visits)
    assert "selection left" not in caplog.text


def test_control_a_batch_that_does_not_look_again_stumbles_over_the_other(
    app: Flask,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without the look under the lock, and those of confirm, only the database's index is left."""
    waiting(session, CROWD)
    together(monkeypatch, 2)
    actions = portal.booking.actions
    monkeypatch.setattr(
        actions.selections, "_locked_if_due", lambda _session, selection, _now: selection.visit
    )
    for look in ("kept_answer", "live_appointment"):
        monkeypatch.setattr(actions.appointments, look, lambda *_arguments: None)
    at_once(app, [batch, batch])
    assert "selection left" in caplog.text


def picking(visit_id: int, opening: Opening) -> Callable[[], str]:
    choice = choice_of(opening)

    def pick() -> str:
        with transaction() as session:
            confirm(session, session.get_one(Visit, visit_id), choice, circumstances(EVENING))
        return "picked"

    return pick


def withdrawing(visit_id: int) -> Callable[[], str]:
    def stop() -> str:
        with transaction() as session:
            withdraw(session, session.get_one(Visit, visit_id), circumstances(EVENING))
        return "withdrawn"

    return stop


def changing(visit_id: int, openings: list[int]) -> Callable[[], str]:
    def change() -> str:
        with transaction() as session:
            select(session, session.get_one(Visit, visit_id), openings, circumstances(EVENING))
        return "changed"

    return change


@pytest.mark.parametrize("turn", range(3))
def test_who_picks_at_once_while_the_batch_runs_has_one_appointment(
    app: Flask, session: Session, turn: int
) -> None:
    visits = waiting(session, 2)
    answers = at_once(app, [batch, picking(visits[0], three(session)[turn])])
    assert_all_is_well(session, visits)
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 2
    assert answers["picked"] + answers["AlreadyBooked"] == 1


@pytest.mark.parametrize("_turn", range(3))
def test_who_withdraws_while_the_batch_runs_has_either_nothing_or_one_appointment(
    app: Flask, session: Session, _turn: int
) -> None:
    [visit] = waiting(session)
    at_once(app, [batch, withdrawing(visit)])
    assert_all_is_well(session, [visit])
    states = set(session.scalars(sa.select(Selection.state)))
    booked = session.scalar(sa.select(sa.func.count(Appointment.id)))
    assert states == ({SelectionState.CHOSEN} if booked else {SelectionState.WITHDRAWN})


def test_who_changes_between_choosing_and_confirming_is_left_to_the_next_evening(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    [visit] = waiting(session)
    later = [opening_at(session, FIRST + timedelta(days=n), time(12)).id for n in range(2, 5)]

    def chosen_then_changed(*arguments: object, **options: object) -> Choosing:
        found = choose(*arguments, **options)  # type: ignore[arg-type]
        assert changing(visit, later)() == "changed"
        return found

    monkeypatch.setattr(portal.booking.ticking.deciding, "choose", chosen_then_changed)
    assert batch() == "0 confirmed, 0 broken"
    session.rollback()
    session.expire_all()
    [selection] = session.scalars(sa.select(Selection)).all()
    assert selection.state is SelectionState.OPEN
    assert selection.decide_at == EVENING + timedelta(days=1)
    assert [stop.opening_id in later for stop in session.scalars(sa.select(Stop))] == [True]


def test_what_is_chosen_and_taken_meanwhile_leaves_what_is_held(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between choosing and confirming somebody takes the last place of the chosen window."""
    make_agenda(session, places=1)
    openings = three(session)
    visit, rival = make_visit(session), make_visit(session)
    with transaction() as write:
        select(write, visit, [one.id for one in openings], circumstances())
    [held] = session.scalars(sa.select(Stop)).all()
    other = next(one for one in openings if one.id != held.opening_id)

    def chosen_then_taken(*_arguments: object, **_options: object) -> Choosing:
        assert picking(rival.id, other)() == "picked"
        return Choosing({visit.id: other.id})

    monkeypatch.setattr(portal.booking.ticking.deciding, "choose", chosen_then_taken)
    kept = held.opening_id
    assert batch() == "1 confirmed, 0 broken"
    session.rollback()
    session.expire_all()
    mine = session.scalars(sa.select(Stop).where(Stop.visit_id == visit.id)).one()
    assert (mine.opening_id, mine.held_until) == (kept, None)


def test_control_without_the_hold_the_promise_breaks(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with nothing held: others take all that was ticked, and we have to say sorry."""
    monkeypatch.setattr(portal.booking.actions.selections, "_hold_one", lambda *_arguments: None)
    make_agenda(session, places=1)
    openings = three(session)
    visit = make_visit(session)
    with transaction() as write:
        select(write, visit, [one.id for one in openings], circumstances())
    for opening in openings:
        assert picking(make_visit(session).id, opening)() == "picked"
    assert batch() == "0 confirmed, 1 broken"


def test_with_the_hold_others_cannot_take_all_that_was_ticked(app: Flask, session: Session) -> None:
    make_agenda(session, places=1)
    openings = three(session)
    visit = make_visit(session)
    with transaction() as write:
        select(write, visit, [one.id for one in openings], circumstances())
    rivals = [picking(make_visit(session).id, opening) for opening in openings]
    answers = at_once(app, rivals)
    assert answers == {"picked": 2, "WindowTaken": 1}
    assert batch() == "1 confirmed, 0 broken"
    live = sa.select(sa.func.count()).where(Appointment.status == AppointmentStatus.CONFIRMED)
    assert session.scalar(live) == 3


def test_a_batch_that_dies_half_way_is_gone_on_with(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = waiting(session, CROWD)
    confirm_one = portal.booking.ticking.deciding.decide
    done: list[int] = []

    def dies_after_two(session: Session, selection: Selection, *rest: object) -> object:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(selection.id)
        return confirm_one(session, selection, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(portal.booking.ticking.deciding, "decide", dies_after_two)
    with pytest.raises(KeyboardInterrupt):
        batch()
    monkeypatch.setattr(portal.booking.ticking.deciding, "decide", confirm_one)
    assert batch() == "2 confirmed, 0 broken"
    assert_all_is_well(session, visits)
