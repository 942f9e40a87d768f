"""The desk changes for a customer whatever the customer can change, and it is signed by name."""

from __future__ import annotations

from datetime import time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.customers.models import Channel, Customer, CustomerKind, DayPart, Preferences
from portal.messages.models import OutboxMessage
from tests.factories import make_customer
from tests.messages.mails import messages_about


@pytest.fixture
def customer(session: Session) -> Customer:
    return make_customer(session, email="oud@example.org", kind=CustomerKind.SENIOR)


@pytest.fixture
def page(desk, customer: Customer):
    return desk.fetch(f"/staff/customers/{customer.id}/preferences")


def test_the_file_leads_to_the_page(desk, customer: Customer):
    file = desk.fetch(f"/staff/customers/{customer.id}")
    assert desk.fetch(file.link("Gegevens en wensen veranderen")).h1.endswith(customer.name)


def test_the_desk_changes_the_address_without_a_code_and_the_old_one_is_told(
    desk, session: Session, customer: Customer, page
):
    file = desk.submit(page.form("details"), {"email": "Nieuw@example.org", "phone": ""})
    assert (customer.email, customer.phone) == ("nieuw@example.org", None)
    [told] = messages_about(session, f"customer:{customer.id}")
    assert told.recipient == "oud@example.org"
    assert "mailadres (Desk Test)" in file.text
    assert told.subject in file.text


def test_the_desk_changes_manner_wishes_and_kind(desk, session: Session, customer: Customer, page):
    desk.submit(page.form("manner"), {"message_hour": "19:00", "locale": "en"})
    desk.submit(page.form("wishes"), {"part": "afternoon", "weekday_0": None})
    desk.submit(page.form("kind"), {"kind": "family"})
    assert (customer.message_hour, customer.locale) == (time(19), "en")
    wishes = session.get_one(Preferences, customer.id)
    assert (wishes.part, wishes.weekdays) == (DayPart.AFTERNOON, 0b11110)
    assert customer.kind is CustomerKind.FAMILY
    again = desk.fetch(f"/staff/customers/{customer.id}/preferences")
    desk.submit(again.form("forget"))
    assert session.get(Preferences, customer.id) is None
    assert customer.kind is CustomerKind.UNKNOWN


def test_without_an_address_letters_take_over(desk, session: Session, customer: Customer, page):
    desk.submit(page.form("details"), {"email": ""})
    assert (customer.email, customer.channel) == (None, Channel.LETTER)


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ("details", {"email": "x"}),
        ("details", {"name": " "}),
        ("details", {"phone": "12"}),
        ("details", {"surname": "x" * 81}),
        ("manner", {"channel": "pigeon"}),
        ("manner", {"locale": "xx"}),
        ("manner", {"message_hour": "03:00"}),
        ("wishes", {"part": "night"}),
        ("kind", {"kind": "cat"}),
    ],
)
def test_a_slip_is_shown_and_nothing_is_changed(
    desk, session: Session, customer: Customer, page, form, wrong
):
    refused = desk.submit(page.form(form), wrong, 422, unchecked=True)
    assert refused.elements("div", class_="error-summary")
    assert customer.email == "oud@example.org"
    assert not session.scalars(sa.select(OutboxMessage)).all()


def test_a_customer_who_is_not_there_is_a_404(desk):
    desk.fetch("/staff/customers/999/preferences", 404)
