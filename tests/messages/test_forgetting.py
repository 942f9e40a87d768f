"""What went out is forgotten after the next year's visit was planned; what waits is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.messages.models import OutboxMessage, Stage
from portal.timetable import TIMETABLE
from tests.factories import MONDAY_NOON, keep

pytestmark = pytest.mark.heart

KEPT = timedelta(days=400)
HOUR = timedelta(hours=1)


def written(session: Session, stage: Stage, ago: timedelta) -> None:
    number = session.scalar(sa.select(sa.func.count(OutboxMessage.id))) or 0
    then = MONDAY_NOON - ago
    message = OutboxMessage(
        kind="confirmed", about="visit:1", recipient="iemand@example.org", subject="Uw afspraak",
        message_id=f"<{number}@example.org>", raw=b"x", queued_at=then, due_at=then, stage=stage,
        sent_at=then if stage in (Stage.SENT, Stage.BOUNCED) else None,
    )  # fmt: skip
    keep(session, message)


def at_night(session: Session) -> int:
    """Run the job that forgets; return how many messages are still kept."""
    (job,) = [job for job in TIMETABLE if job.name == "forget_old_messages"]
    job.work(MONDAY_NOON)
    session.rollback()
    return session.scalar(sa.select(sa.func.count(OutboxMessage.id))) or 0


def test_what_was_sent_is_kept_until_the_next_visit_was_planned(
    app: Flask, session: Session
) -> None:
    written(session, Stage.SENT, KEPT - HOUR)
    assert at_night(session) == 1
    written(session, Stage.SENT, KEPT + HOUR)
    assert at_night(session) == 1


@pytest.mark.parametrize("stage", [one for one in Stage if one is not Stage.SENT])
def test_what_waits_for_a_server_or_a_person_is_never_forgotten(
    app: Flask, session: Session, stage: Stage
) -> None:
    written(session, stage, 3 * KEPT)
    assert at_night(session) == 1
