"""What came back: known by its token, kept with its reason, shown until somebody acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.messages import actions
from portal.messages.addresses import token_in
from portal.messages.models import Medium, OutboxMessage, Stage
from portal.messages.outbox import enqueue
from portal.messages.queries import failed_messages
from portal.messages.sender import send_due
from portal.messages.smtp import SmtpChannel
from tests.factories import MONDAY_NOON
from tests.messages.letters import SITE, a_mail, sent_by
from tests.messages.mails import messages_about
from tests.messages.smtp_servers import mail_server

LATER = MONDAY_NOON + timedelta(hours=3)
REASON = "550 5.1.1 no such mailbox\r\nzoe@example.org"


def sent(session: Session, **values: object) -> tuple[OutboxMessage, str]:
    """Return a message that a server took, and the envelope's sender."""
    with transaction() as writing:
        enqueue(writing, a_mail(**values), MONDAY_NOON)
    with mail_server() as (url, inbox):
        assert sent_by(SmtpChannel(url), MONDAY_NOON).sent == 1
    session.expire_all()
    return messages_about(session, "visit:17")[-1], str(inbox.taken[0].mail_from)


def bounced(sender: str) -> OutboxMessage | None:
    token = token_in(sender)
    assert token
    with transaction() as writing:
        return actions.bounced(writing, token, LATER, REASON)


@pytest.mark.heart
def test_what_comes_back_is_known_by_the_envelope_it_went_out_in(session: Session) -> None:
    row, sender = sent(session)
    assert sender == f"bounce+{row.bounce_token}@warmhuis.example"
    assert b"bounce+" not in row.raw
    back = bounced(sender.upper())
    assert back
    assert (back.id, back.stage, back.bounced_at) == (row.id, Stage.BOUNCED, LATER)
    assert back.last_error == "Bounced: 550 5.1.1 no such mailbox zoe@example.org"
    assert back.recipient == "zoe@example.org"
    assert failed_messages(session) == [back]


def test_a_second_notice_and_an_unknown_token_change_nothing(session: Session) -> None:
    _row, sender = sent(session)
    assert bounced(sender)
    assert bounced(sender) is None
    with transaction() as writing:
        assert actions.bounced(writing, "b" * 20, LATER, REASON) is None


def test_every_message_has_a_token_of_its_own(session: Session) -> None:
    with transaction() as writing:
        rows = [enqueue(writing, a_mail(about=f"visit:{n}"), MONDAY_NOON) for n in range(50)]
        assert len({row.bounce_token for row in rows}) == 50


def test_without_tokens_the_plain_address_gets_what_comes_back(session: Session) -> None:
    with transaction() as writing:
        enqueue(writing, a_mail(), MONDAY_NOON)
    with mail_server() as (url, inbox):
        plain = replace(SITE, has_reply_tokens=False)
        send_due(MONDAY_NOON, {Medium.MAIL: SmtpChannel(url)}, plain)
    assert inbox.taken[0].mail_from == "afspraak@warmhuis.example"


def test_what_came_back_while_its_sender_waited_stays_so(session: Session) -> None:
    """A server may refuse within the second, sooner than we note that it was taken."""

    class Returning:
        def send(self, parcel, before_last_byte) -> None:  # type: ignore[no-untyped-def]
            before_last_byte()
            assert bounced(parcel.sender)

    with transaction() as writing:
        enqueue(writing, a_mail(), MONDAY_NOON)
    sent_by(Returning(), MONDAY_NOON)
    session.expire_all()
    assert messages_about(session, "visit:17")[0].stage is Stage.BOUNCED


def test_a_person_can_send_it_again_with_the_same_bytes(session: Session) -> None:
    row, sender = sent(session)
    number, raw = row.id, row.raw
    bounced(sender)
    with transaction() as writing:
        assert actions.try_again(writing, number, LATER)
    with mail_server() as (url, inbox):
        assert sent_by(SmtpChannel(url), LATER).sent == 1
    assert inbox.taken[0].content == raw
    session.expire_all()
    row = messages_about(session, "visit:17")[0]
    assert (row.stage, row.bounced_at) == (Stage.SENT, None)
    assert bounced(sender)
