"""The customer's own page: seen after proof, changed with it or with a mailed code."""

from __future__ import annotations

import re
from datetime import time

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.links import token_of
from portal.booking.models import Invitation
from portal.customers.models import (
    Channel,
    Customer,
    CustomerKind,
    DayPart,
    MailedCode,
    Preferences,
    Salutation,
)
from portal.database import db
from portal.jobs import SEND_MESSAGES, WRITE_CODES
from portal.messages.models import OutboxMessage
from portal.texts import Tone
from portal.timetable import TIMETABLE
from tests.conftest import SettableClock
from tests.factories import make_appointment, make_customer, make_invitation, make_visit
from tests.messages.mails import opened, text_of
from tests.visitor import Visitor

OLD = "oud.adres@example.org"
NEW = "nieuw.adres@example.org"


@pytest.fixture
def customer(session: Session) -> Customer:
    """Somebody we take for a family, with a mail address."""
    return make_customer(
        session, email=OLD, phone="0612345678", kind=CustomerKind.FAMILY, name="P. Geheim"
    )


@pytest.fixture
def invitation(session: Session, customer: Customer) -> Invitation:
    return make_invitation(session, customer=customer)


@pytest.fixture(params=["link", "appointment"])
def door(request, app: Flask, session: Session, invitation: Invitation) -> str:
    """The path of either door to the customer's page."""
    if request.param == "link":
        return f"/a/{token_of(invitation, app.config['SECRET_KEY'])}/gegevens"
    return f"/afspraak/{make_appointment(session, visit=invitation.visit).reference}/gegevens"


@pytest.fixture
def page(client: Visitor, door: str, invitation: Invitation):
    """The customer's page, after the proof."""
    address = invitation.visit.address
    given = {"postcode": "3511 ab", "house_number": address.house_number + " hs"}
    return client.submit(client.fetch(door).form("postcode"), given)


def send_messages(app: Flask, clock: SettableClock) -> None:
    with app.app_context():
        for name in (WRITE_CODES, SEND_MESSAGES):
            next(job for job in TIMETABLE if job.name == name).work(clock())


def mails(session: Session, kind: str) -> list[OutboxMessage]:
    session.rollback()
    found = sa.select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    return list(session.scalars(found))


def code_in(message: OutboxMessage) -> str:
    found = re.search(r"\b(\d{3}) (\d{3})$", text_of(opened(message)), re.MULTILINE)
    assert found is not None
    return found[1] + found[2]


def with_code(app, clock, session, client, page):
    """Return the form with the details, after asking for a code and typing it."""
    asked = client.submit(page.form("gegevens/code"))
    send_messages(app, clock)
    return client.submit(asked.form("controle"), {"code": code_in(mails(session, "code")[-1])})


def test_nothing_is_told_before_the_address_is_proved(client, door, customer):
    seen = client.fetch(door)
    for secret in ("Geheim", OLD, "0612345678", "gezin", "Beste"):
        assert secret not in seen.text
    wrong = {"postcode": "3511 AB", "house_number": "999"}
    assert "niet het adres" in client.submit(seen.form("postcode"), wrong, 422).text
    assert client.fetch(door).form("postcode")


def test_after_the_proof_the_page_tells_what_we_know_but_no_ways_to_reach_somebody(page):
    assert page.h1 == "Uw gegevens en wensen"
    for known in ("P. Geheim", "Beste mevrouw Voorbeeld", "Een gezin met schoolgaande kinderen"):
        assert known in page.text
    assert OLD not in page.body.decode()
    assert "0612345678" not in page.body.decode()


def test_a_browser_is_asked_once(client, door, page):
    assert client.fetch(door).h1 == page.h1
    assert not [form for form in client.fetch(door).forms if "house_number" in form.names]


def test_the_manner_is_saved_at_once_and_spoken_at_once(client, session, customer, page):
    wished = {
        "tone": "je", "salutation": "neutral", "locale": "nl", "channel": "mail",
        "message_hour": "18:00",
    }  # fmt: skip
    after = client.submit(page.form("aanspreken"), wished)
    assert after.h1 == "Je gegevens en wensen"
    assert (customer.tone, customer.salutation) == (Tone.INFORMAL, Salutation.NEUTRAL)
    assert customer.message_hour == time(18)
    [entry] = session.scalars(sa.select(AuditEntry)).all()
    assert entry.detail == {"fields": ["message_hour", "salutation", "tone"]}
    assert (entry.actor, entry.subject) == ("customer", f"customer:{customer.id}")
    assert not mails(session, "details_changed")


def test_who_wants_letters_from_now_on_is_told_so_by_mail(client, session, customer, page):
    client.submit(page.form("aanspreken"), {"channel": "letter"})
    assert customer.channel is Channel.LETTER
    [told] = mails(session, "details_changed")
    assert told.recipient == OLD


def test_wishes_are_kept_and_end_the_assumption(client, session, customer, page):
    assert "school" in page.text
    days = {f"weekday_{day}": None for day in range(5)}
    after = client.submit(
        page.form("gegevens/tijden"),
        {**days, "part": "morning", "weekday_1": "yes", "weekday_3": "yes"},
    )
    wishes = session.get_one(Preferences, customer.id)
    assert (wishes.part, wishes.weekdays) == (DayPart.MORNING, 0b01010)
    assert "Daarom nemen wij daar niets over aan" in after.text


