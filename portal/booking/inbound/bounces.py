"""A message of ours that came back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.inbound.matching import Match
from portal.booking.inbound.verdicts import Outcome, Verdict, for_person, ignored
from portal.customers.models import Customer, Visit
from portal.messages.actions import bounced
from portal.messages.inbound.reading import Bounce
from portal.messages.models import OutboxMessage


def outcome_of_bounce(session: Session, bounce: Bounce, now: datetime) -> tuple[Match, Outcome]:
    """Note that a message came back for good; a second notice changes nothing.

    One that is only late goes on by itself. Nothing about the appointment changes.
    """
    sent = _message_of(session, bounce.token)
    if not bounce.is_final:
        return _whose(session, sent), ignored(Verdict.DELAYED)
    if sent is None or bounce.token is None:
        return Match(), for_person(Verdict.BOUNCE_UNKNOWN)
    bounced(session, bounce.token, now, bounce.diagnostic)
    return _whose(session, sent), Outcome(Verdict.BOUNCED)


def _message_of(session: Session, token: str | None) -> OutboxMessage | None:
    if token is None:
        return None
    return session.scalar(sa.select(OutboxMessage).where(OutboxMessage.bounce_token == token))


def _whose(session: Session, sent: OutboxMessage | None) -> Match:
    kind, _, number = sent.about.partition(":") if sent is not None else ("", "", "")
    if not number.isdigit():
        return Match()
    if kind == "visit":
        visit = session.get(Visit, int(number))
        return Match(visit.customer.id, visit.id) if visit is not None else Match()
    customer = session.get(Customer, int(number)) if kind == "customer" else None
    return Match(customer.id) if customer is not None else Match()
