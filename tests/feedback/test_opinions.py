"""Two questions some days later: once, skippable, not while something is open; a person closes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.access.models import AuditEntry
from portal.booking.circumstances import Circumstances
from portal.booking.links import running_key
from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import AMSTERDAM
from portal.customers.models import VisitReason
from portal.feedback.asking import ask_everybody
from portal.feedback.links import question_path
from portal.feedback.models import Opinion, OpinionState, Went
from portal.feedback.policy import call_before
from portal.feedback.queries import to_ask
from portal.messages.models import InboundMessage, InboundState, OutboxMessage
from tests.factories import keep, make_appointment, make_visit
from tests.fieldwork.taps import SITE
from tests.staff import make_staff, sign_in
from tests.visitor import Visitor

VISITED = date(2027, 3, 8)
LATER = datetime(2027, 3, 12, 10, tzinfo=AMSTERDAM)


def visited(session: Session, **values) -> Appointment:
    return make_appointment(session, date=VISITED, status=AppointmentStatus.DONE, **values)


def ask(now: datetime = LATER) -> int:
    return ask_everybody(Circumstances(now, "questions", SITE), running_key())


def the_opinion(session: Session) -> Opinion:
    session.expire_all()
    return session.scalars(sa.select(Opinion)).one()


@pytest.fixture
def asked(session: Session, clock) -> Opinion:
    """Somebody who was asked this morning."""
    clock.set(LATER)
    visited(session)
    ask()
    return the_opinion(session)


@pytest.fixture
def desk(app: Flask, session: Session) -> Visitor:
    """The desk's browser."""
    visitor = Visitor(app)
    sign_in(visitor, make_staff(session, Role.DESK))
    return visitor


def question_form(page):
    """Return the form with the questions; the other one wants no more of them."""
    return next(form for form in page.forms if "words" in form.names)


def path_of(opinion: Opinion) -> str:
    return question_path(opinion, running_key())


@pytest.mark.heart
def test_a_visit_of_some_days_ago_is_asked_about_once(session: Session):
    visited(session)
    assert [ask(LATER - timedelta(days=1)), ask(), ask(), ask(LATER + timedelta(days=2))] == [
        0, 1, 0, 0,
    ]  # fmt: skip
    kinds = session.scalars(sa.select(OutboxMessage.kind)).all()
    assert list(kinds) == ["questions"]


def test_a_visit_of_long_ago_is_not_asked_about(session: Session):
    visited(session)
    assert ask(LATER + timedelta(days=30)) == 0


def test_the_question_comes_at_the_customers_hour(session: Session):
    appointment = visited(session)
    appointment.visit.customer.message_hour = datetime(2027, 1, 1, 19).time()  # noqa: DTZ001
    session.commit()
    ask()
    due = session.scalars(sa.select(OutboxMessage.due_at)).one()
    assert due.astimezone(AMSTERDAM).hour == 19


def test_nobody_is_asked_while_something_is_open(session: Session):
    appointment = visited(session)
    boiler = appointment.visit.boiler
    appointment.visit.state = type(appointment.visit.state).DONE
    again = make_visit(session, boiler=boiler, reason=VisitReason.UNFINISHED)
    assert to_ask(session, LATER) == []
    again.reason = VisitReason.CYCLE
    session.commit()
    mail = keep(
        session,
        InboundMessage(
            digest="d",
            raw=b"",
            source="imap",
            received_at=LATER,
            customer_id=boiler.address.customer_id,
            state=InboundState.FOR_PERSON,
        ),
    )
    assert to_ask(session, LATER) == []
    mail.state = InboundState.ANSWERED
    session.commit()
    assert len(to_ask(session, LATER)) == 1


@pytest.mark.parametrize("status", [one for one in AppointmentStatus if one.value != "done"])
def test_only_who_was_served_is_asked(session: Session, status: AppointmentStatus):
    make_appointment(session, date=VISITED, status=status)
    assert ask() == 0


def test_somebody_with_many_boilers_is_asked_once(session: Session):
    first = visited(session)
    other = make_visit(session, address=first.visit.address)
    visited(session, visit=other)
    assert ask() == 1
    assert ask(LATER + timedelta(days=1)) == 0


