"""The commands say what they would do before they do it."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.models import AppointmentStatus
from portal.clock import AMSTERDAM
from portal.fieldwork.steps import Step
from portal.messages.models import OutboxMessage
from tests.factories import make_appointment
from tests.fieldwork.taps import at, press, promised


@pytest.fixture
def late(session: Session, anouk, clock) -> None:
    """A day on which the second customer waits."""
    first, _second = promised(session), promised(session)
    press(Step.STARTED, first, "08:05")
    session.rollback()
    clock.set(at("10:00"))


def told(session: Session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count(OutboxMessage.id))) or 0


def test_warn_shows_whom_it_would_tell_and_then_tells(app: Flask, session: Session, late):
    runner = app.test_cli_runner()
    shown = runner.invoke(args=["fieldwork", "warn", "--dry-run"])
    assert "expected at about" in shown.output
    assert "1 would be told" in shown.output
    assert told(session) == 0
    assert "1 told" in runner.invoke(args=["fieldwork", "warn"]).output
    assert "0 told" in runner.invoke(args=["fieldwork", "warn"]).output
    assert told(session) == 1


def test_ask_shows_whom_it_would_ask_and_then_asks(app: Flask, session: Session, clock):
    make_appointment(session, date=date(2027, 3, 8), status=AppointmentStatus.DONE)
    session.rollback()
    clock.set(datetime(2027, 3, 12, 10, tzinfo=AMSTERDAM))
    runner = app.test_cli_runner()
    assert "1 would be asked" in runner.invoke(args=["feedback", "ask", "--dry-run"]).output
    assert told(session) == 0
    assert "1 asked" in runner.invoke(args=["feedback", "ask"]).output
    assert told(session) == 1


@pytest.mark.parametrize("job", ["warn_of_delay", "ask_how_it_went"])
def test_the_jobs_do_the_same(app: Flask, session: Session, late, job: str):
    assert app.test_cli_runner().invoke(args=["jobs", "once", job]).exit_code == 0
    assert told(session) == (1 if job == "warn_of_delay" else 0)
