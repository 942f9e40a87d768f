"""Mail that came in and that a person has to look at: the urgent first, then the newest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.models import Appointment
from portal.booking.queries import last_appointment
from portal.console.audit import actor_names
from portal.customers.models import Customer
from portal.messages.models import InboundMessage, InboundState

PER_PAGE = 25
ANSWERED, NO_ANSWER_NEEDED, PUT_BACK = "answered", "no_answer_needed", "put_back"
OPENING = 160  # characters of a mail that the list shows


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as the list shows it; `customer_name` is "" when nobody knows whose it is."""

    message_id: int
    sender: str
    subject: str
    opening: str
    verdict: str
    urgent: bool
    received_at: datetime
    customer_id: int | None
    customer_name: str
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of a branch's mail, counted from 1, and how many mails there are in all."""

    rows: tuple[Received, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Doing:
    """What a colleague does with a mail: one of ANSWERED, NO_ANSWER_NEEDED and PUT_BACK."""

    by: str
    action: str
    now: datetime


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """One mail with whose it is, and who said that it is dealt with."""

    message: InboundMessage
    customer: Customer | None
    appointment: Appointment | None
    handled_by: str

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a person."""
        return self.message.state is InboundState.FOR_PERSON

    @property
    def was_answered(self) -> bool:
        """Whether somebody said that it was answered; otherwise that no answer was needed."""
        return self.message.state is InboundState.ANSWERED


def inbox(session: Session, branch_id: int, page: int, *, dealt_with: bool = False) -> Inbox:
    """Return a page of what waits, or of what people dealt with; the last page for one beyond it.

    Mail of nobody we know is of every branch, so that somebody sees it.
    """
    total = number_of_mails(session, branch_id, dealt_with=dealt_with)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    order = (
        (InboundMessage.handled_at.desc(),)
        if dealt_with
        else (InboundMessage.urgent.desc(), InboundMessage.received_at.desc())
    )
    found = session.execute(
        _of_branch(branch_id, dealt_with=dealt_with)
        .with_only_columns(*_COLUMNS)
        .order_by(*order, InboundMessage.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return Inbox(tuple(_received(row) for row in found), page, pages, total)


def number_of_mails(session: Session, branch_id: int, *, dealt_with: bool = False) -> int:
    """Return how many mails wait for a person, or how many people dealt with."""
    wanted = _of_branch(branch_id, dealt_with=dealt_with)
    return session.scalar(wanted.with_only_columns(sa.func.count(InboundMessage.id))) or 0


def opened_mail(session: Session, message_id: int) -> OpenedMail | None:
    """Return one mail that people look at, or looked at; None for any other."""
    message = session.get(InboundMessage, message_id)
    if message is None or not _is_for_people(message):
        return None
    customer_id, visit_id = message.customer_id, message.visit_id
    handled_by = message.handled_by
    return OpenedMail(
        message=message,
        customer=session.get(Customer, customer_id) if customer_id else None,
        appointment=last_appointment(session, visit_id) if visit_id else None,
        handled_by=actor_names(session, [handled_by])[handled_by] if handled_by else "",
    )


def mails_of(session: Session, customer_id: int) -> tuple[Received, ...]:
    """Return the mails of a customer that people look at or looked at, newest first."""
    found = session.execute(
        sa.select(*_COLUMNS)
        .join(Customer, Customer.id == InboundMessage.customer_id)
        .where(InboundMessage.customer_id == customer_id, _FOR_PEOPLE)
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
    )
    return tuple(_received(row) for row in found)


def settle_mail(session: Session, message_id: int, done: Doing) -> bool:
    """Note who dealt with a mail, and how; return False when somebody did so before."""
    state = InboundState.ANSWERED if done.action == ANSWERED else InboundState.IGNORED
    waits = InboundMessage.state == InboundState.FOR_PERSON
    return _changed(
        session, message_id, waits, done, state=state, handled_by=done.by, handled_at=done.now
    )


def put_back(session: Session, message_id: int, done: Doing) -> bool:
    """Let a mail wait again that somebody had dealt with; return False when it waits already."""
    is_settled = InboundMessage.handled_by != ""
    again = InboundState.FOR_PERSON
    return _changed(
        session, message_id, is_settled, done, state=again, handled_by="", handled_at=None
    )


def _changed(
    session: Session,
    message_id: int,
    still: sa.ColumnElement[bool],
    done: Doing,
    **values: object,
) -> bool:
    """Change a mail if it is still as expected, and let it stand in the customer's file."""
    changed = (
        sa.update(InboundMessage)
        .where(InboundMessage.id == message_id, still)
        .values(**values)
        .returning(InboundMessage.customer_id, InboundMessage.visit_id)
    )
    about = session.execute(changed).first()
    if about is None:
        return False
    _record(session, message_id, (about.customer_id, about.visit_id), done)
    return True


_COLUMNS = (
    InboundMessage.id,
    InboundMessage.sender,
    InboundMessage.subject,
    InboundMessage.excerpt,
    InboundMessage.verdict,
    InboundMessage.urgent,
    InboundMessage.received_at,
    InboundMessage.customer_id,
    Customer.name,
    InboundMessage.state,
)
_FOR_PEOPLE = sa.or_(
    InboundMessage.state == InboundState.FOR_PERSON, InboundMessage.handled_by != ""
)


def _of_branch(branch_id: int, *, dealt_with: bool) -> sa.Select[InboundMessage]:
    waits = InboundMessage.state == InboundState.FOR_PERSON
    return (
        sa.select(InboundMessage)
        .outerjoin(Customer, Customer.id == InboundMessage.customer_id)
        .where(
            InboundMessage.handled_by != "" if dealt_with else waits,
            sa.func.coalesce(Customer.branch_id, branch_id) == branch_id,
        )
    )


def _is_for_people(message: InboundMessage) -> bool:
    return message.state is InboundState.FOR_PERSON or bool(message.handled_by)


def _received(row: sa.Row[*tuple[Any, ...]]) -> Received:
    words = " ".join(row.excerpt.split())
    return Received(
        message_id=row.id,
        sender=row.sender,
        subject=row.subject,
        opening=words if len(words) <= OPENING else words[: OPENING - 1].rstrip() + "…",
        verdict=row.verdict,
        urgent=row.urgent,
        received_at=row.received_at,
        customer_id=row.customer_id,
        customer_name=row.name or "",
        is_waiting=row.state is InboundState.FOR_PERSON,
    )


def _record(
    session: Session, message_id: int, about: tuple[int | None, int | None], done: Doing
) -> None:
    customer_id, visit_id = about
    if customer_id is None:
        return
    record(
        session,
        actor=done.by,
        action=f"mail.{done.action}",
        subject=f"visit:{visit_id}" if visit_id else f"customer:{customer_id}",
        now=done.now,
        detail={"message": message_id},
    )
