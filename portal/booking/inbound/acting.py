"""A mail that was understood: what happens to the appointment, to the customer, on the desk's list.

Runs in the caller's writing transaction, and leaves in the row of the mail what it was, whose it
is, and whether a person looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.circumstances import Circumstances
from portal.booking.inbound.bounces import outcome_of_bounce
from portal.booking.inbound.matching import Match, matched, sender_of
from portal.booking.inbound.repeats import RECEIVED, waits_already, was_said_before
from portal.booking.inbound.replies import Answer, outcome_of_reply
from portal.booking.inbound.verdicts import Outcome, Verdict, for_person, ignored
from portal.booking.models import Appointment
from portal.messages.inbound.reading import (
    Bounce,
    CalendarReply,
    FreeText,
    OutOfOffice,
    Reading,
    Refused,
    Trust,
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
    match, outcome, appointment = _decided(session, reading, decided, signing_key)
    message.customer_id, message.visit_id = match.customer_id, match.visit_id
    message.verdict, message.state = _in_short(outcome, reading), outcome.state
    noted: dict[str, object] = {"message": message.id}
    if isinstance(reading.content, CalendarReply):
        _keep_words(message, reading.content.comment)
        if appointment is not None:
            said = _Said(appointment, reading.content, reading.trust is Trust.PROVEN)
            message.state = _state(session, message, said)
            noted |= {"answered": [appointment.id, said.reply.sequence], "proven": said.is_proven}
        elif reading.content.comment:
            message.state = InboundState.FOR_PERSON
    message.urgent = outcome.urgent and message.state is InboundState.FOR_PERSON
    session.flush()
    if message.state is InboundState.FOR_PERSON and match.customer_id is not None:
        _record(session, message, now, noted)


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer to the invite of an appointment, proven to be its customer's or not."""

    appointment: Appointment
    reply: CalendarReply
    is_proven: bool


def _keep_words(message: InboundMessage, comment: str) -> None:
    if comment and comment not in message.excerpt:
        message.excerpt = f"{comment}\n\n{message.excerpt}".strip()[:LONGEST_EXCERPT]


def _state(session: Session, message: InboundMessage, said: _Said) -> InboundState:
    """Return whether people look at it: not at what they have or had already, which stays stored.

    What was typed is always for people, whatever follows from the answer by itself.
    """
    words, sequence = said.reply.comment, said.reply.sequence
    if words and not was_said_before(session, message, said.appointment, sequence):
        return InboundState.FOR_PERSON
    if message.state is not InboundState.FOR_PERSON:
        return message.state
    is_known = waits_already(session, message, said.appointment, is_proven=said.is_proven)
    return InboundState.IGNORED if is_known else InboundState.FOR_PERSON


def _decided(
    session: Session, reading: Reading, decided: Circumstances, signing_key: str
) -> tuple[Match, Outcome, Appointment | None]:
    content = reading.content
    if isinstance(content, CalendarReply):
        match, appointment = matched(session, reading.reply_token, content)
        if appointment is None:
            return match, for_person(match.problem or Verdict.OTHER_APPOINTMENT), None
        answer = Answer(session, appointment, content, reading.trust, decided, signing_key)
        return match, outcome_of_reply(answer), appointment
    if isinstance(content, Bounce):
        return *outcome_of_bounce(session, content, decided.now), None
    match = sender_of(session, reading.reply_token, decided.now)
    return match, _outcome_of_mail(content), None


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


def _record(
    session: Session, message: InboundMessage, now: datetime, noted: dict[str, object]
) -> None:
    """Let it stand in the customer's file as well, in its place among what happened."""
    about = f"customer:{message.customer_id}"
    record(
        session,
        actor="customer",
        action=RECEIVED,
        subject=f"visit:{message.visit_id}" if message.visit_id else about,
        now=now,
        detail=noted,
    )
