"""The same form gets the same answer for as long as anything repeats it; then it is forgotten."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.actions import confirm, move
from portal.booking.errors import AlreadyBooked
from portal.booking.models import Appointment, KeptAnswer
from portal.customers.models import Visit
from portal.database import transaction
from portal.timetable import TIMETABLE
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, make_agenda, opening_at
from tests.factories import make_visit

pytestmark = pytest.mark.heart

KEY = "k" * 22


@pytest.fixture
def made(app: Flask, session: Session) -> Appointment:
    """An appointment for the window at ten, booked with a key."""
    make_agenda(session)
    return book(session, make_visit(session), timedelta())


def book(session: Session, visit: Visit, later: timedelta) -> Appointment:
    choice = choice_of(opening_at(session, FIRST, time(10)), KEY)
    with transaction() as write:
        return write.merge(confirm(write, visit, choice, circumstances(NOW + later)))


def at_night(session: Session, later: timedelta) -> int:
    """Run the job that forgets, so much later; return how many answers are still kept."""
    jobs = {job.name: job for job in TIMETABLE}
    jobs["forget_old_answers"].work(NOW + later)
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(KeptAnswer)) or 0


@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=25), timedelta(days=30)])
def test_the_same_form_gets_the_same_answer(
    session: Session, made: Appointment, later: timedelta
) -> None:
    assert at_night(session, later) == 1
    assert book(session, made.visit, later).id == made.id


def test_a_form_of_31_days_ago_is_forgotten_and_makes_no_second_appointment(
    session: Session, made: Appointment
) -> None:
    assert at_night(session, timedelta(days=31)) == 0
    with pytest.raises(AlreadyBooked):
        book(session, made.visit, timedelta(days=31))
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_a_late_repeat_of_a_move_that_changed_nothing_changes_nothing(
    session: Session, made: Appointment
) -> None:
    own = choice_of(opening_at(session, FIRST, time(10)), "own" * 7)
    later = choice_of(opening_at(session, FIRST, time(14)))
    for choice in (own, later, own):
        with transaction() as write:
            move(write, write.merge(made), choice, circumstances())
    session.refresh(made)
    assert made.window_start == time(14)
