"""Puts a message in the outbox, in the transaction of what it tells."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from portal.calendar.cleaning import one_line
from portal.database import after_commit
from portal.jobs import SEND_MESSAGES, wake
from portal.mail import AddressUnusable, mail_address
from portal.messages.addresses import new_token
from portal.messages.compose import SUBJECT_LIMIT, Mail, compose, message_id
from portal.messages.models import OutboxMessage


def enqueue(
    session: Session, mail: Mail, now: datetime, due_at: datetime | None = None
) -> OutboxMessage:
    """Return the new row with the mail's frozen bytes, to be sent from `due_at` (now) on.

    Flushes, never commits; after the commit the sender is woken. A second message for one (uid,
    sequence, method), or of one kind about one thing at one moment, is refused by the database
    (IntegrityError).
    """
    message = OutboxMessage(
        kind=mail.kind,
        about=mail.about,
        recipient=mail_address(mail.recipient.address),
        subject=one_line(mail.subject, SUBJECT_LIMIT),
        message_id=message_id(mail, now),
        raw=compose(mail, now),
        queued_at=now,
        due_at=due_at or now,
        bounce_token=new_token(),
    )
    if mail.invite:
        message.uid = mail.invite.uid
        message.sequence = mail.invite.sequence
        message.method = mail.invite.method.value
    session.add(message)
    session.flush()
    after_commit(session, SEND_MESSAGES, partial(wake, SEND_MESSAGES))
    return message


def can_be_mailed(address: str | None) -> bool:
    """Whether there is an address, and one that a mail can safely be sent to."""
    try:
        return bool(address) and bool(mail_address(address or ""))
    except AddressUnusable:
        return False
