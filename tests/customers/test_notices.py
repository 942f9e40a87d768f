"""The mails about a customer's own data: as they were reviewed, easy to read, and discreet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.customers import notices
from portal.customers.models import Customer, MailedCode, Salutation
from portal.messages.models import OutboxMessage
from tests.factories import MONDAY_NOON, keep, make_customer
from tests.messages.gates import SITE, VOICES, assert_readable, every_voice
from tests.messages.mails import assert_as_reviewed, opened, text_of, words_of_html

MAILS = Path(__file__).parent / "mails"
KINDS = ("code", "code_for_new_address", "details_changed")

every_kind = pytest.mark.parametrize("kind", KINDS)


def written(session: Session, kind: str, voice: str) -> OutboxMessage:
    customer = make_customer(
        session, name="Jan de Vries", surname="de Vries", salutation=Salutation.DHR,
        email="jan.devries@example.org", **VOICES[voice],
    )  # fmt: skip
    if kind == "details_changed":
        fields = ("name", "email", "channel")
        told = notices.details_changed(
            session, customer, fields, customer.email, MONDAY_NOON, site=SITE
        )
        assert told is not None
        return told
    new = "jan.nieuw@example.org" if kind == "code_for_new_address" else None
    asked = a_code(session, customer, new)
    recipient = new or str(customer.email)
    return notices.code(session, asked, recipient, "482913", MONDAY_NOON, site=SITE)


def a_code(session: Session, customer: Customer, new_email: str | None) -> MailedCode:
    return keep(
        session,
        MailedCode(
            customer=customer,
            purpose="details",
            browser_hash="x",
            new_email=new_email,
            place="x",
            asked_on=MONDAY_NOON.date(),
            number=1,
            made_at=MONDAY_NOON,
            expires_at=MONDAY_NOON + timedelta(minutes=10),
        ),
    )


@every_voice
@every_kind
def test_every_mail_is_as_it_was_reviewed(session: Session, kind: str, voice: str) -> None:
    assert_as_reviewed(opened(written(session, kind, voice)), MAILS / f"{kind}.{voice}.txt")


@every_voice
@every_kind
def test_text_and_html_say_the_same(session: Session, kind: str, voice: str) -> None:
    mail = opened(written(session, kind, voice))
    plain, html = text_of(mail), words_of_html(text_of(mail, "html"))
    assert set(html) <= set(plain.split())


@every_voice
@every_kind
def test_every_mail_is_easy_to_read(session: Session, kind: str, voice: str) -> None:
    mail = opened(written(session, kind, voice))
    assert_readable(mail, voice)
    assert SITE.company_phone in text_of(mail)


def test_a_customer_without_an_address_is_not_mailed(session: Session) -> None:
    customer = make_customer(session, email=None)
    assert (
        notices.details_changed(session, customer, ("name",), None, MONDAY_NOON, site=SITE) is None
    )


def test_an_address_that_nobody_confirmed_is_told_no_name(session: Session) -> None:
    message = written(session, "code_for_new_address", "nl-u")
    assert b"Vries" not in message.raw
    assert b"Jan" not in message.raw
