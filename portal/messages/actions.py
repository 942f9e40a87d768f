"""What happens to messages that did not go out, or came back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.calendar.cleaning import one_line
from portal.database import after_commit
from portal.jobs import SEND_MESSAGES, wake
from portal.messages.compose import Mailbox, readdressed
from portal.messages.models import FOR_A_PERSON, OutboxMessage, Stage

REASON_LIMIT = 300
SENT_LATELY = timedelta(hours=1)


def bounced(session: Session, token: str, now: datetime, reason: str) -> OutboxMessage | None:
    """Note that a message came back for good, and why; the desk sees it until someone acts.

    Returns the message; None for an unknown token or a second notice about the same message. A
    notice that a message is only delayed is no bounce.
    """
    back = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.bounce_token == token, OutboxMessage.stage != Stage.BOUNCED)
        .values(
            stage=Stage.BOUNCED,
            bounced_at=now,
            last_error=one_line(f"Bounced: {reason}", REASON_LIMIT),
            lease_until=None,
        )
        .returning(OutboxMessage.id)
    )
    found = session.execute(back).scalar()
    return None if found is None else session.get(OutboxMessage, found, populate_existing=True)


def send_once_more(session: Session, identity: tuple[str, int, str], now: datetime) -> bool:
    """Put a message that was sent in the queue once more, with identical bytes; return whether.

    `identity` is its (uid, sequence, method). Within an hour of the last time it is not: whoever
    makes us send cannot make us send much.
    """
    uid, sequence, method = identity
    again = (
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.uid == uid,
            OutboxMessage.sequence == sequence,
            OutboxMessage.method == method,
            OutboxMessage.stage == Stage.SENT,
            OutboxMessage.sent_at <= now - SENT_LATELY,
        )
        .values(stage=Stage.QUEUED, due_at=now, tries=0, lease_until=None)
        .returning(OutboxMessage.id)
    )
    if session.execute(again).scalar() is None:
        return False
    after_commit(session, SEND_MESSAGES, partial(wake, SEND_MESSAGES))
    return True


def try_again(session: Session, message_id: int, now: datetime) -> bool:
    """Put back what was given up or came back, due now, with identical bytes.

    Returns False when it is not one, or when a later message about the same event exists: what
    is no longer true is not sent.
    """
    later = aliased(OutboxMessage)
    overtaken = sa.exists().where(
        later.uid == OutboxMessage.uid, later.sequence > OutboxMessage.sequence
    )
    again = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.stage.in_(FOR_A_PERSON), ~overtaken)
        .values(stage=Stage.QUEUED, due_at=now, tries=0, lease_until=None, bounced_at=None)
        .returning(OutboxMessage.id)
    )
    return session.execute(again).scalar() is not None


def withdraw(session: Session, message_id: int) -> bool:
    """Take back a message that no sender has touched yet; return False when one has."""
    untouched = (
        sa.delete(OutboxMessage)
        .where(
            OutboxMessage.id == message_id,
            OutboxMessage.stage == Stage.QUEUED,
            OutboxMessage.tries == 0,
        )
        .returning(OutboxMessage.id)
    )
    return session.execute(untouched).scalar() is not None


def withdraw_outdated(session: Session, about: str) -> int:
    """Take back what was written about a thing and not sent, but for invites; return how many.

    For what is told of an appointment that is no longer as it was, or of a choice that was made.
    Whoever is sending one now finds it gone before the last byte, and leaves it.
    """
    unsent = (Stage.QUEUED, Stage.FAILED)
    return _deleted(session, unsent, OutboxMessage.about == about, OutboxMessage.uid.is_(None))


def withdraw_invites(session: Session, uid: str, now: datetime) -> int:
    """Take back the invites of an event that wait for the morning; return how many.

    One that was written to go at once stays, also when `now` is a little earlier: that of somebody
    who stood in line for a lock meanwhile.
    """
    waits_still = sa.and_(OutboxMessage.due_at > now, OutboxMessage.tries == 0)
    was_put_off = OutboxMessage.due_at > OutboxMessage.queued_at
    return _deleted(session, (Stage.QUEUED,), OutboxMessage.uid == uid, waits_still, was_put_off)


def readdress_waiting(
    session: Session, abouts: Collection[str], former: str, sender: Mailbox, recipient: Mailbox
) -> int:
    """Let mails about these things that wait for a former address go to another; return how many.

    Not the invites: an entry that is known at an address ends there. Whoever is sending one now
    finds it changed before the last byte, and leaves it.
    """
    waiting = session.scalars(
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.about.in_(abouts),
            OutboxMessage.recipient == former,
            OutboxMessage.stage == Stage.QUEUED,
            OutboxMessage.uid.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for message in waiting:
        message.raw = readdressed(message.raw, sender, recipient)
        message.recipient = recipient.address
        if message.lease_until is not None:
            message.tries += 1  # the claim is lost
            message.lease_until = None
    session.flush()
    return len(waiting)


def is_known_outside(session: Session, uid: str) -> bool:
    """Return whether anything about an event went out, or is to go."""
    return session.scalar(sa.select(sa.exists().where(OutboxMessage.uid == uid))) or False


def _deleted(session: Session, stages: Collection[Stage], *which: sa.ColumnElement[bool]) -> int:
    gone = sa.delete(OutboxMessage).where(OutboxMessage.stage.in_(stages), *which)
    return len(session.execute(gone.returning(OutboxMessage.id)).all())
