from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.mail import AddressUnusable
from portal.messages.compose import Mailbox, compose
from portal.messages.models import OutboxMessage, Stage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.messages.queries import failed_messages, waiting_messages
from tests.factories import MONDAY_NOON
from tests.messages.letters import a_mail, a_mail_with_invite
from tests.messages.mails import messages_about

pytestmark = pytest.mark.heart
LATER = MONDAY_NOON + timedelta(hours=2)


def test_a_message_is_kept_with_its_frozen_bytes(session: Session) -> None:
    with transaction() as writing:
        enqueue(writing, a_mail_with_invite(sequence=3), MONDAY_NOON)
    session.expire_all()
    (row,) = messages_about(session, "visit:17")
    assert row.raw.startswith(b"From: Warmhuis Onderhoud")
    assert row.message_id.encode() in row.raw
    assert (row.sequence, row.method, row.stage) == (3, "REQUEST", Stage.QUEUED)
    assert row.due_at == row.queued_at == MONDAY_NOON


def test_what_is_rolled_back_is_never_told(session: Session) -> None:
    def change_that_fails() -> None:
        with transaction() as writing:
            enqueue(writing, a_mail(), MONDAY_NOON)
            raise KeyError

    with pytest.raises(KeyError):
        change_that_fails()
    assert waiting_messages(session) == []


def test_one_state_of_an_event_is_told_once(session: Session) -> None:
    enqueue(session, a_mail_with_invite(), MONDAY_NOON)
    with pytest.raises(IntegrityError):
        enqueue(session, a_mail_with_invite(), LATER)
    session.rollback()


def test_an_address_that_is_not_plain_is_not_queued(session: Session) -> None:
    with pytest.raises(AddressUnusable):
        enqueue(session, a_mail(recipient=Mailbox("A", "a@b.nl,c@d.nl")), MONDAY_NOON)


def test_a_message_can_wait_for_its_hour(session: Session) -> None:
    enqueue(session, a_mail(), MONDAY_NOON, due_at=LATER)
    assert [row.due_at for row in waiting_messages(session)] == [LATER]


def test_failed_messages_wait_for_a_person(session: Session) -> None:
    enqueue(session, a_mail(about="visit:1"), MONDAY_NOON)
    enqueue(session, a_mail(about="visit:2"), MONDAY_NOON)
    failed = sa.update(OutboxMessage).where(OutboxMessage.about == "visit:1")
    session.execute(failed.values(stage=Stage.FAILED))
    assert [row.about for row in failed_messages(session)] == ["visit:1"]
    assert [row.about for row in waiting_messages(session)] == ["visit:2"]


def test_equal_mails_have_equal_content_but_for_their_boundaries() -> None:
    first, second = compose(a_mail(), MONDAY_NOON), compose(a_mail(), MONDAY_NOON)
    assert len(first) == len(second)


@pytest.mark.parametrize("address", [None, "", " ", "a", "a@b", "a@b.nl\n"])
def test_who_can_be_mailed(address: str | None) -> None:
    assert can_be_mailed("zoe@example.org")
    assert can_be_mailed(address) == (address == "a@b.nl\n")  # spaces around it are forgiven
