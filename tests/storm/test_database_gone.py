"""A database that goes away in the middle of a request is told as such, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.database import db
from tests.booking.agenda import make_agenda
from tests.factories import make_invitation
from tests.storm.test_rules import link_of
from tests.visitor import Visitor


@pytest.fixture
def engine(app: Flask) -> Iterator[sa.Engine]:
    """The engine; what a test hangs on it is taken off."""
    with app.app_context():
        yield db.engine


def gone(*_: object) -> None:
    raise OperationalError("", {}, Exception("server closed the connection"))


def test_a_page_that_is_made_is_shown_though_the_database_goes_away(
    app: Flask, session: Session, engine: sa.Engine
) -> None:
    make_agenda(session)
    link = link_of(app, make_invitation(session))
    session.commit()
    db.session.remove()
    sa.event.listen(engine, "rollback", gone)
    try:
        with app.app_context():
            answer = app.test_client().get(link)
    finally:
        sa.event.remove(engine, "rollback", gone)
    assert answer.status_code == 200
    Visitor(app).fetch(link)


def test_a_page_that_cannot_be_made_says_when_to_try_again(
    app: Flask, session: Session, engine: sa.Engine
) -> None:
    make_agenda(session)
    link = link_of(app, make_invitation(session))
    sa.event.listen(engine, "before_cursor_execute", gone)
    try:
        answer = Visitor(app).fetch(link, 503)
    finally:
        sa.event.remove(engine, "before_cursor_execute", gone)
    assert answer.headers["Retry-After"] == "10"


def test_a_statement_that_is_wrong_is_our_fault_and_not_the_database_s(
    app: Flask, session: Session, engine: sa.Engine
) -> None:
    make_agenda(session)
    link = link_of(app, make_invitation(session))

    def misspelt(_c: object, _k: object, statement: str, values: object, *_: object) -> object:
        return statement.replace("invitations.code", "invitations.cod"), values

    sa.event.listen(engine, "before_cursor_execute", misspelt, retval=True)
    try:
        answer = Visitor(app).fetch(link, 500)
    finally:
        sa.event.remove(engine, "before_cursor_execute", misspelt)
    assert "Retry-After" not in answer.headers
