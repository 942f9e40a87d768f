"""Codes by mail: ten tries, ten minutes, one browser, one purpose, used once; few in a day.

The race over the tries has a control: the same crowd with the guard taken off, which must go wrong.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.customers.codes
from portal.customers.codes import (
    MOST_A_DAY,
    MOST_TRIES,
    Purpose,
    ask_code,
    codes_to_write,
    forget_codes,
    is_open,
    try_code,
    write_code,
)
from portal.customers.models import Customer, MailedCode
from portal.database import db, transaction
from portal.messages.models import OutboxMessage
from portal.site import Site
from tests.crowd import all_at_once
from tests.factories import make_customer
from tests.messages.mails import opened, text_of

pytestmark = pytest.mark.heart

NOW = datetime(2027, 3, 1, 11, tzinfo=UTC)
KEY = "t" * 48
SITE = Site("http://portal.example", "Warmhuis", "030 000 01 23", "post@warmhuis.example", "8-17")
DRAWN = (482913, 7, 555555)
CROWD = 14  # as many as there are connections in the pool, but one


@pytest.fixture
def customer(session: Session) -> Customer:
    return make_customer(session, email="klant@example.org")


def ask(customer: Customer, *, browser: str = "mine", now: datetime = NOW, **values: Any) -> bool:
    purpose = values.pop("purpose", Purpose.DETAILS)
    with transaction() as session:
        return ask_code(session, customer, purpose, browser, now, signing_key=KEY, **values)


def write(now: datetime = NOW, draw: Iterator[int] | None = None) -> int:
    drawn = draw or cycle(DRAWN)
    with transaction() as session:
        return sum(
            write_code(
                session, one, now, site=SITE, signing_key=KEY, draw=lambda _most: next(drawn)
            )
            for one in codes_to_write(session, now)
        )


def tried(
    customer: Customer,
    code: str,
    *,
    browser: str = "mine",
    purpose: Purpose = Purpose.DETAILS,
    now: datetime = NOW,
) -> bool:
    with transaction() as session:
        found = try_code(session, customer, purpose, browser, code, now, signing_key=KEY)
        return found is not None


def test_the_code_of_the_mail_works_once(session: Session, customer: Customer):
    assert ask(customer)
    assert write() == 1
    assert tried(customer, "482 913")
    assert not tried(customer, "482913")


def test_the_mail_shows_the_code_inside_and_not_outside(session: Session, customer: Customer):
    ask(customer)
    write()
    message = session.scalars(sa.select(OutboxMessage)).one()
    mail = opened(message)
    assert "482 913" in text_of(mail)
    html = text_of(mail, "html")
    preview = re.search(r'class="preview">(.*?)<', html)
    assert preview is not None
    for outside in (message.subject, preview[1], message.about, message.kind):
        assert "482" not in outside
    assert (message.recipient, message.due_at) == ("klant@example.org", NOW)


def test_the_code_is_stored_hashed(session: Session, customer: Customer):
    ask(customer)
    write()
    row = session.scalars(sa.select(MailedCode)).one()
    kept = " ".join(str(value) for value in vars(row).values())
    assert "482913" not in kept
    assert "klant@example.org" not in row.place
    assert len(row.code_hash) == 64


def test_a_code_with_zeros_in_front_is_written_with_them(session: Session, customer: Customer):
    ask(customer)
    write(draw=cycle((7,)))
    assert tried(customer, "000007")


@pytest.mark.parametrize(
    "other",
    [
        {"browser": "somebody else's"},
        {"purpose": Purpose.NEW_EMAIL},
        {"now": NOW + timedelta(minutes=10)},
    ],
)
def test_a_code_is_for_one_browser_one_purpose_and_ten_minutes(customer: Customer, other):
    ask(customer)
    write()
    assert not tried(customer, "482913", **other)
    assert tried(customer, "482913", now=NOW + timedelta(minutes=9, seconds=59))


def test_a_code_is_for_one_customer(session: Session, customer: Customer):
    ask(customer)
    write()
    assert not tried(make_customer(session), "482913")


def test_only_the_newest_code_of_a_browser_is_looked_at(customer: Customer):
    ask(customer)
    write(draw=cycle((111111,)))
    ask(customer)
    write(draw=cycle((222222,)))
    assert not tried(customer, "111111")
    assert tried(customer, "222222")


def test_after_ten_wrong_tries_the_code_is_dead(customer: Customer):
    ask(customer)
    write()
    assert not any(tried(customer, f"{number:06}") for number in range(MOST_TRIES))
    assert not tried(customer, "482913")


def test_nine_wrong_tries_leave_one(customer: Customer):
    ask(customer)
    write()
    assert not any(tried(customer, f"{number:06}") for number in range(MOST_TRIES - 1))
    assert tried(customer, "482913")


def test_somebody_elses_tries_do_not_lock_out_the_rightful_one(customer: Customer):
    ask(customer)
    write()
    for number in range(30):
        tried(customer, f"{number:06}", browser="a thief's")
    assert tried(customer, "482913")


def test_nothing_that_was_not_mailed_can_be_typed(session: Session, customer: Customer):
    customer.email = None
    session.commit()
    ask(customer)
    assert not tried(customer, "")
    assert write() == 0
    for typed in ("", "-", "000000"):
        assert not tried(customer, typed)
    assert not session.scalars(sa.select(OutboxMessage)).all()


def test_a_code_is_written_once_and_not_after_its_time(session: Session, customer: Customer):
    ask(customer)
    assert codes_to_write(session, NOW)
    assert write() == 1
    assert not codes_to_write(session, NOW)
    assert write() == 0
    ask(customer)
    assert write(now=NOW + timedelta(minutes=11)) == 0


def test_a_stranger_gets_three_mails_a_day_whoever_asks(session: Session, customer: Customer):
    others = [customer, make_customer(session), make_customer(session)]
    asked = [
        ask(one, purpose=Purpose.NEW_EMAIL, new_email=address, browser=f"{one.id}-{number}")
        for number in range(2)
        for one in others
        for address in ("Vreemde@example.org",)
    ]
    assert asked == [True] * 3 + [False] * 3
    assert ask(customer, purpose=Purpose.NEW_EMAIL, new_email="ander@example.org")
    tomorrow = NOW + timedelta(days=1)
    assert ask(customer, purpose=Purpose.NEW_EMAIL, new_email="vreemde@example.org", now=tomorrow)


def test_the_address_we_know_gets_ten_mails_a_day(customer: Customer):
    assert [ask(customer, browser=str(number)) for number in range(12)] == [True] * 10 + [False] * 2


def test_details_stay_open_for_a_quarter_for_the_customer_of_the_code(
    session: Session, customer: Customer
):
    ask(customer)
    write()
    code_id = session.scalars(sa.select(MailedCode.id)).one()
    assert not is_open(session, customer, code_id, NOW)
    session.rollback()
    tried(customer, "482913")
    assert is_open(session, customer, code_id, NOW + timedelta(minutes=14))
    assert not is_open(session, customer, code_id, NOW + timedelta(minutes=15))
    assert not is_open(session, customer, None, NOW)
    assert not is_open(session, make_customer(session), code_id, NOW)


def test_codes_of_earlier_days_are_forgotten(session: Session, customer: Customer):
    ask(customer)
    ask(customer, now=NOW - timedelta(days=2))
    with transaction() as write_session:
        assert forget_codes(write_session, NOW) == 1


def guesses(app: Flask, customer: Customer, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many of a crowd's guesses were compared with the code."""
    ask(customer)
    write()
    compared: list[str] = []
    compare = portal.customers.codes.hmac.compare_digest

    def noting(left: str, right: str) -> bool:
        compared.append(right)
        return compare(left, right)

    monkeypatch.setattr("portal.customers.codes.hmac.compare_digest", noting)
    customer_id = customer.id
    db.session.rollback()

    def guess(number: int) -> Callable[[], bool]:
        return lambda: tried(db.session.get_one(Customer, customer_id), f"{number:06}")

    assert not any(all_at_once(app, [guess(number) for number in range(CROWD)]))
    return len(compared)


