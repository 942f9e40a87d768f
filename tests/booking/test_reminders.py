"""A visit that comes near is told of once, in time to act, with what to prepare."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.booking.telling.reminding
from portal.booking.models import Appointment, AppointmentStatus, CalendarAnswer, Telling
from portal.booking.notices.reminders import reminded
from portal.booking.telling.reminder import dates_to_remind, is_reminded, reminder_at
from portal.booking.telling.reminding import due_reminders, remind_due
from portal.clock import AMSTERDAM
from portal.customers.models import Channel
from portal.messages.models import Medium, OutboxMessage
from tests.booking.jan import MAILS, an_appointment
from tests.booking.rounds import after_the_look, both_look_first, two_at_once
from tests.factories import make_appointment, make_customer, make_technician, make_visit
from tests.messages.gates import (
    PERSONAS,
    SITE,
    VOICES,
    assert_fit_to_send,
    assert_texted,
    every_voice,
)
from tests.messages.mails import assert_as_reviewed, opened, text_of
from tests.statements import counted
from tests.visitor import Visitor

TUESDAY = date(2027, 3, 9)  # of `an_appointment`; its reminder is on Friday 5 March
FRIDAY_TEN = datetime(2027, 3, 5, 10, tzinfo=AMSTERDAM)


def local(moment: datetime) -> str:
    return moment.astimezone(AMSTERDAM).strftime("%a %Y-%m-%d %H:%M")


def reminders(session: Session) -> list[OutboxMessage]:
    session.rollback()
    kept = sa.select(OutboxMessage).where(OutboxMessage.kind == "reminded")
    return list(session.scalars(kept.order_by(OutboxMessage.id)))


# When: the day before the last on which moving is free


@pytest.mark.parametrize(
    ("visit", "told"),
    [
        ("2027-03-10", "Mon 2027-03-08 10:00"),  # Wednesday
        ("2027-03-11", "Tue 2027-03-09 10:00"),
        ("2027-03-12", "Wed 2027-03-10 10:00"),
        ("2027-03-08", "Fri 2027-03-05 10:00"),  # Monday: not on Saturday
        ("2027-03-09", "Fri 2027-03-05 10:00"),  # Tuesday: not on Sunday
    ],
)
def test_a_reminder_leaves_a_day_to_act_and_keeps_out_of_the_weekend(visit: str, told: str) -> None:
    assert local(reminder_at(date.fromisoformat(visit), None)) == told


@pytest.mark.parametrize(
    ("hour", "told"),
    [(time(19), "19:00"), (time(8), "08:00"), (time(6), "08:00"), (time(23), "20:00")],
)
def test_a_reminder_comes_at_the_customers_hour_by_day(hour: time, told: str) -> None:
    assert local(reminder_at(TUESDAY, hour)).endswith(told)


@pytest.mark.parametrize(
    ("visit", "told"),
    [
        ("2027-03-29", "2027-03-26T09:00"),  # the clock goes forward on the 28th, before the visit
        ("2027-03-31", "2027-03-29T08:00"),  # both after it
        ("2027-11-01", "2027-10-29T08:00"),  # it goes back on the 31st
        ("2027-11-03", "2027-11-01T09:00"),
    ],
)
def test_ten_is_ten_by_the_clock_around_the_nights_on_which_it_changes(
    visit: str, told: str
) -> None:
    moment = reminder_at(date.fromisoformat(visit), None)
    assert moment == datetime.fromisoformat(told).replace(tzinfo=UTC)


def test_the_dates_to_look_at_are_all_of_which_somebody_may_be_reminded() -> None:
    for hours in range(24 * 14):
        now = datetime(2027, 3, 22, tzinfo=UTC) + timedelta(hours=hours)
        long_ago = now - timedelta(days=30)
        open_ones = [
            day
            for ahead in range(-3, 12)
            if is_reminded(day := now.date() + timedelta(days=ahead), time(8), long_ago, now)
        ]
        assert set(open_ones) <= set(dates_to_remind(now))
        assert len(dates_to_remind(now)) <= 4


def test_who_booked_on_the_day_of_the_reminder_has_just_read_it_all() -> None:
    thursday = FRIDAY_TEN - timedelta(hours=11)
    assert is_reminded(TUESDAY, None, thursday, FRIDAY_TEN)
    assert not is_reminded(TUESDAY, None, FRIDAY_TEN.replace(hour=8), FRIDAY_TEN)


# The round


@pytest.mark.heart
def test_each_appointment_is_told_of_once(session: Session) -> None:
    an_appointment(session)
    assert remind_due(FRIDAY_TEN - timedelta(minutes=1), SITE) == (0, 0)
    assert remind_due(FRIDAY_TEN, SITE) == (1, 0)
    assert remind_due(FRIDAY_TEN + timedelta(minutes=5), SITE) == (0, 0)
    [message] = reminders(session)
    assert message.due_at == FRIDAY_TEN.astimezone(UTC)


@pytest.mark.heart
def test_the_query_looks_no_further_than_the_rule(session: Session) -> None:
    """Whatever the hour, what the database finds is what the rule says; nothing is passed over."""
    hours = [None, time(8), time(12), time(20)]
    technician = make_technician(session)
    for hour in hours:
        for day in range(8, 13):
            visit = make_visit(session, customer=make_customer(session, message_hour=hour))
            make_appointment(session, visit=visit, date=date(2027, 3, day), technician=technician)
    for step in range(0, 24 * 8, 5):
        now = datetime(2027, 3, 4, tzinfo=AMSTERDAM) + timedelta(hours=step)
        told = {one.id for one in due_reminders(session, now)}
        everything = session.scalars(sa.select(Appointment)).all()
        assert told == {
            one.id
            for one in everything
            if is_reminded(one.date, one.visit.customer.message_hour, one.changed_at, now)
        }


def test_a_cancelled_appointment_is_not_told_of(session: Session) -> None:
    appointment = an_appointment(session)
    appointment.status = AppointmentStatus.CANCELLED
    session.commit()
    assert remind_due(FRIDAY_TEN, SITE) == (0, 0)


def test_what_is_cancelled_between_the_look_and_the_turn_is_not_told_of(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    appointment_id = an_appointment(session).id

    def cancel(session: Session) -> None:
        cancelled = sa.update(Appointment).values(status=AppointmentStatus.CANCELLED)
        session.execute(cancelled.where(Appointment.id == appointment_id))
        session.commit()

    after_the_look(monkeypatch, portal.booking.telling.reminding, "due_reminders", cancel)
    assert remind_due(FRIDAY_TEN, SITE) == (0, 0)
    assert reminders(session) == []


def test_a_moved_appointment_has_a_reminder_of_its_own(session: Session) -> None:
    appointment = an_appointment(session)
    assert remind_due(FRIDAY_TEN, SITE) == (1, 0)
    appointment.date, appointment.changed_at = date(2027, 3, 17), FRIDAY_TEN
    session.commit()
    assert remind_due(datetime(2027, 3, 15, 10, tzinfo=AMSTERDAM), SITE) == (1, 0)
    first, second = reminders(session)
    assert "9 maart" in first.subject
    assert "17 maart" in second.subject


def test_who_cannot_be_reached_has_had_the_turn(session: Session) -> None:
    an_appointment(session, email=None)
    assert remind_due(FRIDAY_TEN, SITE) == (0, 1)
    assert remind_due(FRIDAY_TEN, SITE) == (0, 0)


def test_one_that_cannot_be_told_does_not_keep_the_others_waiting(
    session: Session,
) -> None:
    technician = make_technician(session)
    for phone in ("0612345678", None):
        customer = make_customer(session, channel=Channel.PHONE, phone=phone)
        visit = make_visit(session, customer=customer)
        make_appointment(session, visit=visit, date=TUESDAY, technician=technician)
    long_name = replace(SITE, company_name="Warmhuis " * 60)
    assert remind_due(FRIDAY_TEN, long_name) == (1, 0)
    assert remind_due(FRIDAY_TEN, SITE) == (1, 0)  # once it can be told, it is


def test_a_round_of_many_appointments_takes_one_query_and_few_for_each_message(
    session: Session,
) -> None:
    technician = make_technician(session)
    for _ in range(30):
        make_appointment(session, date=TUESDAY, technician=technician)
    for day in (22, 23, 24):
        make_appointment(session, date=date(2027, 3, day), technician=technician)
    with counted() as statements:
        assert remind_due(FRIDAY_TEN, SITE) == (30, 0)
    assert len(statements) <= 1 + 30 * 10  # five of them for an address to answer to
    with counted() as statements:
        remind_due(FRIDAY_TEN + timedelta(minutes=5), SITE)
    assert len(statements) == 1


def rounds_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return what two rounds did that had both looked before either told anybody."""
    both_look_first(monkeypatch, portal.booking.telling.reminding, "due_reminders")
    return two_at_once(app, lambda number: remind_due(FRIDAY_TEN + timedelta(seconds=number), SITE))


