"""The audit trail in words for people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.access.queries import colleague_names, program_names, staff_number
from portal.console.fieldwork_words import fieldwork_in_words
from portal.console.inbox_words import mail_in_words
from portal.console.letter_words import letter_in_words
from portal.console.waiting_words import waiting_in_words
from portal.customers.wording import field_name
from portal.pages import date_in_words
from portal.texts import text


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of what was done: when, by whom (a name), what, and how it was afterwards.

    `is_late` says that a planner changed an appointment later than customers may.
    """

    at: datetime
    by: str
    what: str
    detail: str
    is_late: bool = False


def happenings(session: Session, subjects: Collection[str]) -> tuple[Happening, ...]:
    """Return what was done to these subjects, newest first; two queries, however many there are."""
    entries = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject.in_(subjects))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    ).all()
    names = actor_names(session, [entry.actor for entry in entries])
    return tuple(
        Happening(
            at=entry.at,
            by=names[entry.actor],
            what=action_in_words(entry.action),
            detail=_detail(entry),
            is_late="override" in entry.detail,
        )
        for entry in entries
    )


def actor_names(session: Session, actors: Sequence[str]) -> dict[str, str]:
    """Return for each actor of the audit trail ('staff:3', 'customer') who it is in words."""
    names = {**colleague_names(session, actors), **program_names(session, actors)}
    return {actor: names.get(actor) or actor_in_words(actor) for actor in actors}


def actor_in_words(actor: str) -> str:
    """Return who acted; a colleague without a row has no name any more.

    Whoever has no words here is shown as recorded. A test finds everybody in the code.
    """
    match actor:
        case "customer":
            return text("the customer")
        case "selection":
            return text("our choice among ticked times")
        case "reminders":
            return text("the reminders")
        case "questions":
            return text("the questions after a visit")
        case "route":
            return text("the day's route")
        case "waiting list":
            return text("the waiting list")
        case "calendar":
            return text("the customer's calendar")
        case "import":
            return text("the import of customers")
        case "command" | "command line":
            return text("the administrator's command")
    return text("a colleague") if staff_number(actor) else actor


def action_in_words(action: str) -> str:
    """Return what was done; an action that has no words here is shown as it is recorded."""
    match action:
        case "appointment.confirmed":
            return text("Appointment booked")
        case "appointment.moved":
            return text("Appointment moved")
        case "appointment.cancelled":
            return text("Appointment cancelled")
        case "appointment.broken":
            return text("Appointment that we could not keep")
        case "hold.made":
            return text("Time held for a while")
        case "hold.extended":
            return text("Time held longer")
        case "hold.let_go":
            return text("Held time given back")
        case "selection.made":
            return text("Ticked several times that suit")
        case "selection.changed":
            return text("Changed the ticked times")
        case "selection.withdrawn":
            return text("Ticked times withdrawn")
        case "selection.broken":
            return text("None of the ticked times could be kept")
        case "invitation.sent":
            return text("Invited to choose a time")
        case "invitation.reminded":
            return text("Reminded to choose a time")
        case "address.placed":
            return text("Place and region completed")
        case "customer.changed":
            return text("Details changed")
        case "preferences.told":
            return text("Liked times told")
        case "preferences.erased":
            return text("Liked times erased")
        case "feed.made":
            return text("Address for a calendar made")
        case "feed.stopped":
            return text("Address for a calendar stopped")
    said = waiting_in_words(action) or fieldwork_in_words(action) or mail_in_words(action)
    return said or letter_in_words(action) or action


def _detail(entry: AuditEntry) -> str:
    day, window = entry.detail.get("date"), entry.detail.get("window")
    if not day or not window:
        fields = ", ".join(field_name(name).lower() for name in entry.detail.get("fields", ()))
        return fields or str(entry.detail.get("reason", ""))
    told = f"{date_in_words(date.fromisoformat(str(day)), 'day')}, {window}"
    override = entry.detail.get("override")
    return f"{told}. {text('Late, because: %(reason)s', reason=override)}" if override else told
