"""The command that decides: what it says, and that a dry run changes nothing."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.actions.selections import select
from portal.booking.models import Appointment
from portal.clock import AMSTERDAM
from portal.database import transaction
from tests.booking.agenda import FIRST, circumstances, make_agenda, opening_at
from tests.conftest import SettableClock
from tests.factories import make_visit

EVENING = datetime(2027, 3, 1, 19, 40, tzinfo=AMSTERDAM)


@pytest.fixture
def visit_id(session: Session) -> int:
    """Somebody who ticked three windows."""
    make_agenda(session)
    days = [FIRST + timedelta(days=n) for n in range(3)]
    visit = make_visit(session)
    with transaction() as write:
        openings = [opening_at(session, day, time(10)).id for day in days]
        select(write, visit, openings, circumstances())
    return visit.id


def run(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["booking", "decide", "--seconds", "1", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_dry_run_says_what_would_be_chosen_before_the_moment(
    app: Flask, session: Session, visit_id: int
) -> None:
    said = run(app, "--dry-run")
    assert f"visit {visit_id}: 2027-03-08 10:00 of 3 ticked" in said
    assert "Dry run: nothing was changed." in said
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 0


def test_it_decides_only_those_whose_moment_has_come(
    app: Flask, session: Session, visit_id: int, clock: SettableClock
) -> None:
    assert run(app).startswith("0 confirmed as chosen")
    clock.set(EVENING)
    assert run(app).startswith("1 confirmed as chosen, 0 with another")
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1
