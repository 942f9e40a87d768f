"""The waiting list at one moment: one place, one offer, one outcome, on both databases.

Each race has its control: the same moment with the guard taken off, which must go wrong.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.booking.actions.waiting_offers as waiting_offers
from portal.booking.actions.waiting_offers import accept, decline, lapse
from portal.booking.models import Appointment, WaitingOffer, WaitingOfferState, WaitingState
from portal.booking.waiting_list import freed
from portal.booking.waiting_list.freed import offer_freed
from portal.booking.waiting_list.wishes import KEPT_FOR
from portal.customers.models import Visit
from portal.database import transaction
from portal.planning.models import Opening, Stop
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances
from tests.booking.test_races import booking
from tests.booking.waiters import (
    KEY,
    a_visit,
    assert_sound,
    look,
    offers,
    open_up,
    the_offer,
    waits,
)
from tests.crowd import at_once

pytestmark = [pytest.mark.heart, pytest.mark.usefixtures("full_agenda")]

OVER = NOW + KEPT_FOR
ROUNDS = 5
GUARDED_S = 1  # with the guard the other never comes
PATIENCE_S = 60  # without it the other must come, however busy the machine


def accepting(offer_id: int, now: datetime = OVER) -> Callable[[], str]:
    def say_yes() -> str:
        with transaction() as session:
            accept(session, session.get_one(WaitingOffer, offer_id), circumstances(now))
        return "yes"

    return say_yes


def lapsing(offer_id: int, now: datetime = OVER) -> Callable[[], str]:
    def end() -> str:
        with transaction() as session:
            ended = lapse(session, session.get_one(WaitingOffer, offer_id), circumstances(now))
        return "lapsed" if ended else "too late"

    return end


def a_round(now: datetime = NOW) -> Callable[[], str]:
    def run() -> str:
        return f"offered {offer_freed(circumstances(now, 'waiting list'), KEY).offered}"

    return run


def meeting(read: Callable[..., Any], wait_s: float) -> Callable[..., Any]:
    """Return `read` after which two callers come together, each at its first call."""
    together, came = threading.Barrier(2), set[str]()

    def read_together(*args: Any, **named: Any) -> Any:
        found = read(*args, **named)
        if (caller := threading.current_thread().name) not in came:
            came.add(caller)
            with contextlib.suppress(threading.BrokenBarrierError):  # others wait: the guard works
                together.wait(timeout=wait_s)
        return found

    return read_together


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_offers, "locked", lambda session, visit: visit)
    monkeypatch.setattr("portal.database._writes", lambda _connection: False)


def kept_place(session: Session) -> WaitingOffer:
    waits(session, a_visit(session))
    open_up(session, FIRST, 10)
    assert look().offered == 1
    return the_offer(session)


def yes_against_the_clock(app: Flask, offer_id: int) -> Counter[str]:
    return at_once(app, [accepting(offer_id), lapsing(offer_id)])


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_yes_and_the_end_of_the_hour_do_not_both_win(
    app: Flask, session: Session, attempt: int
) -> None:
    answers = yes_against_the_clock(app, kept_place(session).id)
    (done,) = offers(session)
    appointments = session.scalar(sa.select(sa.func.count(Appointment.id)))
    if answers == {"yes": 1, "too late": 1}:
        assert (done.state, done.request.state) == (WaitingOfferState.TAKEN, WaitingState.SERVED)
        assert appointments == 1
    else:
        assert answers == {"OfferOver": 1, "lapsed": 1}
        assert (done.state, done.request.state) == (WaitingOfferState.LAPSED, WaitingState.WAITING)
        assert appointments == 0
    assert_sound(session)


def test_yes_and_the_end_of_the_hour_wait_for_each_other(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_id = kept_place(session).id
    monkeypatch.setattr(
        waiting_offers, "live_appointment", meeting(waiting_offers.live_appointment, GUARDED_S)
    )
    answers = yes_against_the_clock(app, offer_id)
    assert answers["yes"] + answers["lapsed"] == 1


def test_control_without_the_lock_both_win(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_id = kept_place(session).id
    without_locks(monkeypatch)
    monkeypatch.setattr(
        waiting_offers, "live_appointment", meeting(waiting_offers.live_appointment, PATIENCE_S)
    )
    try:
        answers = yes_against_the_clock(app, offer_id)
    except sa.exc.SQLAlchemyError:
        return  # SQLite refuses a read that becomes a write
    assert answers["yes"] + answers["lapsed"] == 2


@pytest.mark.parametrize("places", [1, 2])
def test_two_jobs_at_once_make_no_offer_twice(app: Flask, session: Session, places: int) -> None:
    for _ in range(3):
        waits(session, a_visit(session))
    open_up(session, FIRST, 10, places=places)
    at_once(app, [a_round(), a_round()])
    look(NOW + timedelta(minutes=1))
    made = offers(session, state=WaitingOfferState.OPEN)
    assert len(made) == len({one.request_id for one in made}) == places
    assert_sound(session)


def two_jobs(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, wait_s: float
) -> Counter[str]:
    """Return what two jobs say that both found the same person waiting for either of two places."""
    waits(session, a_visit(session))
    open_up(session, FIRST, 10, places=2)
    monkeypatch.setattr(
        waiting_offers, "bookable_window", meeting(waiting_offers.bookable_window, wait_s)
    )
    return at_once(app, [a_round(), a_round()])


def test_two_jobs_that_met_the_same_person_make_one_offer(
    app: Flask,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert two_jobs(app, session, monkeypatch, GUARDED_S) == {"offered 1": 1, "offered 0": 1}
    assert_sound(session)
    assert "passed over" not in caplog.text


def test_control_without_lock_and_second_look_two_jobs_collide(
    app: Flask,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    without_locks(monkeypatch)
    monkeypatch.setattr(waiting_offers, "_require_at_rest", lambda *_: None)
    two_jobs(app, session, monkeypatch, PATIENCE_S)
    assert "passed over" in caplog.text  # the database is the last guard


def test_who_says_no_while_a_round_goes_on_is_offered_something_else_in_the_next(
    app: Flask,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    waits(session, a_visit(session))
    for day in range(2):
        open_up(session, FIRST + timedelta(days=day), 10)
    offered = freed._offered

    def offered_and_declined(*args: Any) -> bool:
        made = offered(*args)
        with transaction() as write:
            decline(write, write.merge(the_offer(session)), circumstances())
        return made

    monkeypatch.setattr(freed, "_offered", offered_and_declined)
    assert look().offered == 1
    assert look(NOW + timedelta(minutes=1)).offered == 1
    assert "passed over" not in caplog.text


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_a_stranger_and_the_waiting_list_do_not_get_one_place_both(
    app: Flask, session: Session, attempt: int
) -> None:
    waits(session, a_visit(session))
    opening = open_up(session, FIRST, 10)
    stranger: Visit = a_visit(session)
    answers = at_once(app, [a_round(), booking(stranger.id, choice_of(opening))])
    session.rollback()
    session.expire_all()
    assert answers in ({"offered 1": 1, "WindowTaken": 1}, {"offered 0": 1, "booked": 1})
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 1
    assert session.get_one(Opening, opening.id).taken == 1
    assert_sound(session)