@pytest.mark.heart
def test_two_rounds_at_once_tell_it_once(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_appointment(session)
    told = rounds_at_once(app, monkeypatch)
    assert sorted(told) == [(0, 0), (1, 0)]
    assert len(reminders(session)) == 1
    assert len(session.scalars(sa.select(Telling)).all()) == 1


@pytest.mark.heart
def test_control_without_the_turn_two_rounds_tell_it_twice(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_appointment(session)
    monkeypatch.setattr(portal.booking.telling.reminding, "takes_turn", lambda *_arguments: True)
    assert rounds_at_once(app, monkeypatch) == [(1, 0), (1, 0)]
    assert len(reminders(session)) == 2


# What it says


def written(session: Session, **values: Any) -> OutboxMessage | None:
    appointment = an_appointment(session, **{k: v for k, v in values.items() if k != "answer"})
    appointment.answer = values.get("answer", CalendarAnswer.NONE)
    return reminded(session, appointment, FRIDAY_TEN, site=SITE)


@every_voice
@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (CalendarAnswer.ACCEPTED, "reminded"),
        (CalendarAnswer.TENTATIVE, "reminded_perhaps"),
        (CalendarAnswer.DECLINED, "reminded_after_no"),
    ],
)
def test_the_reminder_is_as_it_was_reviewed(
    session: Session, voice: str, answer: CalendarAnswer, name: str
) -> None:
    message = written(session, answer=answer, **VOICES[voice])
    assert_fit_to_send(message, voice)
    assert message is not None
    assert_as_reviewed(opened(message), MAILS / f"{name}.{voice}.txt")


