"""One bad row keeps nobody waiting: each job goes on to the others and says what it left."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import timetable
from portal.booking.actions.selections import select
from portal.booking.models import AppointmentStatus, Selection, SelectionState
from portal.clock import AMSTERDAM
from portal.customers.codes import Purpose, ask_code
from portal.customers.models import Customer, MailedCode, Visit
from portal.database import db, transaction
from portal.fieldwork.steps import Step
from portal.messages.models import OutboxMessage
from portal.planning.actions import admit
from portal.planning.models import DayPlan, Hold, HoldKind, Opening, Stop
from portal.planning.windows import Window
from portal.rounds import one_by_one
from tests.booking.agenda import FIRST, NOW, circumstances, make_agenda, opening_at
from tests.booking.waiters import a_visit, open_up, waits
from tests.factories import (
    make_address,
    make_appointment,
    make_branch,
    make_customer,
    make_stop,
    make_technician,
    make_visit,
)
from tests.fieldwork.taps import at, press, promised

NO_LANGUAGE = "xx"  # nobody can be written to in it: a row that should not be there
HOUR_OVER = NOW + timedelta(minutes=70)


@pytest.fixture
def unwritable(session: Session) -> Customer:
    return make_customer(session, locale=NO_LANGUAGE)


def told(session: Session, kind: str) -> int:
    session.rollback()
    return len(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == kind)).all())


def held(session: Session, start: time, kind: HoldKind = HoldKind.CHOICE) -> Stop:
    opening = opening_at(session, FIRST, start)
    window = Window(FIRST, opening.window_start, opening.window_end)
    with transaction() as write:
        hold = Hold(kind, NOW)
        return admit(write, make_visit(session), window, opening_id=opening.id, hold=hold)


def miscounted(session: Session, start: time) -> None:
    """Let an opening say that nobody took a place: giving one back is refused by the database."""
    opening_at(session, FIRST, start).taken = 0
    session.commit()


def stops_left(session: Session) -> list[time]:
    session.rollback()
    return list(session.scalars(sa.select(Stop.window_start).order_by(Stop.window_start)))


@pytest.mark.usefixtures("app")
def test_what_fails_is_left_out_and_rolled_back(session: Session):
    def name(number: int) -> int:
        make_branch(session, slug=f"b{number}")
        if number == 2:
            session.add(DayPlan())
            session.flush()
        return number

    assert one_by_one([1, 2, 3], name) == [1, 3]
    assert not session.new


def test_a_hold_that_cannot_be_given_back_keeps_no_other_from_ending(session: Session):
    make_agenda(session)
    for start in (time(8), time(10)):
        held(session, start)
    miscounted(session, time(8))
    timetable.end_holds(HOUR_OVER)
    assert stops_left(session) == [time(8)]


def test_a_letters_hold_that_cannot_be_given_back_keeps_no_other(session: Session):
    make_agenda(session)
    for start in (time(8), time(10)):
        held(session, start, HoldKind.LETTER)
    miscounted(session, time(8))
    timetable.end_letters_in_vain(NOW)
    assert stops_left(session) == [time(8)]


def test_a_code_that_cannot_be_written_keeps_no_code_and_no_mail(
    session: Session, unwritable: Customer
):
    for customer in (unwritable, make_customer(session)):
        with transaction() as write:
            ask_code(write, customer, Purpose.DETAILS, "browser", NOW, signing_key="t" * 48)
    timetable.write_codes(NOW)
    assert told(session, "code") == 1
    assert session.scalars(sa.select(MailedCode.code_hash)).first() == "", "tried again"


def test_a_freed_window_goes_to_the_next_when_the_first_cannot_be_written_to(
    session: Session, unwritable: Customer
):
    make_agenda(session, days=3, technicians=1, places=0)
    first = a_visit(session)
    for visit in (first, a_visit(session)):
        waits(session, visit)
    session.get_one(Visit, first.id).customer.locale = NO_LANGUAGE
    session.commit()
    open_up(session, FIRST, 10)
    timetable.offer_freed_windows(NOW)
    assert told(session, "waiting_offered") == 1


def test_an_offer_that_cannot_be_ended_keeps_no_other(session: Session):
    make_agenda(session, days=3, technicians=1, places=0)
    for start in (8, 10):
        waits(session, a_visit(session))
        open_up(session, FIRST, start)
        timetable.offer_freed_windows(NOW)
    assert stops_left(session) == [time(8), time(10)]
    miscounted(session, time(8))
    timetable.offer_freed_windows(HOUR_OVER)
    assert time(10) not in stops_left(session)


def test_somebody_who_cannot_be_told_keeps_nobody_from_hearing_before_eight(session: Session):
    make_agenda(session)
    openings = [opening_at(session, FIRST + timedelta(days=n), time(10)).id for n in range(3)]
    visits = [make_visit(session), make_visit(session)]
    for visit in visits:
        with transaction() as write:
            select(write, visit, openings, circumstances())
    session.get_one(Visit, visits[0].id).customer.locale = NO_LANGUAGE
    session.commit()
    timetable.decide_selections(datetime(2027, 3, 1, 19, 40, tzinfo=AMSTERDAM))
    session.rollback()
    states = session.scalars(sa.select(Selection.state).order_by(Selection.id)).all()
    assert states == [SelectionState.OPEN, SelectionState.CHOSEN]


def test_when_nothing_can_be_chosen_for_all_everybody_gets_what_is_held(session: Session):
    make_agenda(session)
    openings = [opening_at(session, FIRST + timedelta(days=n), time(10)).id for n in range(3)]
    visit = make_visit(session)
    with transaction() as write:
        select(write, visit, openings, circumstances())
    kept = session.scalars(sa.select(Stop)).one().opening_id
    elsewhere = next(one for one in openings if one != kept)
    day = session.get_one(Opening, elsewhere).date
    nowhere = make_visit(session, address=make_address(session, lat=None, lon=None))
    plan = session.scalars(sa.select(DayPlan).where(DayPlan.date == day)).one()
    make_stop(session, visit=nowhere, day_plan=plan)
    timetable.decide_selections(datetime(2027, 3, 1, 19, 40, tzinfo=AMSTERDAM))
    session.rollback()
    assert session.scalars(sa.select(Selection)).one().state is SelectionState.CHOSEN
    assert (
        session.scalars(sa.select(Stop.opening_id).where(Stop.visit_id == visit.id)).one() == kept
    )


def test_reminders_estimates_and_questions_go_to_the_others(session: Session, unwritable: Customer):
    visited, coming = date(2027, 3, 4), date(2027, 3, 8)
    plan = make_technician(session)
    for customer in (unwritable, make_customer(session)):
        visit = make_visit(session, customer=customer)
        make_appointment(session, visit=visit, date=coming, technician=plan)
    timetable.remind_of_visits(datetime(2027, 3, 5, 10, tzinfo=AMSTERDAM))
    assert told(session, "reminded") == 1
    timetable.tell_estimates(datetime(2027, 3, 8, 7, 30, tzinfo=AMSTERDAM))
    assert told(session, "estimated") == 1
    for customer in (unwritable, make_customer(session)):
        done, visit = AppointmentStatus.DONE, make_visit(session, customer=customer)
        make_appointment(session, visit=visit, date=visited, status=done, technician=plan)
    timetable.ask_how_it_went(datetime(2027, 3, 8, 8, 15, tzinfo=AMSTERDAM))
    assert told(session, "questions") == 1


def test_a_delay_is_told_to_the_others(session: Session):
    make_technician(session)
    first, bad, third = promised(session), promised(session), promised(session)
    bad.visit.customer.locale = NO_LANGUAGE
    session.commit()
    press(Step.STARTED, first, "08:05")
    timetable.warn_of_delay(at("11:30"))
    assert third
    assert told(session, "running_late") == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Stop)) == 3
