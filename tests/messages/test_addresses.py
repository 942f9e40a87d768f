from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.mail import mail_address
from portal.messages.addresses import (
    ALPHABET,
    TOKEN_LENGTH,
    bounce_address,
    former_owner_of,
    new_token,
    owner_of,
    reply_address,
    revoke_reply_addresses,
    token_in,
)
from portal.messages.models import ReplyAddress
from portal.settings import SettingsInvalid, settings_from_environment
from portal.site import Site, site_from
from tests.factories import MONDAY_NOON, make_customer

SITE = Site("https://p.example", "Warmhuis", "030", "afspraak@warmhuis.example", "08:00-17:30")
PLAIN = replace(SITE, has_reply_tokens=False)
OLD, NEW = "zoe@example.org", "zoe@work.example"
LATER = MONDAY_NOON + timedelta(days=1)


def given_out(session: Session, customer_id: int, email: str = OLD, now=MONDAY_NOON) -> str:  # type: ignore[no-untyped-def]
    with transaction() as writing:
        return reply_address(writing, customer_id, email, now, site=SITE)


def test_a_token_has_at_least_64_bits_and_its_case_does_not_matter() -> None:
    assert len(set(ALPHABET)) ** TOKEN_LENGTH > 2**90
    assert ALPHABET.lower() == ALPHABET
    assert len({new_token() for _ in range(1000)}) == 1000


@pytest.mark.heart
def test_a_customer_keeps_one_address_for_one_mail_address(session: Session) -> None:
    first, second = make_customer(session).id, make_customer(session).id
    address = given_out(session, first)
    assert mail_address(address) == address
    assert address.startswith("afspraak+")
    assert address.endswith("@warmhuis.example")
    assert address == given_out(session, first, now=LATER)
    assert address != given_out(session, second)
    owner = owner_of(session, address)
    assert owner
    assert (owner.customer_id, owner.email, owner.made_at) == (first, OLD, MONDAY_NOON)


@pytest.mark.heart
def test_another_mail_address_gets_another_and_revokes_the_first(session: Session) -> None:
    customer = make_customer(session).id
    first = given_out(session, customer)
    second = given_out(session, customer, NEW, LATER)
    assert first != second
    assert owner_of(session, first) is None
    former = former_owner_of(session, first)
    assert former
    assert (former.customer_id, former.revoked_at) == (customer, LATER)
    assert owner_of(session, second)


@pytest.mark.heart
def test_a_revoked_token_never_counts_again(session: Session) -> None:
    customer = make_customer(session).id
    first = given_out(session, customer)
    with transaction() as writing:
        assert revoke_reply_addresses(writing, customer, LATER, but=OLD) == 0
        assert revoke_reply_addresses(writing, customer, LATER) == 1
        assert revoke_reply_addresses(writing, customer, LATER) == 0
    assert owner_of(session, first) is None
    assert given_out(session, customer, now=LATER) != first
    assert owner_of(session, first) is None


def test_an_address_of_a_rolled_back_message_was_never_given_out(session: Session) -> None:
    customer = make_customer(session).id
    reply_address(session, customer, OLD, MONDAY_NOON, site=SITE)
    session.rollback()
    assert not session.scalars(sa.select(ReplyAddress)).all()


@pytest.mark.heart
def test_two_first_messages_at_once_share_one_address(app: Flask, session: Session) -> None:
    customer = make_customer(session).id
    start, found = threading.Barrier(4), []

    def send() -> None:
        with app.app_context():
            start.wait(timeout=60)
            with transaction() as writing:
                found.append(reply_address(writing, customer, OLD, MONDAY_NOON, site=SITE))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 4
    assert len(set(found)) == 1


def test_without_plus_addresses_everything_comes_to_the_plain_one(session: Session) -> None:
    customer = make_customer(session).id
    assert reply_address(session, customer, OLD, MONDAY_NOON, site=PLAIN) == PLAIN.company_email
    assert bounce_address(PLAIN, new_token()) == PLAIN.company_email
    assert not session.scalars(sa.select(ReplyAddress)).all()


def test_a_bounce_comes_to_an_address_of_its_own() -> None:
    token = new_token()
    assert bounce_address(SITE, token) == f"bounce+{token}@warmhuis.example"
    assert bounce_address(SITE, None) == SITE.company_email
    named = replace(SITE, bounce_name="terug")
    assert token_in(bounce_address(named, token)) == token


def test_a_token_is_found_whatever_a_server_did_to_its_case_and_brackets(
    session: Session,
) -> None:
    address = given_out(session, make_customer(session).id)
    for seen in (address.upper(), f"<{address}>", f" {address} ", address.title()):
        assert owner_of(session, seen), seen


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "afspraak@warmhuis.example", "afspraak+@warmhuis.example", "+", "a+b@c.nl",
        f"{'b' * TOKEN_LENGTH}@c.nl", f"a+{'b' * 19}@c.nl", f"a+{'b' * 21}@c.nl",
        f"a+{'0' * TOKEN_LENGTH}@c.nl", f"a+{'b' * TOKEN_LENGTH}",
        f"a+{'b' * TOKEN_LENGTH}\n@c.nl",
    ],
)  # fmt: skip
def test_what_is_no_token_is_not_taken_for_one(address: str, session: Session) -> None:
    assert token_in(address) is None
    assert owner_of(session, address) is None


@given(st.text(max_size=80))
def test_no_address_breaks_the_search(text: str) -> None:
    assert token_in(text) is None or "+" in text


def test_the_settings_say_whether_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    assert site_from(settings_from_environment()).has_reply_tokens
    monkeypatch.setenv("TIJDVENSTER_REPLY_TOKENS", "no")
    monkeypatch.setenv("TIJDVENSTER_BOUNCE_NAME", "terug")
    site = site_from(settings_from_environment())
    assert (site.has_reply_tokens, site.bounce_name) == (False, "terug")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIJDVENSTER_BOUNCE_NAME", "a+b"),
        ("TIJDVENSTER_BOUNCE_NAME", ""),
        ("TIJDVENSTER_REPLY_TOKENS", "perhaps"),
        ("TIJDVENSTER_COMPANY_EMAIL", f"{'a' * 44}@warmhuis.example"),
    ],
)
def test_a_name_that_makes_no_address_stops_the_start(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=name):
        settings_from_environment()