def test_looking_changes_nothing_and_the_first_answer_stands(
    asked: Opinion, client, session: Session
):
    page = client.fetch(path_of(asked))
    assert page.h1 == "Twee korte vragen"
    assert the_opinion(session).state is OpinionState.ASKED
    form = question_form(page)
    assert "Kies een van de drie" in client.submit(form, None, 422).text
    assert "Dank u" in client.submit(form, {"went": "as_expected"}).h1
    client.submit(form, {"went": "not", "words": "Toch niet."})
    opinion = the_opinion(session)
    assert (opinion.went, opinion.words, opinion.state) == (
        Went.AS_EXPECTED, "", OpinionState.CLOSED,
    )  # fmt: skip


def test_who_is_not_content_is_called_and_the_desk_closes_it(
    asked: Opinion, client, desk, session: Session
):
    form = question_form(client.fetch(path_of(asked)))
    page = client.submit(form, {"went": "partly", "words": "Er bleef <b>stof</b> liggen."})
    assert "belt u" in page.text
    opinion = the_opinion(session)
    assert (opinion.state, opinion.owner) == (OpinionState.OPEN, "desk")
    page = desk.fetch("/staff/opinions")
    assert "Er bleef <b>stof</b> liggen." in page.text
    close = page.form(f"/staff/opinions/{opinion.id}/close")
    assert "Schrijf kort op" in desk.submit(close, {"note": " "}, 422).text
    page = desk.submit(close, {"note": "Gebeld, excuses, komt niet meer voor."})
    assert "Niemand wacht" in page.text
    told = page.text[page.text.index("Afgesloten") :]
    for known in (
        "Deels",
        "Er bleef <b>stof</b> liggen.",
        "Gebeld, excuses",
        "Bezoek van maandag 8 maart",
        "afgesloten door Desk Test op vrijdag 12 maart, 10:00",
    ):
        assert known in told, told
    opinion = the_opinion(session)
    assert opinion.state is OpinionState.CLOSED
    assert opinion.owner.startswith("staff:")
    assert "al afgehandeld" in desk.submit(close, {"note": "Nog eens."}, 409).text
    file = desk.fetch(f"/staff/customers/{opinion.customer_id}")
    assert "Afgesproken: Gebeld, excuses" in file.text
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-3:] == ["question.asked", "question.answered", "question.closed"]


def test_who_wants_no_questions_gets_none(asked: Opinion, client, session: Session):
    form = client.fetch(path_of(asked)).form(f"{path_of(asked)}/stop")
    client.submit(form)
    client.submit(form)
    visited(session, visit=make_visit(session, customer=asked.customer))
    assert ask(LATER + timedelta(days=100)) == 0
    assert to_ask(session, LATER) == []


def test_a_link_that_is_not_ours_opens_nothing(client):
    client.fetch("/vragen/onzin", 404)


def test_a_call_comes_within_two_working_days():
    assert call_before(date(2027, 3, 8)) == date(2027, 3, 10)
    assert call_before(date(2027, 3, 12)) == date(2027, 3, 16)


def test_an_answer_that_needed_no_call_was_closed_by_nobody(asked: Opinion, client, desk):
    client.submit(question_form(client.fetch(path_of(asked))), {"went": "as_expected"})
    text = desk.fetch("/staff/opinions").text
    assert "bellen was niet nodig" in text
    assert "afgesloten door" not in text


def test_what_was_closed_last_stands_first(asked: Opinion, session: Session, clock, desk):
    visited(session, visit=make_visit(session))
    ask(LATER + timedelta(hours=1))
    first, second = session.scalars(sa.select(Opinion).order_by(Opinion.id))
    for one, days in ((second, 1), (first, 2)):
        one.state, one.went, one.note = OpinionState.CLOSED, Went.NOT, f"note {one.id}."
        one.answered_at, one.closed_at = (
            LATER + timedelta(hours=one.id),
            LATER + timedelta(days=days),
        )
    session.commit()
    text = desk.fetch("/staff/opinions").text
    assert text.index(f"note {first.id}.") < text.index(f"note {second.id}.")
