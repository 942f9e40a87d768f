"""Ask, answer, want no questions, close. Each runs in the caller's writing transaction."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions.appointments import locked
from portal.booking.circumstances import Circumstances
from portal.booking.models import Appointment
from portal.customers.hours import Urgency, due_at
from portal.database import insert_if_new
from portal.feedback.errors import NoteMissing, NothingOpen
from portal.feedback.links import question_path
from portal.feedback.models import NoQuestions, Opinion, OpinionState, Went
from portal.feedback.notices import questions
from portal.feedback.policy import wants_a_call
from portal.feedback.queries import may_still_be_asked

OWNER = "desk"


def ask(
    session: Session, appointment: Appointment, circumstances: Circumstances, signing_key: str
) -> Opinion | None:
    """Ask how a visit went, at the customer's hour; None when something stands in the way now."""
    visit = locked(session, appointment.visit)
    now, customer = circumstances.now, visit.customer
    asked = sa.exists().where(Opinion.appointment_id == appointment.id)
    if session.scalar(sa.select(asked)) or not may_still_be_asked(session, appointment, now):
        return None
    opinion = Opinion(appointment=appointment, customer=customer, asked_at=now)
    session.add(opinion)
    session.flush()
    link = circumstances.site.base_url + question_path(opinion, signing_key)
    moment = due_at(customer.message_hour, now, Urgency.CAN_WAIT)
    questions(session, opinion, link, now, site=circumstances.site, due_at=moment)
    _note(session, opinion, "asked", circumstances)
    return opinion


def answer(
    session: Session, opinion: Opinion, went: Went, words: str, circumstances: Circumstances
) -> Opinion:
    """Keep an answer, once: the first one stands. Whoever is not content, or wrote, gets a call."""
    _locked(session, opinion)
    if opinion.state is not OpinionState.ASKED:
        return opinion
    is_content = went is Went.AS_EXPECTED
    stays_open = wants_a_call(is_content=is_content, words=words)
    opinion.went, opinion.words, opinion.answered_at = went, words, circumstances.now
    opinion.state = OpinionState.OPEN if stays_open else OpinionState.CLOSED
    opinion.owner = OWNER if stays_open else ""
    opinion.closed_at = None if stays_open else circumstances.now
    session.flush()
    _note(session, opinion, "answered", circumstances, {"went": went.value})
    return opinion


def want_no_questions(session: Session, opinion: Opinion, circumstances: Circumstances) -> None:
    """Ask this customer nothing any more; twice is once."""
    values = {"customer_id": opinion.customer_id, "told_at": circumstances.now}
    session.execute(insert_if_new(session, NoQuestions).values(**values))


def close(session: Session, opinion: Opinion, note: str, circumstances: Circumstances) -> Opinion:
    """Close an opinion with what was agreed; raises NoteMissing or NothingOpen."""
    if not note:
        raise NoteMissing
    _locked(session, opinion)
    if opinion.state is not OpinionState.OPEN:
        raise NothingOpen
    opinion.state, opinion.note = OpinionState.CLOSED, note
    opinion.owner, opinion.closed_at = circumstances.by, circumstances.now
    session.flush()
    _note(session, opinion, "closed", circumstances)
    return opinion


def _locked(session: Session, opinion: Opinion) -> None:
    session.refresh(opinion, with_for_update=True)


def _note(
    session: Session,
    opinion: Opinion,
    action: str,
    circumstances: Circumstances,
    detail: Mapping[str, object] | None = None,
) -> None:
    record(
        session,
        actor=circumstances.by,
        action=f"question.{action}",
        subject=f"visit:{opinion.appointment.visit_id}",
        now=circumstances.now,
        detail={"opinion": opinion.id, **(detail or {})},
    )