def test_an_assumption_is_corrected_and_erased(client, session, customer, page):
    after = client.submit(page.form("aanname"), {"kind": "working"})
    assert customer.kind is CustomerKind.WORKING
    after = client.submit(after.form("wissen"))
    assert customer.kind is CustomerKind.UNKNOWN
    assert "Wij nemen niets aan" in after.text
    assert not [form for form in after.forms if "wissen" in form.action]


def test_details_open_with_a_code_that_was_mailed(app, clock, session, client, customer, page):
    form = with_code(app, clock, session, client, page)
    assert form.h1 == "Uw naam, mailadres en telefoon"
    assert form.form("phone").values["email"] == [OLD]
    done = client.submit(form.form("phone"), {"name": "P. Anders", "phone": "06 87654321"})
    assert "Opgeslagen" in done.text
    assert (customer.name, customer.phone, customer.email) == ("P. Anders", "0687654321", OLD)
    [told] = mails(session, "details_changed")
    assert told.recipient == OLD
    words = text_of(opened(told))
    assert "Naam" in words
    assert "Anders" not in words
    assert "0687654321" not in words


def test_a_new_address_is_used_after_its_own_code(app, clock, session, client, customer, page):
    form = with_code(app, clock, session, client, page)
    asks = client.submit(form.form("phone"), {"email": NEW})
    assert asks.h1 == "Klopt dit mailadres?"
    assert customer.email == OLD
    clock.forward(seconds=30)
    send_messages(app, clock)
    sent = mails(session, "code")[-1]
    assert sent.recipient == NEW
    client.submit(asks.form("code"), {"code": "000000"}, 422)
    assert customer.email == OLD
    client.submit(asks.form("code"), {"code": code_in(sent)})
    assert customer.email == NEW
    assert [one.recipient for one in mails(session, "details_changed")] == [OLD]


def test_without_a_code_the_details_stay_closed(client, session, customer, door, page):
    closed = client.fetch(f"{door}/wijzigen")
    assert closed.h1 == "Typ de code uit de mail"
    token = page.form("gegevens/tijden").values["csrf_token"]
    client.post(f"{door}/wijzigen", {"csrf_token": token, "name": "X"}, 403)
    assert customer.name == "P. Geheim"


def test_the_details_close_again_by_themselves(app, clock, session, client, customer, door, page):
    with_code(app, clock, session, client, page)
    clock.forward(minutes=16)
    assert client.fetch(f"{door}/wijzigen").h1 == "Typ de code uit de mail"


def test_the_answer_is_the_same_with_and_without_an_address(
    app, clock, session, client, customer, page
):
    with_address = client.submit(page.form("gegevens/code"))
    customer.email = None
    session.commit()
    without = client.submit(page.form("gegevens/code"))
    assert with_address.text == without.text
    assert "030 000 01 23" in without.text
    send_messages(app, clock)
    assert len(mails(session, "code")) == 0
    assert session.scalar(sa.select(sa.func.count(MailedCode.id))) == 2


@pytest.mark.parametrize("what", ["aanspreken", "tijden", "aanname", "wissen", "code", "wijzigen"])
def test_strangers_change_nothing(app, session, customer, door, what):
    stranger = Visitor(app)
    token = stranger.fetch(door).form("postcode").values["csrf_token"]
    stranger.post(f"{door}/{what}", {"csrf_token": token, "kind": "unknown"}, 403)
    assert customer.kind is CustomerKind.FAMILY
    assert not session.scalars(sa.select(AuditEntry)).all()
    assert not db.session.scalar(sa.select(sa.func.count(MailedCode.id)))


def test_nonsense_is_refused_kindly(client, page):
    refused = client.submit(page.form("aanspreken"), {"tone": "x"}, 422, unchecked=True)
    assert "Kies een van deze" in refused.text
    client.submit(page.form("gegevens/tijden"), {"part": "x"}, 422, unchecked=True)
    client.submit(page.form("aanname"), {"kind": "x"}, 422, unchecked=True)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("nl", "berichten over de afspraak zelf toch per mail"),
        ("nl", "Is er een mobiel nummer (06) bekend? Dan sturen wij sms-berichten"),
        ("en", "messages about the appointment itself still come by mail"),
        ("en", "When we know a mobile number (06), we send text messages"),
    ],
)
def test_who_chooses_a_way_reads_what_comes_that_way_and_what_does_not(
    client: Visitor, session: Session, locale: str, words: str
) -> None:
    customer = make_customer(session, channel=Channel.LETTER, locale=locale)
    appointment = make_appointment(session, visit=make_visit(session, customer=customer))
    place = appointment.visit.address
    form = client.fetch(f"/afspraak/{appointment.reference}/gegevens").form("postcode")
    page = client.submit(form, {"postcode": place.postcode, "house_number": place.house_number})
    assert page.text.count(words) == 1
