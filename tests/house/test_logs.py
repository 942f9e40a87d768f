"""What a fault leaves in the log: enough to find it, nothing about a person."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal import errors
from portal.access.guards import Role, public
from portal.access.models import StaffMember
from portal.application import create_app
from portal.database import db, transaction
from portal.settings import Settings
from tests.databases import make_tables

TOKEN = "aVeryPersonalToken"
NAME = "Petra Geheim"
MAIL = "petra.geheim@warmhuis.example"


@pytest.fixture
def log_lines(monkeypatch):
    """The lines that the portal writes to standard error, as a real start sets it up."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    yield written
    root.handlers = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def portal(log_lines, settings: Settings):
    """A portal that treats faults as a real one does."""
    app = create_app(settings.model_copy(update={"testing": False, "log_level": "INFO"}))
    with app.app_context():
        make_tables(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


def with_fault(app: Flask, fault) -> Flask:
    @app.get("/faulty/<token>")
    @public("A test asks what its fault leaves in the log.")
    def faulty(token: str) -> str:
        fault()
        return token

    return app


def add_twice() -> None:
    with transaction() as session:
        for _ in range(2):
            values = {"password": "a-secret-hash", "fs_uniquifier": "a-secret-session"}
            session.add(StaffMember(email=MAIL, name=NAME, role=Role.DESK, **values))
            session.flush()


@pytest.mark.heart
def test_a_refused_row_leaves_no_value_and_no_token_in_the_log(app, portal, log_lines):
    assert with_fault(portal, add_twice).test_client().get(f"/faulty/{TOKEN}").status_code == 500
    written = log_lines.getvalue()
    [fault] = [line for line in map(json.loads, written.splitlines()) if line["event"] == "fault"]
    assert "add_twice" in fault["exception"]
    assert "INSERT INTO staff_members" in fault["exception"]
    for secret in (MAIL, NAME, "a-secret", TOKEN):
        assert secret not in written


def test_a_fault_in_the_page_about_a_fault_leaves_no_token_either(
    app, portal, log_lines, monkeypatch
):
    def breaks(*_values: object) -> tuple[str, int]:
        raise RuntimeError("the page cannot be made")

    monkeypatch.setattr(errors, "error_page", breaks)
    with pytest.raises(RuntimeError):
        with_fault(portal, add_twice).test_client().get(f"/faulty/{TOKEN}")
    written = log_lines.getvalue()
    assert "the page cannot be made" in written
    for secret in (MAIL, NAME, "a-secret", TOKEN):
        assert secret not in written


def test_an_error_of_the_database_does_not_carry_the_row(session):
    with pytest.raises(IntegrityError) as refused:
        add_twice()
    assert NAME not in str(refused.value)
    assert "a-secret" not in str(refused.value)
