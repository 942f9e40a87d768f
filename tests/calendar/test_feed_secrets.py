"""The token of a feed leaves its address for nowhere: no log, no page about a fault, no table."""

from __future__ import annotations

import io
import json
import logging

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from portal.application import create_app
from portal.calendar.feed_tokens import FeedOwner, make_feed
from portal.calendar.models import FeedKind
from portal.database import Base, db
from portal.settings import Settings
from tests.conftest import SettableClock
from tests.databases import make_tables
from tests.factories import MONDAY_NOON, make_appointment, make_customer

KEY = "k" * 48


@pytest.fixture
def quiet_again():
    """Logs as they were, after a portal that logs as a real one does."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()


def token_of_somebody(session: Session) -> str:
    customer = make_appointment(session).visit.customer
    owner = FeedOwner(FeedKind.CUSTOMER, customer.id)
    token = make_feed(session, owner, "form", MONDAY_NOON, signing_key=KEY)
    session.commit()
    return token


def test_no_log_holds_a_token_whether_it_opens_something_or_fails(
    app, settings: Settings, clock: SettableClock, quiet_again, monkeypatch
):
    log_lines = io.StringIO()
    monkeypatch.setattr("sys.stderr", log_lines)
    portal = create_app(settings.model_copy(update={"testing": False, "log_level": "DEBUG"}), clock)
    try:
        with portal.app_context():
            make_tables(db.engine)
            token = token_of_somebody(db.session())
        visitor = portal.test_client()
        path = f"/agenda/k/{token}.ics"
        tag = visitor.get(path).headers["ETag"]
        answers = [visitor.get(path, headers={"If-None-Match": tag}).status_code]
        answers += [visitor.get(f"/agenda/{kind}/{token}.ics").status_code for kind in "mpx"]
        monkeypatch.setattr("portal.booking.views.feeds.customer_feed", lambda *_: 1 / 0)
        fault = visitor.get(path)
    finally:
        with portal.app_context():
            db.engine.dispose()
    assert [*answers, fault.status_code] == [304, 404, 404, 404, 500]
    written = log_lines.getvalue()
    events = [json.loads(line)["event"] for line in written.splitlines()]
    assert events.count("request") >= 5
    assert "fault" in events
    assert token not in written


def test_no_table_holds_a_token(session: Session):
    token = token_of_somebody(session)
    for table in Base.metadata.sorted_tables:
        assert token not in repr(session.execute(sa.select(table)).all()), table.name


def test_addresses_are_random_letters_of_160_bits(session: Session):
    owner = FeedOwner(FeedKind.CUSTOMER, make_customer(session).id)
    tokens = [
        make_feed(session, owner, str(number), MONDAY_NOON, signing_key=KEY) for number in range(40)
    ]
    assert len(set(tokens)) == 40
    assert {len(token) for token in tokens} == {32}
    assert len(set("".join(tokens))) == 32
