"""The customer's pages after a No: take it back, or say whether it was one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.links import token_of
from portal.booking.models import Invitation
from portal.clock import AMSTERDAM
from portal.messages.inbound.reading import ReplyKind, Trust
from tests.booking.agenda import NOW
from tests.booking.inbound.mailbox import Booked, appointment_of, live, say, told
from tests.conftest import SettableClock
from tests.document import Document
from tests.messages.mails import opened, text_of
from tests.visitor import Visitor

NO = ReplyKind.DECLINED


@pytest.fixture
def link(app: Flask, session: Session, booked: Booked) -> str:
    invitation = session.query(Invitation).filter_by(visit_id=booked.visit_id).one()
    return f"/a/{token_of(invitation, app.config['SECRET_KEY'])}"


def proved(client: Visitor, session: Session, booked: Booked) -> Document:
    """Return the appointment's page after the proof that it asks for."""
    found = appointment_of(session, booked)
    address = found.visit.address
    form = client.fetch(f"/afspraak/{found.reference}").form("postcode")
    return client.submit(form, {"postcode": address.postcode, "house_number": address.house_number})


def test_the_mails_page_takes_a_no_back_with_one_click(
    client: Visitor, session: Session, booked: Booked, link: str
) -> None:
    say(session, booked, NO)
    page = client.fetch(link)
    assert "Was dat ‘nee’ een vergissing?" in page.text
    assert "Tot 12:15" in page.text
    assert not live(session, booked), "looking changes nothing"
    page = client.submit(page.form("toch-houden"))
    assert "Uw afspraak staat vast" in page.text
    assert len(live(session, booked)) == 1


def test_the_cancelled_appointments_page_does_so_too(
    client: Visitor, session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    page = proved(client, session, booked)
    page = client.submit(page.form("toch-houden"))
    assert "Uw afspraak staat vast" in page.text
    assert len(live(session, booked)) == 1


def test_after_a_quarter_of_an_hour_the_page_offers_other_times(
    client: Visitor, session: Session, booked: Booked, link: str, clock: SettableClock
) -> None:
    say(session, booked, NO)
    early = client.fetch(link)
    clock.forward(minutes=15)
    assert "Was dat ‘nee’ een vergissing?" not in client.fetch(link).text
    page = client.submit(early.form("toch-houden"), status=409)
    assert page.form("opening")
    assert not live(session, booked)


def test_without_proof_nothing_is_taken_back(
    client: Visitor, session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    reference = appointment_of(session, booked).reference
    form = client.fetch(f"/afspraak/{reference}").form("postcode")
    for path in ("toch-houden", "antwoord"):
        form.action = f"/afspraak/{reference}/{path}"
        client.submit(form, status=403)
    assert not live(session, booked)


def test_a_link_alone_does_not_open_the_appointment_by_taking_back_what_nobody_gave_up(
    client: Visitor, session: Session, booked: Booked, link: str
) -> None:
    stranger = client.fetch("/c").form("code")
    stranger.action = f"{link}/toch-houden"
    client.submit(stranger)
    reference = appointment_of(session, booked).reference
    assert client.fetch(f"/afspraak/{reference}/annuleren").form("house_number")
    stranger.action = f"/afspraak/{reference}/annuleren"
    client.submit(stranger, status=403)
    assert len(live(session, booked)) == 1


def test_a_doubtful_no_is_asked_back_and_done_after_a_click(
    client: Visitor, session: Session, booked: Booked
) -> None:
    say(session, booked, NO, trust=Trust.DOUBTFUL)
    [mail] = told(session, "decline_asked")
    assert f"/afspraak/{appointment_of(session, booked).reference}" in text_of(opened(mail))
    page = proved(client, session, booked)
    assert "Zei u nee in uw agenda?" in page.text
    assert len(live(session, booked)) == 1
    page = client.submit(page.form("antwoord"), button="answer=cancel")
    assert "geannuleerd" in page.text
    assert not live(session, booked)
    assert len(told(session, "declined")) == 1
    page = client.submit(page.form("toch-houden"))
    assert len(live(session, booked)) == 1


def test_a_no_that_was_none_leaves_the_appointment_and_is_asked_no_more(
    client: Visitor, session: Session, booked: Booked
) -> None:
    say(session, booked, NO, trust=Trust.DOUBTFUL)
    page = proved(client, session, booked)
    after = client.submit(page.form("antwoord"), button="answer=keep")
    assert "Wij komen zoals afgesproken" in after.text
    assert "Zei u nee" not in after.text
    late = client.submit(page.form("antwoord"), button="answer=cancel")
    assert len(live(session, booked)) == 1, late.text


def test_what_was_asked_about_an_earlier_window_is_asked_no_more(
    client: Visitor, session: Session, booked: Booked
) -> None:
    say(session, booked, NO, trust=Trust.DOUBTFUL)
    page = proved(client, session, booked)
    appointment_of(session, booked).sequence += 1
    session.commit()
    client.submit(page.form("antwoord"), button="answer=cancel")
    assert len(live(session, booked)) == 1


def test_a_doubtful_no_that_is_answered_too_late_says_to_call(
    client: Visitor, session: Session, booked: Booked, clock: SettableClock
) -> None:
    say(session, booked, NO, trust=Trust.DOUBTFUL)
    page = proved(client, session, booked)
    clock.set(datetime(2027, 3, 7, 18, tzinfo=AMSTERDAM))
    after = client.submit(page.form("antwoord"), button="answer=cancel")
    assert "Bel ons" in after.text
    assert len(live(session, booked)) == 1


def test_who_has_no_invitation_gets_a_page_to_choose_on(session: Session, booked: Booked) -> None:
    session.query(Invitation).delete()
    session.commit()
    say(session, booked, NO, stamp=NOW - timedelta(minutes=2))
    [mail] = told(session, "declined")
    assert "/a/" in text_of(opened(mail))
