"""The keys of programs: made, shown once, found by their hash, revoked.

A key is 256 random bits, so a plain SHA-256 keeps it: there is nothing to guess from a dictionary.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.access.errors import KeyNameMissing, KeyUnknown
from portal.access.models import ApiKey

PREFIX = "tijdvenster_"  # so that a person, or a program that looks for secrets, knows one
KEY = re.compile(PREFIX + r"[\w-]{43}", re.ASCII)
NOTED_EVERY = timedelta(minutes=5)  # a moment for each request would be a write for each read
LONGEST_NAME = 80


def make_key(
    session: Session, name: str, branch_id: int | None, now: datetime, *, actor: str
) -> tuple[ApiKey, str]:
    """Return a new key as it is stored, and the secret that nobody is shown again.

    Without a branch it opens all. Raises KeyNameMissing. Flushes, never commits.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise KeyNameMissing
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(name=name, key_hash=_hash(secret), branch_id=branch_id, made_at=now)
    session.add(key)
    session.flush()
    record(session, actor=actor, action="api_key.made", subject=actor_of(key), now=now)
    return key, secret


def revoke_key(session: Session, key_id: int, now: datetime, *, actor: str) -> ApiKey:
    """Let a key open nothing any more, from its next request on; twice changes nothing more.

    Raises KeyUnknown.
    """
    key = session.get(ApiKey, key_id)
    if key is None:
        raise KeyUnknown
    if key.revoked_at is None:
        key.revoked_at = now
        record(session, actor=actor, action="api_key.revoked", subject=actor_of(key), now=now)
    return key


def all_keys(session: Session) -> Sequence[ApiKey]:
    """Return every key that was ever made, the newest last."""
    return session.scalars(sa.select(ApiKey).order_by(ApiKey.id)).all()


def key_behind(session: Session, secret: str) -> ApiKey | None:
    """Return the live key with this secret, or None for one that is malformed, unknown or revoked.

    It is looked up by its hash, so that the time of the answer tells nothing about near misses.
    """
    if not KEY.fullmatch(secret):
        return None
    return session.scalar(
        sa.select(ApiKey).where(ApiKey.key_hash == _hash(secret), ApiKey.revoked_at.is_(None))
    )


def is_to_be_noted(key: ApiKey, now: datetime) -> bool:
    """Return whether it is long enough ago that the key's use was noted."""
    return key.last_used_at is None or key.last_used_at <= now - NOTED_EVERY


def note_use(session: Session, key_id: int, now: datetime) -> None:
    """Note that a key was used at a moment."""
    session.execute(sa.update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now))


def actor_of(key: ApiKey) -> str:
    """Return a key as the audit trail writes it: 'api_key:3'."""
    return f"api_key:{key.id}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
