"""What all feeds and the pages around them share: the answer to a calendar, the address to show."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request
from sqlalchemy.orm import Session

from portal.calendar.feed_tokens import FeedOwner, live_feed

CONTENT_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A person's address as the page shows it; `address` is empty unless it was made just now.

    `make` and `stop` are paths to post to, `key` goes along, `since` is when the address was made.
    """

    make: str
    stop: str
    key: str
    since: datetime | None
    address: str = ""

    @property
    def webcal(self) -> str:
        """The address that opens in a calendar program, or ""."""
        _, colon, rest = self.address.partition(":")
        return f"webcal{colon}{rest}" if rest else ""


def subscription_of(
    session: Session, owner: FeedOwner, make: str, stop: str, address: str = ""
) -> Subscription:
    """Return what the owner's page shows. With an address just made, its form can be sent again."""
    live = live_feed(session, owner)
    return Subscription(make, stop, new_form_key(), live.made_at if live else None, address)


def new_form_key() -> str:
    """Return a fresh key for the form that makes an address."""
    return secrets.token_urlsafe(16)


def feed_answer(ics: bytes) -> Response:
    """Return the feed to a calendar, or 304 when it has these bytes already."""
    response = Response(ics, content_type=CONTENT_TYPE)
    response.set_etag(hashlib.sha256(ics).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.make_conditional(request)
    return response
