"""Book, move and cancel once for each key, by the actions that the pages call too.

Each runs in the caller's writing transaction, and locks the visit first.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.booking import actions
from portal.booking.actions.appointments import locked
from portal.booking.actions.cancelling import cancel_as_seen
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.errors import NothingDue, NothingToChange
from portal.booking.idempotency import keep_answer, kept_answer
from portal.booking.models import Appointment
from portal.booking.queries import last_appointment, live_appointment
from portal.customers.models import Visit, VisitState

NO_WINDOW = 0


@dataclass(frozen=True, slots=True)
class Cancelling:
    """The key of a request to cancel, and the time "2027-03-09T10:00" that was seen, or ""."""

    key: str
    seen: str


def book(
    session: Session, visit: Visit, choice: Choice, circumstances: Circumstances
) -> Appointment:
    """Return the new appointment. Raises what `confirm` does, and NothingDue for a visit made."""
    visit = locked(session, visit)
    is_new = kept_answer(session, choice, f"confirm:{visit.id}") is None
    if is_new and visit.state is not VisitState.OPEN:
        raise NothingDue
    return actions.confirm(session, visit, choice, circumstances)


def move(
    session: Session, visit: Visit, choice: Choice, circumstances: Circumstances
) -> Appointment:
    """Return the appointment in its new window. Raises what `move` does."""
    visit = locked(session, visit)
    appointment = live_appointment(session, visit) or last_appointment(session, visit.id)
    if appointment is None:
        raise NothingToChange
    return actions.move(session, appointment, choice, circumstances)


def cancel(
    session: Session, visit: Visit, asked: Cancelling, circumstances: Circumstances, again: str
) -> Appointment:
    """Return the cancelled appointment; a repeat never cancels one that was made afterwards.

    `again` is the path at which the customer chooses again. Raises NothingToChange,
    TooLateToChange, MovedMeanwhile or KeyReused.
    """
    visit, choice = locked(session, visit), Choice(NO_WINDOW, asked.key)
    what = f"cancel:{visit.id}:{asked.seen}"
    kept = kept_answer(session, choice, what)
    if kept is not None:
        return kept
    appointment = live_appointment(session, visit)
    if appointment is None:
        raise NothingToChange
    cancel_as_seen(session, appointment, asked.seen, circumstances, again)
    keep_answer(session, choice, what, appointment, circumstances.now)
    return appointment
