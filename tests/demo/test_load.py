"""Whenever the demo is started, it shows a branch at work, and every promise in it can be kept."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal.access.models import StaffMember
from portal.booking.models import Appointment, AppointmentStatus
from portal.campaigns.queries import unanswered_invitations, visits_to_invite
from portal.clock import AMSTERDAM
from portal.customers.models import Address, Boiler, Customer
from portal.demo.branch import SLUG, demo_branch
from portal.demo.doors import next_day_with_visits, next_holiday
from portal.demo.errors import DatabaseInUse, DemoThereAlready
from portal.demo.load import load_demo
from portal.feedback.models import Opinion
from portal.fieldwork.models import Tap
from portal.messages.models import InboundMessage, InboundState
from portal.planning.models import DayPlan, Opening, Stop
from portal.planning.queries import planned_day
from portal.regions.models import Branch
from portal.regions.queries import branch_calendar, regions_of_branch
from portal.technicians.models import Absence
from tests.demo.behind import assert_a_fortnight_lies_behind
from tests.factories import make_branch

SMALL = 60  # boilers


def at(year, month, day, hour=10):
    return datetime(year, month, day, hour, tzinfo=AMSTERDAM)


STARTS = {
    "a Monday": at(2027, 3, 1),
    "a Sunday evening": at(2026, 11, 22, 22),
    "the day before Christmas": at(2026, 12, 24),
    "the middle of the summer holiday": at(2027, 8, 5),
    "29 February": at(2028, 2, 29),
    "the day before the clock goes forward": at(2027, 3, 27),
    "the night in which the clock goes back": at(2027, 10, 31, 2),
    "the Monday after the clock went forward": at(2027, 3, 29),
    "a year without published holidays": at(2031, 5, 14),
}


@pytest.mark.slow
@pytest.mark.parametrize("now", STARTS.values(), ids=STARTS)
def test_a_demo_is_sound_and_lively_whenever_it_is_started(session, now):
    load_demo(now, boilers=SMALL, solve_seconds=0)
    today = now.date()
    branch = demo_branch(session)
    assert_every_appointment_has_its_stop(session)
    assert_every_day_can_be_driven(session, branch.id)
    assert_places_taken_are_stops(session)
    assert_people_wait_for_an_invitation_and_for_an_answer(session, branch.id, today)
    assert_mail_waits_for_a_colleague(session)
    assert_a_fortnight_lies_behind(session, now)
    assert next_holiday(session, branch.id, today).last_on >= today
    assert next_day_with_visits(session, today) == next_workday(session, branch.id, today)


def assert_mail_waits_for_a_colleague(session):
    states = Counter(session.scalars(sa.select(InboundMessage.state)))
    assert states == {InboundState.FOR_PERSON: 3, InboundState.IGNORED: 1}
    assert None not in session.scalars(sa.select(InboundMessage.customer_id)).all()


def assert_every_appointment_has_its_stop(session):
    kept = (AppointmentStatus.CONFIRMED, AppointmentStatus.DONE, AppointmentStatus.UNFINISHED)
    live = sa.select(Appointment).where(Appointment.status.in_(kept))
    stops = session.execute(
        sa.select(Stop.visit_id, DayPlan.date, Stop.window_start, Stop.window_end)
        .join(Stop.day_plan)
        .where(Stop.held_until.is_(None))
    )
    promised = [
        (one.visit_id, one.date, one.window_start, one.window_end) for one in session.scalars(live)
    ]
    assert len(promised) > SMALL // 5
    assert sorted(promised) == sorted(map(tuple, stops))


def assert_every_day_can_be_driven(session, branch_id):
    for day in session.scalars(sa.select(DayPlan.date)).all():
        planned = planned_day(session, branch_id, day)
        assert (planned.violations, planned.stranded) == ((), ()), day


def assert_places_taken_are_stops(session):
    used = Counter(session.scalars(sa.select(Stop.opening_id)).all())
    for opening in session.scalars(sa.select(Opening)):
        assert opening.taken == used[opening.id]


def assert_people_wait_for_an_invitation_and_for_an_answer(session, branch_id, today):
    ahead = today + timedelta(days=70)
    regions = regions_of_branch(session, branch_id)
    assert sum(len(visits_to_invite(session, one.id, ahead, SMALL)) for one in regions) > 5
    assert sum(unanswered_invitations(session, one.id, today) for one in regions) > 2


def next_workday(session, branch_id, today):
    calendar = branch_calendar(session, branch_id, today, today + timedelta(days=14))
    return next(day for day in calendar.workdays() if day >= today)


def test_the_same_day_gives_the_same_people_and_choices(session, app):
    first = promises_of_a_new_demo(session, app)
    assert first == promises_of_a_new_demo(session, app)


def promises_of_a_new_demo(session, app):
    from portal.database import db
    from tests.databases import empty_tables

    session.rollback()
    session.expunge_all()
    empty_tables(db.engine)
    load_demo(at(2027, 3, 1), boilers=60, solve_seconds=0)
    rows = session.execute(
        sa.select(
            Customer.name, Address.street, Appointment.date, Appointment.window_start,
            Appointment.sequence, Appointment.status, Appointment.booked_at,
        )
        .select_from(Appointment)
        .join(Appointment.visit)
        .join(Boiler)
        .join(Address)
        .join(Customer)
        .order_by(Appointment.id)
    )  # fmt: skip
    taps = session.execute(sa.select(Tap.step, Tap.tapped_at).order_by(Tap.id))
    said = session.execute(sa.select(Opinion.words, Opinion.answered_at).order_by(Opinion.id))
    return [*rows, *taps, *said]


def test_somebody_is_on_leave_in_a_week_that_can_be_booked(session):
    load_demo(at(2027, 3, 1), boilers=30, solve_seconds=0)
    leave = session.scalars(sa.select(Absence)).one()
    assert date(2027, 3, 3) < leave.first_on < leave.last_on < date(2027, 4, 30)


def test_addresses_without_a_place_wait_for_the_desk(session):
    assert load_demo(at(2027, 3, 1), boilers=30, solve_seconds=0).waiting_for_place == 2


def test_nobody_can_be_called_or_mailed_by_accident(session):
    load_demo(at(2027, 3, 1), boilers=60, solve_seconds=0)
    for customer in session.scalars(sa.select(Customer)):
        assert customer.email is None or customer.email.endswith(".example")
        assert customer.phone.startswith(("06000", "030000"))
        assert len(customer.phone) == 10
    for email in session.scalars(sa.select(StaffMember.email)):
        assert email.endswith(".example")


def test_invented_people_do_not_mix_with_a_real_branch(session):
    make_branch(session, slug="echt")
    with pytest.raises(DatabaseInUse):
        load_demo(at(2027, 3, 1), boilers=30, solve_seconds=0)
    assert session.scalars(sa.select(Branch.slug)).all() == ["echt"]


def test_a_demo_is_loaded_once(session):
    load_demo(at(2027, 3, 1), boilers=30, solve_seconds=0)
    with pytest.raises(DemoThereAlready):
        load_demo(at(2027, 3, 1), boilers=30, solve_seconds=0)
    assert session.scalars(sa.select(Branch.slug)).all() == [SLUG]
