"""What the other answers lead to: yes, maybe, passed on, another time, once more; other mail."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.models import AppointmentStatus, CalendarAnswer
from portal.clock import AMSTERDAM
from portal.database import transaction
from portal.messages.inbound.reading import (
    Bounce,
    FreeText,
    OutOfOffice,
    Refused,
    ReplyKind,
    Trust,
)
from portal.messages.models import InboundState, Stage
from tests.booking.agenda import FIRST, NOW
from tests.booking.inbound.mailbox import (
    Booked,
    appointment_of,
    arrive,
    reading_of,
    say,
    state_of,
    told,
)
from tests.messages.mails import calendar_of, opened, text_of

HOUR = timedelta(hours=1)
TWO_O_CLOCK = datetime.combine(FIRST, time(14, 30), AMSTERDAM)


@pytest.mark.parametrize("kind", [ReplyKind.ACCEPTED, ReplyKind.TENTATIVE])
def test_a_yes_or_maybe_is_noted_and_the_appointment_stands(
    session: Session, booked: Booked, kind: ReplyKind
) -> None:
    message = say(session, booked, kind)
    assert (message.state, message.verdict) == (InboundState.DONE, kind.value)
    found = appointment_of(session, booked)
    assert (found.status, found.sequence) == (AppointmentStatus.CONFIRMED, 0)
    assert found.answer is CalendarAnswer(kind.value)
    assert found.answer_stamp == NOW - timedelta(minutes=1)
    noted = session.scalars(sa.select(AuditEntry).filter_by(action=f"answer.{kind.value}")).one()
    assert (noted.actor, noted.subject) == ("calendar", f"visit:{booked.visit_id}")


def test_a_doubtful_yes_is_noted_with_the_mail_alone(session: Session, booked: Booked) -> None:
    before = state_of(session)
    message = say(session, booked, ReplyKind.ACCEPTED, trust=Trust.DOUBTFUL)
    assert (message.state, message.verdict) == (InboundState.DONE, "unproven")
    assert state_of(session) == before


def test_passing_it_on_is_for_a_person(session: Session, booked: Booked) -> None:
    before = state_of(session)
    message = say(session, booked, ReplyKind.DELEGATED)
    assert (message.state, message.verdict) == (InboundState.FOR_PERSON, "delegated")
    assert state_of(session) == before


def test_what_was_typed_with_an_answer_reaches_a_person_and_the_answer_counts(
    session: Session, booked: Booked
) -> None:
    message = say(session, booked, ReplyKind.ACCEPTED, comment="Bel achterom, <b>bel</b> is stuk")
    assert (message.state, message.verdict) == (InboundState.FOR_PERSON, "accepted")
    assert "Bel achterom" in message.excerpt
    assert appointment_of(session, booked).answer is CalendarAnswer.ACCEPTED


def test_another_time_is_answered_with_real_windows_near_it(
    session: Session, booked: Booked
) -> None:
    proposed = (TWO_O_CLOCK, TWO_O_CLOCK + HOUR)
    message = say(session, booked, ReplyKind.COUNTER, proposed=proposed)
    assert (message.state, message.verdict) == (InboundState.DONE, "countered")
    found = appointment_of(session, booked)
    assert (found.status, found.sequence) == (AppointmentStatus.CONFIRMED, 0)
    [mail] = told(session, "countered")
    words = text_of(opened(mail))
    assert words.index("12:00 en 14:00") < words.index("14:00 en 16:00")
    assert f"/afspraak/{found.reference}/verzetten?from=2027-03-08&all=1" in words
    calendar = Calendar.from_ical(calendar_of(opened(mail)))
    [event] = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "DECLINECOUNTER"
    assert (event["UID"], event["SEQUENCE"]) == (booked.uid, 0)
    assert event["DTSTAMP"].dt == NOW


def test_another_time_once_more_is_for_a_person(session: Session, booked: Booked) -> None:
    proposed = (TWO_O_CLOCK, TWO_O_CLOCK + HOUR)
    say(session, booked, ReplyKind.COUNTER, proposed=proposed)
    again = say(session, booked, ReplyKind.COUNTER, proposed=proposed, stamp=NOW)
    assert (again.state, again.verdict) == (InboundState.FOR_PERSON, "countered_again")
    assert len(told(session, "countered")) == 1


def test_another_time_for_a_visit_of_tomorrow_is_urgent(session: Session, booked: Booked) -> None:
    evening = datetime(2027, 3, 7, 18, tzinfo=AMSTERDAM)
    values = {"proposed": (TWO_O_CLOCK, TWO_O_CLOCK + HOUR), "stamp": evening, "now": evening}
    message = say(session, booked, ReplyKind.COUNTER, **values)
    assert (message.state, message.urgent) == (InboundState.FOR_PERSON, True)


def test_another_time_that_cannot_be_read_is_for_a_person(session: Session, booked: Booked) -> None:
    assert say(session, booked, ReplyKind.COUNTER).state is InboundState.FOR_PERSON


def test_who_asks_for_the_invitation_gets_the_same_bytes_once_an_hour(
    session: Session, booked: Booked
) -> None:
    [mail] = told(session)
    raw = mail.raw
    values = {"stamp": None, "sequence": 0}
    assert say(session, booked, ReplyKind.REFRESH, **values).verdict == "refreshed"
    [mail] = told(session)
    assert (mail.stage, mail.raw) == (Stage.QUEUED, raw)
    with transaction() as write:
        told(write)[0].stage, told(write)[0].sent_at = Stage.SENT, NOW
    soon = say(session, booked, ReplyKind.REFRESH, now=NOW + HOUR / 2, **values)
    assert (soon.state, soon.verdict) == (InboundState.IGNORED, "stale")
    assert say(session, booked, ReplyKind.REFRESH, now=NOW + HOUR, **values).verdict == "refreshed"


def test_free_text_is_for_a_person_with_customer_and_visit(
    session: Session, booked: Booked
) -> None:
    reading = reading_of(booked, FreeText(), excerpt="Mag de hond los?")
    message = arrive(session, reading)
    assert (message.state, message.verdict) == (InboundState.FOR_PERSON, "wrote")
    assert (message.visit_id, message.urgent) == (booked.visit_id, False)
    assert message.customer_id is not None
    noted = session.scalars(sa.select(AuditEntry).filter_by(action="mail.received")).one()
    assert noted.subject == f"visit:{booked.visit_id}"


def test_a_machines_answer_is_never_answered(session: Session, booked: Booked) -> None:
    before = state_of(session)
    message = arrive(session, reading_of(booked, OutOfOffice()))
    assert message.state is InboundState.IGNORED
    assert state_of(session) == before


def test_what_cannot_be_understood_is_for_a_person_with_the_reason(
    session: Session, booked: Booked
) -> None:
    message = arrive(session, reading_of(booked, Refused("two events"), reply_token=None))
    assert (message.state, message.verdict) == (InboundState.FOR_PERSON, "refused:two events")
    assert message.customer_id is None


def test_a_message_that_came_back_for_good_stands_at_the_desk(
    session: Session, booked: Booked
) -> None:
    [mail] = told(session)
    returned = Bounce(mail.bounce_token, True, "550 unknown", booked.email)
    message = arrive(session, reading_of(booked, returned, reply_token=None))
    assert (message.state, message.verdict) == (InboundState.DONE, "bounced")
    assert message.visit_id == booked.visit_id
    [mail] = told(session)
    assert mail.stage is Stage.BOUNCED


def test_a_message_that_is_late_changes_nothing(session: Session, booked: Booked) -> None:
    [mail] = told(session)
    late = Bounce(mail.bounce_token, False, "421 later", booked.email)
    message = arrive(session, reading_of(booked, late, reply_token=None))
    assert message.state is InboundState.IGNORED
    assert told(session)[0].stage is Stage.SENT


@pytest.mark.parametrize("token", [None, "a1b2c3d4e5f6g7h8j9k0"])
def test_what_came_back_of_nobody_knows_what_is_for_a_person(
    session: Session, booked: Booked, token: str | None
) -> None:
    returned = Bounce(token, True, "550 unknown", booked.email)
    message = arrive(session, reading_of(booked, returned))
    assert (message.state, message.verdict) == (InboundState.FOR_PERSON, "bounce_unknown")
    assert told(session)[0].stage is Stage.SENT
