"""Two addresses asked for at one moment: one lives. The control takes the guard off."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.calendar import feed_tokens
from portal.calendar.feed_tokens import FeedOwner, make_feed
from portal.calendar.models import FeedKind, FeedToken
from portal.database import transaction
from tests.booking.test_races import at_once
from tests.factories import MONDAY_NOON, make_customer

pytestmark = pytest.mark.heart
ROUNDS = 5


def making(owner: FeedOwner, form_key: str) -> Callable[[], str]:
    def make() -> str:
        with transaction() as session:
            return make_feed(session, owner, form_key, MONDAY_NOON, signing_key="k" * 48)

    return make


def live(session: Session) -> int:
    session.rollback()
    is_live = FeedToken.revoked_at.is_(None)
    return session.scalar(sa.select(sa.func.count()).where(is_live)) or 0


def test_of_two_addresses_made_at_once_one_lives(app: Flask, session: Session) -> None:
    owner = FeedOwner(FeedKind.CUSTOMER, make_customer(session).id)
    for turn in range(ROUNDS):
        at_once(app, [making(owner, f"{turn}-{who}") for who in range(2)])
        assert live(session) == 1


def test_a_double_click_makes_one_address(app: Flask, session: Session) -> None:
    owner = FeedOwner(FeedKind.CUSTOMER, make_customer(session).id)
    for turn in range(ROUNDS):
        answers = at_once(app, [making(owner, str(turn))] * 2)
        assert list(answers.values()) == [2]
        assert live(session) == 1


def test_control_without_the_lock_both_live(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_read = threading.Barrier(2)
    monkeypatch.setattr(feed_tokens, "_lock", lambda *_: None)
    monkeypatch.setattr(feed_tokens, "_forget_revoked", lambda *_: both_have_read.wait(timeout=60))
    monkeypatch.setattr("portal.database._writes", lambda _connection: False)
    owner = FeedOwner(FeedKind.CUSTOMER, make_customer(session).id)
    try:
        at_once(app, [making(owner, str(who)) for who in range(2)])
        broken = live(session) != 1
    except (sa.exc.SQLAlchemyError, threading.BrokenBarrierError):
        broken = True  # SQLite refuses a read that becomes a write
    assert broken
