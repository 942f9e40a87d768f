"""A mail that was understood: what happens to the appointment, to the customer, on the desk's list.

Runs in the caller's writing transaction, and leaves in the row of the mail what it was, whose it
is, and whether a person looks at it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.circumstances import Circumstances
from portal.booking.inbound.bounces import outcome_of_bounce
from portal.booking.inbound.matching import Match, matched, sender_of
from portal.booking.inbound.replies import Answer, outcome_of_reply
from portal.booking.inbound.verdicts import Outcome, Verdict, for_person, ignored
from portal.messages.inbound.reading import (
    Bounce,
    CalendarReply,
    FreeText,
    OutOfOffice,
    Reading,
    Refused,
)
from portal.messages.models import InboundMessage, InboundState
from portal.site import Site

BY = "calendar"
LONGEST_VERDICT = 300
LONGEST_EXCERPT = 2000


def handle(
    session: Session,
    message: InboundMessage,
    reading: Reading,
    now: datetime,
    *,
    site: Site,
    signing_key: str,
) -> None:
    """Act on a mail once. What it says wrongly, or twice, changes nothing."""
    decided = Circumstances(now, BY, site)
    match, outcome = _decided(session, reading, decided, signing_key)
    comment = reading.content.comment if isinstance(reading.content, CalendarReply) else ""
    message.customer_id, message.visit_id = match.customer_id, match.visit_id
    message.state = InboundState.FOR_PERSON if comment else outcome.state
    message.urgent = outcome.urgent
    message.verdict = _in_short(outcome, reading)
    if comment and comment not in message.excerpt:
        message.excerpt = f"{comment}\n\n{message.excerpt}".strip()[:LONGEST_EXCERPT]
    session.flush()
    if message.state is InboundState.FOR_PERSON and match.customer_id is not None:
        _record(session, message, now)


def _decided(
    session: Session, reading: Reading, decided: Circumstances, signing_key: str
) -> tuple[Match, Outcome]:
    content = reading.content
    if isinstance(content, CalendarReply):
        match, appointment = matched(session, reading.reply_token, content)
        if appointment is None:
            return match, for_person(match.problem or Verdict.OTHER_APPOINTMENT)
        answer = Answer(session, appointment, content, reading.trust, decided, signing_key)
        return match, outcome_of_reply(answer)
    if isinstance(content, Bounce):
        return outcome_of_bounce(session, content, decided.now)
    match = sender_of(session, reading.reply_token, decided.now)
    return match, _outcome_of_mail(content)


def _outcome_of_mail(content: FreeText | OutOfOffice | Refused) -> Outcome:
    match content:
        case OutOfOffice():
            return ignored(Verdict.OUT_OF_OFFICE)
        case FreeText():
            return for_person(Verdict.WROTE)
        case Refused():
            return for_person(Verdict.REFUSED)


def _in_short(outcome: Outcome, reading: Reading) -> str:
    reason = reading.content.reason if isinstance(reading.content, Refused) else ""
    return f"{outcome.verdict.value}:{reason}"[:LONGEST_VERDICT].rstrip(":")


def _record(session: Session, message: InboundMessage, now: datetime) -> None:
    """Let it stand in the customer's file as well, in its place among what happened."""
    about = f"customer:{message.customer_id}"
    record(
        session,
        actor="customer",
        action="mail.received",
        subject=f"visit:{message.visit_id}" if message.visit_id else about,
        now=now,
        detail={"message": message.id},
    )
