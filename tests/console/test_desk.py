"""The desk: who is calling, and what waits for a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.customers.models import Address, Channel, VisitState
from portal.messages.models import OutboxMessage, Stage
from portal.planning.actions import make_days
from tests.console.days import promise
from tests.factories import (
    MONDAY_NOON,
    NEXT_MONDAY,
    keep,
    make_address,
    make_appointment,
    make_branch,
    make_customer,
    make_invitation,
    make_opening,
    make_region,
    make_technician,
    make_visit,
    the_branch,
)

LAST_WEEK = date(2027, 2, 22)


def lost_address(session: Session) -> Address:
    """Return an address of which nobody knows where it lies, with a visit that is due."""
    address = make_address(session, street="Verloren Pad")
    address.lat = address.lon = address.region_id = None
    session.commit()
    make_visit(session, address=address)
    return address


def failed_message(session: Session, about: str) -> OutboxMessage:
    return keep(
        session,
        OutboxMessage(
            kind="confirmed", about=about, recipient="weg@example.org", subject="Uw afspraak",
            message_id=f"<{about}@example.org>", raw=b"x", queued_at=MONDAY_NOON,
            due_at=MONDAY_NOON, stage=Stage.FAILED, last_error="550 no such mailbox",
        ),
    )  # fmt: skip


@pytest.mark.parametrize("words", ["vries", "K-77", "3511 AB 12", "030 000 00 77", "j@example.org"])
def test_a_customer_is_found_by_what_people_say(desk, session: Session, words: str):
    customer = make_customer(
        session, name="J. de Vries", number="K-77", phone="0300000077", email="j@example.org"
    )
    make_address(session, customer=customer, postcode="3511AB", house_number="12")
    page = desk.submit(desk.fetch("/staff/desk").form("/staff/desk"), {"q": words})
    assert page.link("J. de Vries") == f"/staff/customers/{customer.id}"


def test_who_prefers_the_telephone_is_to_be_called(desk, session: Session):
    customer = make_customer(session, channel=Channel.PHONE, email=None, phone="0300000077")
    visit = make_visit(session, customer=customer)
    assert "Te bellen" not in desk.fetch("/staff/desk").text
    make_opening(session)
    page = desk.fetch("/staff/desk")
    assert "Te bellen voor een afspraak" in page.text
    assert page.link("Kies een tijd") == f"/staff/visits/{visit.id}/plan"


def test_nobody_found_is_said_kindly(desk, session: Session):
    make_branch(session)
    assert "Niemand gevonden" in desk.fetch("/staff/desk?q=zzz' OR 1=1 --").text


def test_what_was_searched_for_stays_words(desk, session: Session):
    make_branch(session)
    page = desk.fetch("/staff/desk", query_string={"q": '"><script>x</script>'})
    assert not page.elements("script")


def test_an_address_without_a_place_waits_until_the_desk_completes_it(desk, session: Session):
    region = make_region(session, "3511", name="Stad")
    address = lost_address(session)
    page = desk.fetch("/staff/desk")
    assert "Verloren Pad" in page.text
    page = desk.fetch(page.link("Verloren Pad"))
    page = desk.submit(
        page.form("Plaats opslaan"), {"lat": "52,09", "lon": "5.12", "region": region.id}
    )
    assert "Het adres is compleet" in page.text
    session.refresh(address)
    assert (address.lat, address.lon, address.region_id) == (52.09, 5.12, region.id)
    assert "Verloren Pad" not in desk.fetch("/staff/desk").text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"lat": "5.12", "lon": "52.09"}, "verwisseld"),
        ({"lat": "hier"}, "graden"),
        ({"lat": ""}, "graden"),
        ({"region": ""}, "Kies een regio"),
    ],
)
def test_a_place_that_cannot_be_is_named(desk, session: Session, values, sentence: str):
    region = make_region(session, "3511")
    address = lost_address(session)
    form = desk.fetch(f"/staff/addresses/{address.id}/place").form("Plaats opslaan")
    given = {"lat": "52.09", "lon": "5.12", "region": region.id, **values}
    assert sentence in desk.submit(form, given, 422).text
    session.refresh(address)
    assert address.lat is None


def test_the_place_of_a_promised_visit_does_not_move(desk, session: Session):
    region = make_region(session, "3511")
    make_technician(session)
    visit = promise(session)
    form = desk.fetch(f"/staff/addresses/{visit.address.id}/place").form("Plaats opslaan")
    page = desk.submit(form, {"lat": "52.5", "lon": "5.9", "region": region.id}, 409)
    assert "afspraak" in page.text


def test_a_message_that_did_not_arrive_can_go_again(desk, session: Session):
    visit = make_visit(session)
    message = failed_message(session, f"visit:{visit.id}")
    page = desk.fetch("/staff/desk")
    assert "550 no such mailbox" in page.text
    assert page.link(visit.customer.name) == f"/staff/customers/{visit.customer.id}"
    page = desk.submit(page.form("/again"))
    assert "binnen een minuut opnieuw" in page.text
    session.refresh(message)
    assert message.stage is Stage.QUEUED


def test_a_message_about_nothing_known_is_still_shown(desk, session: Session):
    make_branch(session)
    failed_message(session, "visit:99999")
    assert "weg@example.org" in desk.fetch("/staff/desk").text


def test_who_did_not_answer_before_the_deadline_is_called(desk, session: Session):
    late = make_invitation(session, deadline_on=LAST_WEEK)
    make_invitation(session, customer=make_customer(session, name="Nog tijd genoeg"))
    page = desk.fetch("/staff/desk")
    assert any(f"/staff/visits/{late.visit_id}/plan" == link.href for link in page.links)
    assert "Nog tijd genoeg" not in page.text


def test_who_has_an_appointment_or_no_work_is_not_called(desk, session: Session):
    make_days(session, the_branch(session), NEXT_MONDAY, NEXT_MONDAY)
    booked = make_invitation(session, deadline_on=LAST_WEEK)
    make_appointment(session, visit=booked.visit)
    make_visit(session, due_on=LAST_WEEK, state=VisitState.DONE)
    assert "Iedereen die is uitgenodigd" in desk.fetch("/staff/desk").text


def test_a_visit_past_its_due_date_is_called_even_without_invitation(desk, session: Session):
    make_visit(session, due_on=LAST_WEEK + timedelta(days=1))
    assert "niet uitgenodigd" in desk.fetch("/staff/desk").text


def test_a_long_list_says_how_much_of_it_is_shown(desk, session: Session):
    for _ in range(51):
        lost_address(session)
        failed_message(session, f"visit:{make_visit(session, due_on=LAST_WEEK).id}")
    assert desk.fetch("/staff/desk").text.count("De eerste 50 van 51.") == 3


def test_messages_of_another_branch_wait_there(desk, session: Session):
    the_branch(session)
    other = make_branch(session, slug="zwolle", name="Zwolle")
    visit = make_visit(session, customer=make_customer(session, branch=other))
    failed_message(session, f"visit:{visit.id}")
    assert "weg@example.org" not in desk.fetch("/staff/desk").text
    assert "weg@example.org" in desk.fetch("/staff/desk?branch=zwolle").text


def test_mail_that_came_back_is_listed_until_the_customer_has_another_address(
    desk, session: Session
):
    visit = make_visit(session, customer=make_customer(session, email="weg@example.org"))
    message = failed_message(session, f"visit:{visit.id}")
    message.stage, message.last_error = Stage.BOUNCED, "Bounced: 550 no such mailbox"
    session.commit()
    page = desk.fetch("/staff/desk")
    assert "Uw afspraak" in page.text
    assert "teruggekomen" in page.text
    assert "Bounced: 550 no such mailbox" in page.text
    visit.customer.email = "nieuw@example.org"
    session.commit()
    assert "Uw afspraak" not in desk.fetch("/staff/desk").text
