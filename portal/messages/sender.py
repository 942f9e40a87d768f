"""Sends what is due: claim with a lease, send outside any transaction, settle.

Each message keeps how far it came: queued; handed over, from right before its last byte until the
answer; then sent, queued again or failed. A sender that dies in between leaves it handed over, and
after the lease it is sent again with identical bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from time import monotonic

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, aliased

from portal.calendar.cleaning import one_line
from portal.clock import by_day
from portal.database import transaction
from portal.messages.addresses import bounce_address
from portal.messages.channels import Channels
from portal.messages.models import UNSETTLED, Medium, OutboxMessage, Stage
from portal.messages.outcomes import ClaimLost, NotTaken, PermanentFailure, UnknownOutcome
from portal.messages.parcel import Channel, Parcel
from portal.messages.policy import CAN_WAIT, is_news
from portal.messages.retries import next_try
from portal.site import Site

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
    LEFT_TO_OTHERS = "left to others"


@dataclass(frozen=True)
class Try:
    """How it ended, and whether the channel was there at all."""

    result: Result
    channel_is_away: bool = False


@dataclass(frozen=True)
class Claim:
    """A message that is ours until the lease ends; `tries` tells our claim from a later one.

    One that `may_disturb` is tried again at night too.
    """

    id: int
    medium: Medium
    parcel: Parcel
    tries: int
    may_disturb: bool


def send_due(now: datetime, channels: Channels, site: Site, limit: int | None = None) -> SendReport:
    """Return what became of the messages that are due at `now`, at most `limit` of them.

    `site` says to which address bounces go. Any number of senders may run at once. A sender that
    dies leaves its message to the next after the lease, with identical bytes. A channel that is
    away costs one message its wait, not every message: the others of its medium stay due for the
    next call. What is no longer news is taken out, with a line in the log. Commits by itself, so
    call it outside a transaction.
    """
    moment = _moments_from(now)
    results: list[Result] = []
    away: set[Medium] = set()
    while limit is None or len(results) < limit:
        claim = _claim_next(moment(), site, away)
        if claim is None:
            break
        tried = _send(claim, channels[claim.medium], moment)
        results.append(tried.result)
        if tried.channel_is_away:
            away.add(claim.medium)
    return SendReport(
        sent=results.count(Result.SENT),
        retried=results.count(Result.RETRIED),
        failed=results.count(Result.FAILED),
    )


def _moments_from(now: datetime) -> Callable[[], datetime]:
    """Return a clock that goes on from `now`: a lease counts from its own claim."""
    started = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - started)


def _claim_next(now: datetime, site: Site, away: Collection[Medium]) -> Claim | None:
    with transaction() as session:
        while (row := session.scalars(_claimable(now, away)).first()) is not None:
            if is_news(row.kind, row.queued_at, now):
                return _claim(row, now, site)
            log.warning("message no longer news", message=row.id, kind=row.kind)
            session.delete(row)
            session.flush()
        return None


def _claim(row: OutboxMessage, now: datetime, site: Site) -> Claim:
    row.lease_until = now + LEASE
    row.tries += 1
    sender = bounce_address(site, row.bounce_token)
    parcel = Parcel(row.message_id, row.raw, sender, row.recipient)
    may_disturb = row.medium is Medium.MAIL and row.kind not in CAN_WAIT
    return Claim(row.id, row.medium, parcel, row.tries, may_disturb)


def _claimable(now: datetime, away: Collection[Medium]) -> sa.Select[OutboxMessage]:
    """Select the next message that is due, free, and not behind an earlier one of its event.

    Those of the media that are `away` are left alone; what somebody waits for comes first.
    Rows that another sender is claiming are passed over (PostgreSQL; SQLite has one writer).
    """
    earlier = aliased(OutboxMessage)
    is_behind = sa.exists().where(
        earlier.uid == OutboxMessage.uid,
        earlier.sequence < OutboxMessage.sequence,
        earlier.stage.in_(UNSETTLED),
    )
    return (
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.stage.in_(UNSETTLED),
            OutboxMessage.due_at <= now,
            OutboxMessage.medium.not_in(away),
            sa.or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until <= now),
            ~is_behind,
        )
        .order_by(OutboxMessage.kind.in_(CAN_WAIT), OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxMessage)
    )


def _send(claim: Claim, channel: Channel, moment: Callable[[], datetime]) -> Try:
    try:
        channel.send(claim.parcel, lambda: _hand_over(claim))
    except ClaimLost:
        log.warning("message left to another sender", message=claim.id, tries=claim.tries)
        return Try(Result.LEFT_TO_OTHERS)
    except NotTaken as failure:
        return Try(_settle_failure(claim, failure, moment()), failure.channel_is_away)
    with transaction() as session:
        _update(session, claim, {"stage": Stage.SENT, "sent_at": moment(), "last_error": ""})
    log.info("message sent", message=claim.id, tries=claim.tries)
    return Try(Result.SENT)


def _hand_over(claim: Claim) -> None:
    """Note that from now on the message may be with its receiver; raises ClaimLost."""
    with transaction() as session:
        if not _update(session, claim, {"stage": Stage.HANDED_OVER}):
            raise ClaimLost


def _settle_failure(claim: Claim, failure: NotTaken, now: datetime) -> Result:
    """Put the message back or give it up; after an unknown outcome it stays handed over."""
    wait = None if isinstance(failure, PermanentFailure) else next_try(claim.tries)
    kind = type(failure).__name__
    values: dict[str, object] = {
        "last_error": one_line(f"{kind}: {failure}", ERROR_LIMIT),
        "lease_until": None,
    }
    if wait is None:
        values["stage"] = Stage.FAILED
    else:
        is_unknown = isinstance(failure, UnknownOutcome)
        values["stage"] = Stage.HANDED_OVER if is_unknown else Stage.QUEUED
        values["due_at"] = now + wait if claim.may_disturb else by_day(now + wait)
    with transaction() as session:
        _update(session, claim, values)
    log.warning("message not taken", message=claim.id, tries=claim.tries, kind=kind)
    return Result.FAILED if wait is None else Result.RETRIED


def _update(session: Session, claim: Claim, values: dict[str, object]) -> bool:
    """Write how far the message came; False when another sender claimed or settled it since.

    What came back in the meantime stays so.
    """
    settle = sa.update(OutboxMessage).where(
        OutboxMessage.id == claim.id, OutboxMessage.stage.in_(UNSETTLED)
    )
    if values.get("stage") is not Stage.SENT:  # a message that went out is sent, whoever asks
        settle = settle.where(OutboxMessage.tries == claim.tries)
    return session.execute(settle.values(**values).returning(OutboxMessage.id)).first() is not None
