"""Appointments that change after a tap: what was tapped or told of one day is not of another."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions import cancel, move
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.models import Appointment, AppointmentStatus
from portal.customers.models import Visit
from portal.database import transaction
from portal.fieldwork.delays import delays, may_choose_another_day, warn_of_delays
from portal.fieldwork.errors import TooLateToUndo
from portal.fieldwork.models import LateWarning, Report, Tap
from portal.fieldwork.steps import Step
from portal.fieldwork.touch import Touch
from portal.planning.actions import make_days
from portal.planning.models import Opening
from portal.planning.queries import faults_of
from tests.factories import NEXT_MONDAY, make_invitation, make_opening, the_branch
from tests.fieldwork.taps import (
    ACTIONS,
    KEY,
    SITE,
    at,
    press,
    promised,
    technician_of,
    undo,
    went_out,
)
from tests.messages.mails import messages_about

pytestmark = pytest.mark.heart

LATER = NEXT_MONDAY + timedelta(days=7)


def decided(clock: str, late: str = "the customer called") -> Circumstances:
    return Circumstances(at(clock), "staff:1", SITE, override=late)


def moved(session: Session, appointment: Appointment, clock: str) -> None:
    """Let the desk move an appointment to the same window a week later."""
    make_days(session, the_branch(session), LATER, LATER)
    known = session.scalars(sa.select(Opening)).one_or_none()
    opening = known or make_opening(
        session, day=LATER, window_start=time(8), window_end=time(10), places=3
    )
    session.commit()
    with transaction() as write:
        found = write.get_one(Appointment, appointment.id)
        move(write, found, Choice(opening.id, f"move {appointment.id} {clock}"), decided(clock))


def press_later(step: Step, appointment: Appointment, clock: str) -> Tap:
    with transaction() as write:
        technician_id = technician_of(write, appointment.visit_id)
        touch = Touch(technician_id, appointment.visit_id, f"later {step.value} {appointment.id}")
        return ACTIONS[step](write, touch, Circumstances(at(clock, LATER), "staff:1", SITE))


def warn_later(clock: str) -> int:
    return warn_of_delays(Circumstances(at(clock, LATER), "route", SITE), KEY)


def told(session: Session, kind: str, appointment: Appointment) -> int:
    found = messages_about(session, f"visit:{appointment.visit_id}")
    return [one.kind for one in found].count(kind)


def test_a_visit_that_was_cancelled_at_work_does_not_stop_the_day(session: Session, anouk):
    first, second = promised(session), promised(session, time(10))
    press(Step.STARTED, first, "08:10")
    with transaction() as write:
        cancel(write, write.get_one(Appointment, first.id), decided("08:20"))
    assert press(Step.ON_MY_WAY, second, "09:50").step is Step.ON_MY_WAY
    assert faults_of(session, the_branch(session).id, NEXT_MONDAY) == ()


def test_on_the_new_day_a_moved_visit_is_begun_anew(session: Session, anouk):
    visit = promised(session)
    press(Step.ON_MY_WAY, visit, "07:50")
    went_out()
    moved(session, visit, "07:55")
    press_later(Step.ON_MY_WAY, visit, "07:50")
    assert told(session, "on_my_way", visit) == 2
    press_later(Step.STARTED, visit, "08:05")
    press_later(Step.DONE, visit, "08:50")
    session.refresh(visit)
    assert visit.status is AppointmentStatus.DONE


def test_a_tap_of_another_day_says_nothing_of_how_this_one_goes(session: Session, anouk):
    visit, other = promised(session), promised(session)
    press(Step.STARTED, visit, "08:10")
    moved(session, visit, "08:20")
    moved(session, other, "08:20")
    assert delays(session, at("12:00", LATER)) == []


def test_who_had_to_wait_is_warned_anew_on_the_new_day(session: Session, anouk):
    first, second = promised(session), promised(session)
    press(Step.STARTED, first, "08:05")
    for clock in ("10:00", "10:31"):
        assert warn_of_delays(Circumstances(at(clock), "route", SITE), KEY) == 1
    moved(session, second, "10:35")
    session.refresh(second)
    assert not may_choose_another_day(session, second, at("07:00", LATER))
    moved(session, first, "10:40")
    press_later(Step.STARTED, first, "08:05")
    assert [warn_later(clock) for clock in ("10:00", "10:01", "10:31", "12:00")] == [1, 0, 1, 0]
    assert may_choose_another_day(session, second, at("12:00", LATER))
    numbers = session.scalars(sa.select(LateWarning.number).order_by(LateWarning.number))
    assert list(numbers) == [1, 2]


def test_done_stands_once_somebody_was_invited_to_the_next_turn(session: Session, anouk):
    visit = promised(session)
    press(Step.STARTED, visit, "08:05")
    done = press(Step.DONE, visit, "08:50")
    following = session.scalars(sa.select(Visit).order_by(Visit.id.desc())).first()
    make_invitation(session, visit=following)
    with pytest.raises(TooLateToUndo):
        undo(done, "08:52")
    session.refresh(visit)
    assert visit.status is AppointmentStatus.DONE
    assert session.scalars(sa.select(Report)).one().next_visit == following
