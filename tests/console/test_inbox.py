"""The desk's mail: urgent first, dealt with by name, never shown as HTML."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.booking.inbound.verdicts import Verdict
from portal.console.inbox import PER_PAGE
from portal.console.inbox_words import WORDS, understood
from portal.messages.models import InboundMessage, InboundState
from tests.factories import (
    MONDAY_NOON,
    keep,
    make_appointment,
    make_branch,
    make_customer,
    make_region,
    make_visit,
    the_branch,
)
from tests.visitor import Visitor


def received(session: Session, subject: str = "Vraag", **values: Any) -> InboundMessage:
    given = {
        "digest": f"{subject}-{values}",
        "raw": b"x",
        "source": "test",
        "received_at": MONDAY_NOON,
        "state": InboundState.FOR_PERSON,
        "verdict": "wrote",
        "sender": "klant@example.org",
        "subject": subject,
        "excerpt": "Mag de hond los?",
    }
    return keep(session, InboundMessage(**{**given, **values}))


@pytest.fixture(autouse=True)
def _a_branch(session: Session) -> None:
    make_branch(session)


def test_no_mail_is_said_kindly(desk: Visitor) -> None:
    assert "Iedereen heeft antwoord" in desk.fetch("/staff/mail").text
    assert "Er is nog niets afgehandeld" in desk.fetch("/staff/mail?show=dealt-with").text


def test_urgent_mail_comes_first_then_the_newest(desk: Visitor, session: Session) -> None:
    received(session, "Oud", received_at=MONDAY_NOON - timedelta(hours=2))
    received(session, "Nieuw")
    received(session, "Nee", received_at=MONDAY_NOON - timedelta(days=1), urgent=True)
    received(session, "Klaar", state=InboundState.DONE)
    words = desk.fetch("/staff/mail").text
    assert words.index("Nee") < words.index("Nieuw") < words.index("Oud")
    assert "dringend" in words
    assert "Klaar" not in words


def test_the_menu_tells_how_much_waits(desk: Visitor, session: Session) -> None:
    received(session, "Een")
    received(session, "Twee")
    assert "Mail 2 te doen" in desk.fetch("/staff/desk").text


@pytest.mark.parametrize(
    ("how", "told"), [("answered", "Beantwoord door"), ("none", "Geen antwoord nodig, zegt")]
)
def test_who_dealt_with_a_mail_stands_with_it(
    desk: Visitor, session: Session, how: str, told: str
) -> None:
    customer = make_customer(session, name="J. de Vries")
    message = received(session, customer_id=customer.id)
    page = desk.fetch(desk.fetch("/staff/mail").link("Vraag"))
    assert page.link("J. de Vries") == f"/staff/customers/{customer.id}"
    assert "Mag de hond los?" in page.text
    page = desk.submit(page.form("done"), button=f"how={how}")
    assert "Iedereen heeft antwoord" in page.text
    page = desk.fetch(f"/staff/mail/{message.id}")
    assert f"{told} Desk Test" in page.text
    session.refresh(message)
    assert message.handled_by.startswith("staff:")
    file = desk.fetch(f"/staff/customers/{customer.id}")
    assert file.link("Vraag") == f"/staff/mail/{message.id}"
    assert "Desk Test" in file.text


def test_two_colleagues_deal_with_a_mail_once(
    desk: Visitor, planner: Visitor, session: Session
) -> None:
    message = received(session)
    page = planner.fetch(f"/staff/mail/{message.id}")
    desk.submit(desk.fetch(f"/staff/mail/{message.id}").form("done"), button="how=answered")
    after = planner.submit(page.form("done"), button="how=none")
    assert "Een collega was net eerder" in after.text
    session.refresh(message)
    assert message.state is InboundState.ANSWERED


def test_what_was_dealt_with_by_mistake_is_put_back(desk: Visitor, session: Session) -> None:
    message = received(session)
    desk.submit(desk.fetch(f"/staff/mail/{message.id}").form("done"), button="how=none")
    page = desk.fetch(desk.fetch("/staff/mail?show=dealt-with").link("Vraag"))
    page = desk.submit(page.form("back"))
    assert "De mail staat weer in de lijst" in page.text
    session.refresh(message)
    assert (message.state, message.handled_by) == (InboundState.FOR_PERSON, "")


def test_a_mail_shows_the_appointment_it_is_about(desk: Visitor, session: Session) -> None:
    visit = make_visit(session)
    make_appointment(session, visit=visit)
    values = {"customer_id": visit.customer.id, "visit_id": visit.id, "verdict": "declined_late"}
    message = received(session, "Nee", urgent=True, **values)
    page = desk.fetch(f"/staff/mail/{message.id}")
    assert "bel nu" in page.text
    assert "maandag 8 maart 2027, 08:00–10:00" in page.text


def test_mail_of_another_branch_waits_there_and_of_nobody_everywhere(
    desk: Visitor, session: Session
) -> None:
    other = make_branch(session, name="Zwolle", slug="zwolle")
    make_region(session, "8011", branch=other)
    received(session, "Uit Zwolle", customer_id=make_customer(session, branch=other).id)
    received(session, "Van niemand", sender="")
    here = desk.fetch(f"/staff/mail?branch={the_branch(session).slug}").text
    assert "Uit Zwolle" not in here
    assert "Van niemand" in here
    there = desk.fetch("/staff/mail?branch=zwolle").text
    assert "Uit Zwolle" in there
    assert "Van niemand" in there


def test_many_mails_stand_on_pages(desk: Visitor, session: Session) -> None:
    for number in range(PER_PAGE + 1):
        received(session, f"Nummer {number}")
    page = desk.fetch("/staff/mail")
    assert page.text.count("Nummer ") == PER_PAGE
    page = desk.fetch(page.link("Volgende"))
    assert page.text.count("Nummer ") == 1
    assert desk.fetch("/staff/mail?page=99").text.count("Nummer ") == 1


def test_what_was_written_stays_words(desk: Visitor, session: Session) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    message = received(session, hostile, excerpt=hostile, sender=hostile, verdict=hostile)
    for path in ("/staff/mail", f"/staff/mail/{message.id}"):
        page = desk.fetch(path)
        assert "<script>alert(1)" in page.text
        assert not page.elements("script")
        assert not [one for one in page.elements("img") if one.get("src") == "x"]


def test_what_is_not_for_people_is_not_shown_to_them(desk: Visitor, session: Session) -> None:
    message = received(session, state=InboundState.DONE)
    desk.fetch(f"/staff/mail/{message.id}", status=404)
    desk.fetch("/staff/mail/4711", status=404)


def test_every_verdict_has_words(app: Any) -> None:
    assert set(WORDS) == set(Verdict)
    with app.test_request_context():
        assert all(understood(verdict.value)[0] for verdict in Verdict)
        assert understood("refused:two events")[1] == "two events"
        assert understood("3 tries failed: KeyError")[1] == "3 tries failed: KeyError"
