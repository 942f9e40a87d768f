"""Mail that was dealt with is forgotten after a quarter; what waits is not, however old."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.messages.models import InboundMessage, InboundState
from portal.timetable import TIMETABLE
from tests.factories import MONDAY_NOON, keep

pytestmark = pytest.mark.heart

QUARTER = timedelta(days=90)
HOUR = timedelta(hours=1)
DEALT_WITH = [InboundState.DONE, InboundState.ANSWERED, InboundState.IGNORED]
WAITS = [InboundState.NEW, InboundState.FOR_PERSON]


def came_in(session: Session, state: InboundState, ago: timedelta, **values: object) -> None:
    number = session.scalar(sa.select(sa.func.count(InboundMessage.id))) or 0
    mail = InboundMessage(
        digest=f"{number:064}",
        raw=b"Subject: iets van iemand\n\nMijn code is 1234",
        source="pipe",
        received_at=MONDAY_NOON - ago,
        state=state,
        **values,
    )
    keep(session, mail)


def at_night(session: Session) -> int:
    """Run the job that forgets; return how many mails are still kept."""
    (job,) = [job for job in TIMETABLE if job.name == "forget_old_mails"]
    job.work(MONDAY_NOON)
    session.rollback()
    return session.scalar(sa.select(sa.func.count(InboundMessage.id))) or 0


@pytest.mark.parametrize("state", DEALT_WITH)
def test_what_was_dealt_with_is_kept_for_a_quarter(
    app: Flask, session: Session, state: InboundState
) -> None:
    came_in(session, state, QUARTER - HOUR)
    assert at_night(session) == 1
    came_in(session, state, QUARTER + HOUR)
    assert at_night(session) == 1


@pytest.mark.parametrize("state", WAITS)
def test_what_waits_is_never_forgotten(app: Flask, session: Session, state: InboundState) -> None:
    came_in(session, state, 10 * QUARTER)
    assert at_night(session) == 1


def test_it_counts_from_the_day_on_which_somebody_dealt_with_it(
    app: Flask, session: Session
) -> None:
    yesterday = MONDAY_NOON - timedelta(days=1)
    came_in(session, InboundState.ANSWERED, 2 * QUARTER, handled_by="staff:1", handled_at=yesterday)
    assert at_night(session) == 1
