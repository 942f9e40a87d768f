"""Sends what is due: claim with a lease, send outside any transaction, settle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from time import monotonic

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, aliased

from portal.calendar.cleaning import one_line
from portal.database import transaction
from portal.messages.channels import Channel
from portal.messages.models import OutboxMessage, Stage
from portal.messages.outcomes import NotTaken, PermanentFailure
from portal.messages.retries import next_try

# Longer than the longest hand-over: eight steps of 30 s, the data, and 600 s for the answer.
LEASE = timedelta(minutes=20)
ERROR_LIMIT = 300

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SendReport:
    """How many messages were sent, put off and given up in one go."""

    sent: int
    retried: int
    failed: int


class Result(Enum):
    """What one try came to."""

    SENT = "sent"
    RETRIED = "retried"
    FAILED = "failed"


@dataclass(frozen=True)
class Claim:
    """A message that is ours until the lease ends; `tries` tells our claim from a later one."""

    id: int
    raw: bytes
    sender: str
    recipient: str
    tries: int


def send_due(now: datetime, channel: Channel, sender: str, limit: int | None = None) -> SendReport:
    """Return what became of the messages that are due at `now`, at most `limit` of them.

    `sender` is the envelope's sender, to which bounces go. Any number of senders may run at once.
    A sender that dies leaves its message to the next after the lease, with identical bytes.
    Commits by itself, so call it outside a transaction.
    """
    moment = _moments_from(now)
    results: list[Result] = []
    while limit is None or len(results) < limit:
        claim = _claim_next(moment(), sender)
        if claim is None:
            break
        results.append(_send(claim, channel, moment))
    return SendReport(
        sent=results.count(Result.SENT),
        retried=results.count(Result.RETRIED),
        failed=results.count(Result.FAILED),
    )


def _moments_from(now: datetime) -> Callable[[], datetime]:
    """Return a clock that goes on from `now`: a lease counts from its own claim."""
    started = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - started)


def _claim_next(now: datetime, sender: str) -> Claim | None:
    with transaction() as session:
        row = session.scalars(_claimable(now)).first()
        if row is None:
            return None
        row.lease_until = now + LEASE
        row.tries += 1
        return Claim(row.id, row.raw, sender, row.recipient, row.tries)


def _claimable(now: datetime) -> sa.Select[OutboxMessage]:
    """Select the next message that is due, free, and not behind an earlier one of its event.

    Rows that another sender is claiming are passed over (PostgreSQL; SQLite has one writer).
    """
    earlier = aliased(OutboxMessage)
    is_behind = sa.exists().where(
        earlier.uid == OutboxMessage.uid,
        earlier.sequence < OutboxMessage.sequence,
        earlier.stage == Stage.QUEUED,
    )
    return (
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.stage == Stage.QUEUED,
            OutboxMessage.due_at <= now,
            sa.or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until <= now),
            ~is_behind,
        )
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxMessage)
    )


def _send(claim: Claim, channel: Channel, moment: Callable[[], datetime]) -> Result:
    try:
        channel.send(claim.raw, claim.sender, claim.recipient)
    except NotTaken as failure:
        return _settle_failure(claim, failure, moment())
    with transaction() as session:
        _update(session, claim, {"stage": Stage.SENT, "sent_at": moment(), "last_error": ""})
    log.info("message sent", message=claim.id, tries=claim.tries)
    return Result.SENT


def _settle_failure(claim: Claim, failure: NotTaken, now: datetime) -> Result:
    wait = None if isinstance(failure, PermanentFailure) else next_try(claim.tries)
    kind = type(failure).__name__
    values = {"last_error": one_line(f"{kind}: {failure}", ERROR_LIMIT)}
    with transaction() as session:
        if wait is None:
            _update(session, claim, {**values, "stage": Stage.FAILED, "lease_until": None})
        else:
            _update(session, claim, {**values, "due_at": now + wait, "lease_until": None})
    log.warning("message not taken", message=claim.id, tries=claim.tries, kind=kind)
    return Result.FAILED if wait is None else Result.RETRIED


def _update(session: Session, claim: Claim, values: dict[str, object]) -> None:
    """Settle the claim, unless its lease ended and another sender claimed the message since."""
    settle = sa.update(OutboxMessage).where(
        OutboxMessage.id == claim.id, OutboxMessage.stage == Stage.QUEUED
    )
    if values.get("stage") is not Stage.SENT:  # a message that went out is sent, whoever asks
        settle = settle.where(OutboxMessage.tries == claim.tries)
    session.execute(settle.values(**values))