@every_voice
@pytest.mark.parametrize("persona", PERSONAS)
def test_the_reminder_is_fit_for_everybody(session: Session, voice: str, persona: str) -> None:
    assert_fit_to_send(written(session, **{**PERSONAS[persona], **VOICES[voice]}), voice)


def test_the_subject_says_it_all_and_no_calendar_is_asked_again(session: Session) -> None:
    message = written(session)
    assert message is not None
    assert message.subject == "Herinnering: onze monteur komt di 9 maart tussen 10:00 en 12:00"
    assert (message.uid, message.method) == (None, None)
    assert "maandag 8 maart 17:00 uur" in " ".join(text_of(opened(message)).split())


@every_voice
def test_who_wants_the_telephone_and_has_a_mobile_one_gets_a_text_message(
    session: Session, voice: str
) -> None:
    message = written(session, channel=Channel.PHONE, phone="06 12345678", **VOICES[voice])
    assert_texted(message, to="+31612345678", parts=2)


@pytest.mark.parametrize(
    ("channel", "phone"),
    [(Channel.MAIL, "0612345678"), (Channel.PHONE, "030 1234567"), (Channel.PHONE, None)],
)
def test_nobody_else_does(session: Session, channel: Channel, phone: str | None) -> None:
    message = written(session, channel=channel, phone=phone)
    assert message is not None
    assert message.medium is Medium.MAIL


def test_the_command_says_what_it_would_do_and_does_it(
    app: Flask, session: Session, client: Visitor, clock: Any
) -> None:
    an_appointment(session)
    clock.set(FRIDAY_TEN)
    run = app.test_cli_runner()
    said = run.invoke(args=["booking", "remind", "--dry-run"]).output
    assert said == "482 913 K: Tue 2027-03-09 10:00\n1 would be reminded\n"
    assert reminders(session) == []
    assert run.invoke(args=["booking", "remind"]).output == "1 reminded, 0 not reached\n"
    assert len(reminders(session)) == 1
