"""A customer has another mail address: the entry leaves the old calendar and enters the new."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal.booking import actions, notices
from portal.booking.models import Appointment, AppointmentStatus, CalendarAnswer
from portal.customers.changes import Change
from portal.database import transaction
from portal.messages.addresses import former_owner_of, owner_of
from portal.messages.models import OutboxMessage
from portal.timetable import TIMETABLE
from tests.factories import MONDAY_NOON, make_appointment
from tests.messages.letters import SITE
from tests.messages.mails import calendar_of, messages_about, opened

OLD, NEW = "oud@example.org", "nieuw@example.org"
CHANGE = Change(MONDAY_NOON + timedelta(hours=1), "customer", SITE)


def booked(session: Session, **values: object) -> Appointment:
    appointment = make_appointment(session, **values)
    appointment.visit.customer.email = OLD
    session.commit()
    with transaction() as writing:
        notices.confirmed(writing, appointment, MONDAY_NOON, site=SITE)
    return appointment


def changed(appointment: Appointment, **values: object) -> None:
    with transaction() as writing:
        actions.change_details(writing, appointment.visit.customer, values, CHANGE)


def told(session: Session, appointment: Appointment) -> list[OutboxMessage]:
    return messages_about(session, f"visit:{appointment.visit_id}")


def organizer(message: OutboxMessage) -> str:
    ics = calendar_of(opened(message))
    assert ics
    (event,) = Calendar.from_ical(ics).walk("VEVENT")
    return str(event["organizer"]).removeprefix("mailto:")


@pytest.mark.heart
def test_the_entry_ends_at_the_old_address_and_begins_anew_at_the_new(session: Session) -> None:
    appointment = booked(session)
    uid, window = appointment.uid, (appointment.date, appointment.window_start)
    changed(appointment, email=NEW)
    first, ended, begun = told(session, appointment)
    assert [(one.method, one.sequence, one.recipient) for one in (first, ended, begun)] == [
        ("REQUEST", 0, OLD), ("CANCEL", 1, OLD), ("REQUEST", 0, NEW),
    ]  # fmt: skip
    assert first.uid == ended.uid == uid
    assert begun.uid == appointment.uid != uid
    assert (appointment.date, appointment.window_start) == window
    assert appointment.status is AppointmentStatus.CONFIRMED
    assert OLD not in begun.raw.decode()
    assert NEW not in ended.raw.decode()


def test_answers_from_the_old_address_count_no_more(session: Session) -> None:
    appointment = booked(session)
    appointment.answer = CalendarAnswer.ACCEPTED
    session.commit()
    changed(appointment, email=NEW)
    first, ended, begun = told(session, appointment)
    assert organizer(first) == organizer(ended) != organizer(begun)
    assert organizer(begun) == opened(begun)["From"].addresses[0].addr_spec
    assert owner_of(session, organizer(first)) is None
    assert former_owner_of(session, organizer(first))
    owner = owner_of(session, organizer(begun))
    assert owner
    assert (owner.customer_id, owner.email) == (appointment.visit.customer.id, NEW)
    assert appointment.answer is CalendarAnswer.NONE


def test_back_to_the_first_address_is_a_third_entry(session: Session) -> None:
    appointment = booked(session)
    changed(appointment, email=NEW)
    changed(appointment, email=OLD)
    entries = {one.uid for one in told(session, appointment)}
    assert len(entries) == 3
    assert [one.method for one in told(session, appointment)].count("CANCEL") == 2


def test_without_an_address_the_entry_only_ends(session: Session) -> None:
    appointment = booked(session)
    changed(appointment, email=None)
    assert [one.method for one in told(session, appointment)] == ["REQUEST", "CANCEL"]
    changed(appointment, email=NEW)
    assert told(session, appointment)[-1].recipient == NEW


def test_another_detail_touches_no_calendar(session: Session) -> None:
    appointment = booked(session)
    uid = appointment.uid
    changed(appointment, email=OLD, name="J. de Vries-Smit")
    assert len(told(session, appointment)) == 1
    assert appointment.uid == uid


@pytest.mark.parametrize(
    "values",
    [{"status": AppointmentStatus.CANCELLED}, {"date": (MONDAY_NOON - timedelta(days=1)).date()}],
)
def test_what_is_over_is_not_told_again(session: Session, values: dict[str, object]) -> None:
    appointment = booked(session, **values)
    changed(appointment, email=NEW)
    assert len(told(session, appointment)) == 1


def imported(session: Session, appointment: Appointment, email: str | None) -> None:
    """Let an import write another address, and the job that follows it run twice."""
    appointment.visit.customer.email = email
    session.commit()
    (job,) = [job for job in TIMETABLE if job.name == "follow_addresses"]
    for _ in range(2):
        job.work(CHANGE.now)
    session.expire_all()


@pytest.mark.heart
def test_an_entry_follows_an_address_that_came_by_an_import(app: Flask, session: Session) -> None:
    appointment = booked(session)
    uid, first = appointment.uid, organizer(told(session, appointment)[0])
    imported(session, appointment, NEW)
    entries = [(one.method, one.recipient, one.uid == uid) for one in told(session, appointment)]
    assert entries == [
        ("REQUEST", OLD, True), ("CANCEL", OLD, True), ("REQUEST", NEW, False),
    ]  # fmt: skip
    assert owner_of(session, first) is None


@pytest.mark.parametrize("email", [OLD, f" {OLD.upper()}"])
def test_the_same_address_in_other_letters_is_followed_by_nothing(
    app: Flask, session: Session, email: str
) -> None:
    appointment = booked(session)
    imported(session, appointment, email)
    assert len(told(session, appointment)) == 1


@pytest.mark.parametrize("email", [None, "geen"])
def test_an_address_that_an_import_takes_away_ends_the_entry_once(
    app: Flask, session: Session, email: str | None
) -> None:
    appointment = booked(session)
    imported(session, appointment, email)
    assert [one.method for one in told(session, appointment)] == ["REQUEST", "CANCEL"]
