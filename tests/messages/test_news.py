"""What is over is not told, what somebody waits for goes first, and nights stay quiet."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.waiting_list.wishes import KEPT_FOR
from portal.clock import AMSTERDAM
from portal.customers.codes import LIFETIME
from portal.database import transaction
from portal.messages.models import OutboxMessage
from portal.messages.outbox import enqueue
from portal.messages.outcomes import TemporaryFailure
from portal.messages.parcel import BeforeLastByte, Parcel
from portal.messages.policy import CAN_WAIT, NEWS_FOR
from portal.messages.sms import Sms, enqueue_sms
from tests.factories import MONDAY_NOON
from tests.messages.letters import a_mail, sent_by

LATE = datetime(2027, 3, 1, 20, 58, tzinfo=AMSTERDAM)
MORNING = datetime(2027, 3, 2, 8, tzinfo=AMSTERDAM)
MINUTE = timedelta(minutes=1)


class Taken:
    """A channel that takes everything."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []

    def send(self, parcel: Parcel, before_last_byte: BeforeLastByte) -> None:
        before_last_byte()
        self.raw.append(parcel.raw)


class Away:
    """A channel that is away."""

    def send(self, parcel: Parcel, before_last_byte: BeforeLastByte) -> None:
        raise TemporaryFailure("away", channel_is_away=True)


def queue(kind: str, now: datetime = MONDAY_NOON, about: str = "visit:1") -> None:
    with transaction() as session:
        enqueue(session, a_mail(kind=kind, about=about), now)


def waiting(session: Session) -> list[OutboxMessage]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.mark.parametrize("kind", NEWS_FOR)
@pytest.mark.heart
def test_what_is_over_is_taken_out_and_the_next_goes(session: Session, kind: str) -> None:
    queue(kind)
    queue("confirmed", about="visit:2")
    channel = Taken()
    assert sent_by(channel, MONDAY_NOON + NEWS_FOR[kind]).sent == 1
    assert [row.kind for row in waiting(session)] == ["confirmed"]


@pytest.mark.parametrize("kind", NEWS_FOR)
def test_what_is_still_news_goes(session: Session, kind: str) -> None:
    queue(kind)
    assert sent_by(Taken(), MONDAY_NOON + NEWS_FOR[kind] - MINUTE).sent == 1


def test_a_confirmation_is_told_however_late(session: Session) -> None:
    queue("confirmed")
    assert sent_by(Taken(), MONDAY_NOON + timedelta(days=3)).sent == 1


def test_what_came_too_late_because_the_server_was_away_is_not_told_afterwards(
    session: Session,
) -> None:
    queue("running_late")
    assert sent_by(Away(), MONDAY_NOON).retried == 1
    assert sent_by(Taken(), MONDAY_NOON + timedelta(hours=5)).sent == 0
    assert waiting(session) == []


@pytest.mark.parametrize("kind", sorted(CAN_WAIT))
@pytest.mark.heart
def test_a_wave_goes_behind_what_somebody_waits_for(session: Session, kind: str) -> None:
    for number in range(3):
        queue(kind, about=f"visit:{number}")
    queue("code", MONDAY_NOON + MINUTE, "code:1")
    channel = Taken()
    sent_by(channel, MONDAY_NOON + 2 * MINUTE)
    (code,) = [row.raw for row in waiting(session) if row.kind == "code"]
    assert (len(channel.raw), channel.raw[0]) == (4, code)


def test_a_text_message_is_not_tried_again_at_night(session: Session) -> None:
    with transaction() as writing:
        enqueue_sms(writing, Sms("reminded", "visit:1", "0612345678", "Morgen komen wij."), LATE)
    sent_by(Away(), LATE)
    assert [row.due_at for row in waiting(session)] == [MORNING]


@pytest.mark.parametrize("kind", sorted(CAN_WAIT))
def test_a_mail_that_can_wait_is_not_tried_again_at_night(session: Session, kind: str) -> None:
    queue(kind, LATE)
    sent_by(Away(), LATE)
    assert [row.due_at for row in waiting(session)] == [MORNING]


def test_an_answer_to_somebody_who_pressed_is_tried_again_soon(session: Session) -> None:
    queue("confirmed", LATE)
    sent_by(Away(), LATE)
    (row,) = waiting(session)
    assert LATE < row.due_at < LATE + timedelta(minutes=6)


def test_what_says_how_long_it_holds_is_news_for_as_long() -> None:
    """Messages know no subject: here the two places that name one time are held together."""
    assert NEWS_FOR["code"] == LIFETIME
    assert NEWS_FOR["waiting_offered"] == KEPT_FOR


@pytest.mark.parametrize("kind", sorted(CAN_WAIT | set(NEWS_FOR)))
def test_each_kind_that_has_a_rule_is_sent_by_somebody(kind: str) -> None:
    """A kind that was given another name would lose its rule without a word."""
    files = [one for one in Path("portal").rglob("*.py") if one.name != "policy.py"]
    assert any(f'"{kind}"' in one.read_text() for one in files)
