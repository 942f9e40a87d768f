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

    Only the token counts, which stands in no mail's text. By Message-ID alone a person sees whose
    it is: everybody who got the mail knows that one.
    """
    sent = _message_of(session, bounce)
    if sent is None:
        return Match(), for_person(Verdict.BOUNCE_UNKNOWN)
    match = _whose(session, sent)
    if not bounce.is_final:
        return match, ignored(Verdict.DELAYED)
    if bounce.token is None or bounce.token != sent.bounce_token:
        return match, for_person(Verdict.BOUNCE_UNKNOWN)
    bounced(session, bounce.token, now, bounce.diagnostic)
    return match, Outcome(Verdict.BOUNCED)


def _message_of(session: Session, bounce: Bounce) -> OutboxMessage | None:
    if bounce.token is not None:
        is_it = OutboxMessage.bounce_token == bounce.token
    else:
        is_it = OutboxMessage.message_id == bounce.message_id
    return session.scalar(sa.select(OutboxMessage).where(is_it))


def _whose(session: Session, sent: OutboxMessage) -> Match:
    kind, _, number = sent.about.partition(":")
    if not number.isdigit():
        return Match()
    if kind == "visit":
        visit = session.get(Visit, int(number))
        return Match(visit.customer.id, visit.id) if visit is not None else Match()
    customer = session.get(Customer, int(number)) if kind == "customer" else None
    return Match(customer.id) if customer is not None else Match()
