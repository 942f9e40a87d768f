"""Makes and stops the address of somebody's own feed, and notes it in the audit trail."""

from __future__ import annotations

from datetime import datetime

from portal.access.actions import record
from portal.calendar.feed_tokens import FeedOwner, make_feed, stop_feed
from portal.database import transaction


def made_address(
    owner: FeedOwner, form_key: str, now: datetime, *, actor: str, subject: str, signing_key: str
) -> str:
    """Return the token of the owner's new address; the old one opens nothing any more.

    Commits. The same form again gets the same token; raises FeedStopped when that was stopped.
    """
    with transaction() as session:
        token = make_feed(session, owner, form_key, now, signing_key=signing_key)
        record(session, actor=actor, action="feed.made", subject=subject, now=now)
    return token


def stop_address(owner: FeedOwner, now: datetime, *, actor: str, subject: str) -> None:
    """Let the owner's address open nothing any more, if there is one. Commits."""
    with transaction() as session:
        if stop_feed(session, owner, now):
            record(session, actor=actor, action="feed.stopped", subject=subject, now=now)
