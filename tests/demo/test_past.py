"""Behind the demo lies a fortnight: visits were driven and told of, and customers said how it went.

`test_load` looks at the same whenever the demo is started.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import local_date, now
from portal.console.desk import silent_visits
from portal.customers.models import Visit, VisitReason
from portal.demo.branch import demo_branch
from portal.feedback.models import Opinion, OpinionState, Went
from portal.fieldwork.feed import told_visits
from portal.fieldwork.models import Report, Tap
from portal.fieldwork.steps import ENDS
from portal.messages.models import OutboxMessage, Stage
from portal.technicians.models import Technician
from tests.demo.behind import behind_us, left_to_send

ENDED = {AppointmentStatus.DONE, AppointmentStatus.NOT_AT_HOME, AppointmentStatus.UNFINISHED}


def test_every_visit_of_the_past_came_to_an_end_in_one_of_three_ways(demo):
    past = behind_us(demo, now())
    assert {one.status for one in past} == ENDED
    assert {one.date for one in past} <= {local_date(now()) - timedelta(days=n) for n in range(15)}
    assert len({one.date for one in past}) > 5


def test_a_visit_that_was_done_has_its_report_and_the_boiler_its_next_turn(demo):
    for one in behind_us(demo, now()):
        report = demo.scalar(sa.select(Report).filter_by(appointment_id=one.id))
        assert (report is not None) is (one.status is AppointmentStatus.DONE)
        if report is not None:
            assert report.next_due_on > local_date(now()) + timedelta(days=300)
            assert one.visit.boiler.last_service_on == one.date


def test_things_happened_one_after_the_other_and_before_now(demo):
    for one in behind_us(demo, now()):
        taps = demo.scalars(sa.select(Tap).filter_by(appointment_id=one.id).order_by(Tap.id))
        moments = [one.booked_at, *(tap.tapped_at for tap in taps)]
        opinion = demo.scalar(sa.select(Opinion).filter_by(appointment_id=one.id))
        if opinion is not None:
            moments += [opinion.asked_at, opinion.answered_at, opinion.closed_at]
        happened = [moment for moment in moments if moment is not None]
        assert happened == sorted(happened)
        assert happened[-1] < now()


def test_what_was_due_went_out_when_it_was_due(demo):
    assert left_to_send(demo, now()) == []
    told = {"estimated", "on_my_way", "report", "questions"}
    sent = demo.scalars(sa.select(OutboxMessage).filter_by(stage=Stage.SENT)).all()
    assert told <= {one.kind for one in sent}
    assert all(one.sent_at == one.due_at <= now() for one in sent)


def test_most_customers_are_glad_and_one_waits_for_a_call(demo):
    opinions = demo.scalars(sa.select(Opinion)).all()
    went = [one.went for one in opinions if one.went]
    assert went.count(Went.AS_EXPECTED) > len(went) / 2
    (waiting,) = [one for one in opinions if one.state is OpinionState.OPEN]
    assert waiting.words
    assert waiting.owner == "desk"
    assert waiting.answered_at == max(one.answered_at for one in opinions if one.went)
    assert [one for one in opinions if one.state is OpinionState.CLOSED and one.note]


def test_whoever_we_did_not_serve_waits_for_the_desk_or_chose_again(demo):
    today = local_date(now())
    waiting = {one.visit.id for one in silent_visits(demo, demo_branch(demo).id, today).rows}
    missed = {
        one.visit_id for one in behind_us(demo, now()) if one.status is not AppointmentStatus.DONE
    }
    left = set(demo.scalars(sa.select(Visit.id).filter_by(reason=VisitReason.UNFINISHED)))
    chose = set(
        demo.scalars(
            sa.select(Appointment.visit_id).where(
                Appointment.status == AppointmentStatus.CONFIRMED, Appointment.date >= today
            )
        )
    )
    unfinished = {
        one.visit_id for one in behind_us(demo, now()) if one.status is AppointmentStatus.UNFINISHED
    }
    assert (missed - unfinished) | left <= waiting | chose
    assert left & chose


def test_calendars_of_technicians_show_what_they_did(demo):
    today = local_date(now())
    for technician in demo.scalars(sa.select(Technician)):
        past = [one for one in told_visits(demo, technician.id, today) if one.date < today]
        did = demo.scalars(
            sa.select(Tap.appointment_id)
            .join(Tap.appointment)
            .where(
                Tap.technician_id == technician.id,
                Tap.step.in_(ENDS),
                Tap.undone_at.is_(None),
                Appointment.date < today,
            )
        )
        assert sorted(one.appointment.id for one in past) == sorted(did)


def test_nothing_is_troubled_by_the_past(demo, app):
    checked = app.test_cli_runner().invoke(args=["planning", "check", "--branch", "demo-utrecht"])
    assert checked.exit_code == 0, checked.output
    assert "every promise can be kept" in checked.output


def test_the_pages_of_the_past_can_be_read(demo, client):
    client.submit(client.fetch("/demo/as/desk").form("/demo/become"), status=303)
    opinions = client.fetch("/staff/opinions")
    waiting = demo.scalars(sa.select(Opinion).filter_by(state=OpinionState.OPEN)).one()
    assert waiting.words in opinions.text
    file = client.fetch(f"/staff/customers/{waiting.customer_id}")
    assert waiting.words in file.text
    tap = demo.scalars(sa.select(Tap).order_by(Tap.id)).first()
    path = f"/route?technician={tap.technician_id}&date={tap.appointment.date}"
    assert tap.appointment.visit.address.street in client.fetch(path).text