def test_a_crowd_that_guesses_at_once_gets_ten_tries(
    app: Flask, customer: Customer, monkeypatch: pytest.MonkeyPatch
):
    assert guesses(app, customer, monkeypatch) == MOST_TRIES


def test_control_reading_before_counting_lets_the_crowd_guess_more(
    app: Flask, customer: Customer, monkeypatch: pytest.MonkeyPatch
):
    everybody_has_read = threading.Barrier(CROWD)

    def read_then_count(session: Session, code_id: int, now: datetime) -> bool:
        tries = session.scalars(sa.select(MailedCode.tries).where(MailedCode.id == code_id)).one()
        session.rollback()
        everybody_has_read.wait(timeout=60)
        count = sa.update(MailedCode).where(MailedCode.id == code_id)
        session.execute(count.values(tries=tries + 1))
        return tries < MOST_TRIES

    monkeypatch.setattr(portal.customers.codes, "count_try", read_then_count)
    monkeypatch.setattr("portal.database._writes", lambda _connection: False)
    assert guesses(app, customer, monkeypatch) == CROWD


def asking_all_at_once(app: Flask, customer: Customer) -> int:
    """Return how many mails to one stranger's address a crowd could ask for at once."""
    customer_id = customer.id
    db.session.rollback()

    def asking(number: int) -> Callable[[], bool]:
        return lambda: ask(
            db.session.get_one(Customer, customer_id),
            browser=str(number),
            purpose=Purpose.NEW_EMAIL,
            new_email="vreemde@example.org",
        )

    return sum(all_at_once(app, [asking(number) for number in range(CROWD)]))


def test_a_crowd_that_asks_at_once_gets_three_mails(app: Flask, customer: Customer):
    assert asking_all_at_once(app, customer) == MOST_A_DAY[Purpose.NEW_EMAIL]


def test_control_without_the_unique_number_the_crowd_gets_more(
    app: Flask, customer: Customer, monkeypatch: pytest.MonkeyPatch
):
    everybody_has_counted = threading.Barrier(CROWD)
    free_numbers = iter(range(100, 200))

    class Unguarded:
        """An INSERT that never meets another's number."""

        def __init__(self, session: Session, _table: object) -> None:
            session.rollback()
            everybody_has_counted.wait(timeout=60)

        def values(self, **row: Any) -> sa.Insert:
            return sa.insert(MailedCode).values(**{**row, "number": next(free_numbers)})

    monkeypatch.setattr(portal.customers.codes, "insert_if_new", Unguarded)
    monkeypatch.setattr("portal.database._writes", lambda _connection: False)
    assert asking_all_at_once(app, customer) == CROWD
