"""The secret addresses of feeds: made, shown once, found by their hash, stopped.

The token is drawn by the portal's key from what the form carries, so that a form which is sent
twice or reloaded shows the same address again, although only its hash is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.calendar.errors import FeedStopped
from portal.calendar.models import FeedKind, FeedToken

TOKEN_BYTES = 20  # 160 bits, as 32 letters and digits that survive being read aloud
TOKEN = re.compile(r"[a-z2-7]{32}")
REVOKED_KEPT_FOR = timedelta(days=30)

_OWNER_COLUMNS: dict[FeedKind, InstrumentedAttribute[int | None]] = {
    FeedKind.CUSTOMER: FeedToken.customer_id,
    FeedKind.TECHNICIAN: FeedToken.technician_id,
    FeedKind.PLANNER: FeedToken.staff_id,
}


@dataclass(frozen=True, slots=True)
class FeedOwner:
    """Whose calendar is told: the id of a customer, a technician or a staff member."""

    kind: FeedKind
    id: int


def make_feed(
    session: Session, owner: FeedOwner, form_key: str, now: datetime, *, signing_key: str
) -> str:
    """Return the token of the owner's new address; the old one opens nothing any more.

    The same form again gets the same token. Raises FeedStopped when that was stopped since.
    Flushes, never commits.
    """
    _lock(session, owner)
    token = _drawn(owner, form_key, signing_key)
    known = session.scalar(sa.select(FeedToken).where(FeedToken.token_hash == _hash(token)))
    if known is not None and known.revoked_at is not None:
        raise FeedStopped
    if known is None:
        stop_feed(session, owner, now)
        _forget_revoked(session, owner, now)
        column = _OWNER_COLUMNS[owner.kind].key
        session.add(
            FeedToken(token_hash=_hash(token), kind=owner.kind, made_at=now, **{column: owner.id})
        )
        session.flush()
    return token


def stop_feed(session: Session, owner: FeedOwner, now: datetime) -> bool:
    """Let the owner's address open nothing any more; return whether there was one."""
    live = session.scalars(sa.select(FeedToken).where(*_live(owner))).all()
    for one in live:
        one.revoked_at = now
    session.flush()
    return bool(live)


def live_feed(session: Session, owner: FeedOwner) -> FeedToken | None:
    """Return the owner's address as it is stored (a hash, and since when), or None."""
    newest = sa.select(FeedToken).where(*_live(owner)).order_by(FeedToken.id.desc())
    return session.scalars(newest.limit(1)).first()


def feed_behind(session: Session, kind: FeedKind, token: str) -> FeedToken | None:
    """Return what a token opens, or None for one that is malformed, unknown, stopped or of another.

    It is looked up by its hash, so that the time of the answer tells nothing about near misses.
    """
    if not TOKEN.fullmatch(token):
        return None
    return session.scalar(
        sa.select(FeedToken).where(
            FeedToken.token_hash == _hash(token),
            FeedToken.kind == kind,
            FeedToken.revoked_at.is_(None),
        )
    )


def _lock(session: Session, owner: FeedOwner) -> None:
    """Let one address be made at a time: with two at once, both would live."""
    [key] = FeedToken.__table__.c[_OWNER_COLUMNS[owner.kind].key].foreign_keys
    session.execute(sa.select(key.column).where(key.column == owner.id).with_for_update()).all()


def _live(owner: FeedOwner) -> tuple[sa.ColumnElement[bool], ...]:
    return _OWNER_COLUMNS[owner.kind] == owner.id, FeedToken.revoked_at.is_(None)


def _forget_revoked(session: Session, owner: FeedOwner, now: datetime) -> None:
    session.execute(
        sa.delete(FeedToken).where(
            _OWNER_COLUMNS[owner.kind] == owner.id,
            FeedToken.revoked_at < now - REVOKED_KEPT_FOR,
        )
    )


def _drawn(owner: FeedOwner, form_key: str, signing_key: str) -> str:
    what = f"feed|{owner.kind.value}|{owner.id}|{form_key}"
    digest = hmac.new(signing_key.encode(), what.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:TOKEN_BYTES]).decode().lower()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
