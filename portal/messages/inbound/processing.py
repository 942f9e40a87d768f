"""What comes in is stored first, and understood later: a row is claimed, read and acted upon."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from portal.calendar.cleaning import one_line
from portal.database import insert_if_new, transaction
from portal.messages.inbound.apart import Read, reader
from portal.messages.inbound.own import Us
from portal.messages.inbound.reading import (
    Bounce,
    CalendarReply,
    Content,
    FreeText,
    OutOfOffice,
    Reading,
)
from portal.messages.models import InboundMessage, InboundState, OutboxMessage
from portal.settings import Settings, current_settings

READ_INBOUND = "read_inbound"  # the job
TRIES = 3
VERDICT_LIMIT = 300

Handle = Callable[[Session, InboundMessage, Reading, datetime], None]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Processed:
    """How many mails were understood, and how many are tried again or were put aside."""

    done: int
    failed: int


@dataclass(frozen=True)
class Claim:
    """A mail that we read; `tries` tells our claim from a later one."""

    id: int
    raw: bytes
    tries: int


def store(session: Session, raw: bytes, source: str, now: datetime) -> InboundMessage:
    """Return the row of a mail, new or known: the same bytes twice are one row.

    `source` says where it came from ("imap", "pipe"), at most 20 characters. Nothing is read. The
    mail is ours once the transaction is committed, not before.
    """
    digest = hashlib.sha256(raw).hexdigest()
    session.execute(
        insert_if_new(session, InboundMessage).values(
            digest=digest, raw=raw, source=source, received_at=now, state=InboundState.NEW
        )
    )
    return session.scalars(sa.select(InboundMessage).where(InboundMessage.digest == digest)).one()


def read_new(now: datetime, handle: Handle, read: Read | None = None) -> Processed:
    """Read every new mail once and let `handle` act upon it; commits by itself.

    Each has a transaction of its own, with what it says filled in. One that fails stays new for the
    next run, and after three tries it is for a person. `handle` sets the row's state; one that it
    leaves new is for a person too. `read` is the reader in a process of its own, unless given.
    """
    if read is not None:
        return _each_new(now, handle, read)
    with reader(us_from(current_settings())) as apart:
        return _each_new(now, handle, apart)


def us_from(settings: Settings) -> Us:
    """Return our addresses and our mail server's name, as set."""
    return Us(settings.company_email, settings.bounce_name, settings.authserv_id)


def _each_new(now: datetime, handle: Handle, read: Read) -> Processed:
    results = []
    after = 0
    while (claim := _claim_next(after)) is not None:
        results.append(_take(claim, handle, read, now))
        after = claim.id
    return Processed(results.count(True), results.count(False))


def _claim_next(after: int) -> Claim | None:
    """Claim the next new mail; the try counts even if we die of it."""
    with transaction() as session:
        row = session.scalars(
            sa.select(InboundMessage)
            .where(InboundMessage.state == InboundState.NEW, InboundMessage.id > after)
            .order_by(InboundMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        row.tries += 1
        return Claim(row.id, row.raw, row.tries)


def _take(claim: Claim, handle: Handle, read: Read, now: datetime) -> bool:
    """Read a mail and act upon it; return whether that succeeded."""
    reading = None
    try:
        if claim.tries > TRIES:
            raise DiedOfIt("whoever read it died of it")
        reading = read(claim.raw)
        with transaction() as session:
            _act(session, claim, reading, handle, now)
    except Exception as fault:
        log.warning("mail not understood", inbound=claim.id, tries=claim.tries, exc_info=True)
        if claim.tries >= TRIES:
            _put_aside(claim, reading, fault)
        return False
    log.info("mail understood", inbound=claim.id, kind=kind_of(reading.content))
    return True


class DiedOfIt(Exception):
    """Three tries to read a mail never came to an end."""


def _act(session: Session, claim: Claim, reading: Reading, handle: Handle, now: datetime) -> None:
    row = _claimed(session, claim)
    if row is None:
        return
    _fill(row, reading)
    handle(session, row, _with_token(session, reading), now)
    if row.state is InboundState.NEW:
        row.state = InboundState.FOR_PERSON


def _put_aside(claim: Claim, reading: Reading | None, fault: Exception) -> None:
    reason = one_line(f"{TRIES} tries failed: {type(fault).__name__}: {fault}", VERDICT_LIMIT)
    with transaction() as session:
        row = _claimed(session, claim)
        if row is None:
            return
        if reading is not None:
            _fill(row, reading)
        row.state, row.verdict = InboundState.FOR_PERSON, reason


def _claimed(session: Session, claim: Claim) -> InboundMessage | None:
    """Return the row, locked; None when somebody else claimed or settled it since."""
    row = session.get(InboundMessage, claim.id, with_for_update=True, populate_existing=True)
    is_ours = row is not None and row.state is InboundState.NEW and row.tries == claim.tries
    return row if is_ours else None


def _fill(row: InboundMessage, reading: Reading) -> None:
    row.kind = kind_of(reading.content)
    row.sender, row.subject, row.excerpt = reading.sender, reading.subject, reading.excerpt


def kind_of(content: Content) -> str:
    """Return the word for what a mail turned out to be: that of an answer, or its own."""
    if isinstance(content, CalendarReply):
        return content.kind.value
    if isinstance(content, Bounce):
        return "bounce" if content.is_final else "delay"
    if isinstance(content, OutOfOffice):
        return "out_of_office"
    return "free_text" if isinstance(content, FreeText) else "refused"


def _with_token(session: Session, reading: Reading) -> Reading:
    """Return the reading with a bounce's token, found by the Message-ID of what came back."""
    content = reading.content
    if not isinstance(content, Bounce) or content.token or not content.message_id:
        return reading
    wanted = sa.select(OutboxMessage.bounce_token).where(
        OutboxMessage.message_id == content.message_id
    )
    return replace(reading, content=replace(content, token=session.scalar(wanted)))
