"""What a card that came back says: one of the three windows is booked, or none suits."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions import confirm
from portal.booking.actions.appointments import came_free, held_under_lock, locked
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.errors import AlreadyBooked
from portal.booking.models import Appointment
from portal.booking.queries import live_appointment
from portal.campaigns.letters.queries import letter_holds, windows_of
from portal.campaigns.models import Letter
from portal.customers.models import Visit, VisitState
from portal.planning.actions import release
from portal.planning.errors import WindowTaken
from portal.planning.models import HoldKind, Opening
from portal.planning.windows import Window

NONE_SUITS = 0


def book_from_card(
    session: Session, letter: Letter, number: int, key: str, circumstances: Circumstances
) -> Appointment:
    """Book the ticked window: its hold becomes the appointment and the others are given back.

    The same way as every other booking: a customer who books on the web at this moment and the desk
    make one appointment. After the deadline it has to fit anew. Raises what confirm raises.
    """
    choice = Choice(opening_of(session, letter, number), key)
    appointment = confirm(session, letter.invitation.visit, choice, circumstances)
    _note(session, letter, number, circumstances)
    return appointment


def none_suits(session: Session, letter: Letter, circumstances: Circumstances) -> None:
    """Note that the customer is to be called, and give the three windows back at once.

    Said twice it is said once. Raises AlreadyBooked when there is an appointment meanwhile.
    """
    visit = locked(session, letter.invitation.visit)
    if live_appointment(session, visit) is not None or visit.state is not VisitState.OPEN:
        raise AlreadyBooked
    release_letter_holds(session, visit)
    _note(session, letter, NONE_SUITS, circumstances)
    came_free(session)


def release_letter_holds(session: Session, visit: Visit) -> int:
    """Give back what letters hold for a locked visit; return how many windows that were."""
    held = [
        stop for stop in held_under_lock(session, visit, ()) if stop.hold_kind is HoldKind.LETTER
    ]
    for stop in held:
        release(session, stop)
    return len(held)


def opening_of(session: Session, letter: Letter, number: int) -> int:
    """Return the opening of the window with this number on the card; raises WindowTaken."""
    window = windows_of(letter)[number - 1]
    visit = letter.invitation.visit
    for held, stop in letter_holds(session, visit.id):
        if held == window and stop.opening_id is not None:
            return stop.opening_id
    found = _opening_at(session, visit, window)
    if found is None:
        raise WindowTaken
    return found


def _opening_at(session: Session, visit: Visit, window: Window) -> int | None:
    return session.scalar(
        sa.select(Opening.id).where(
            Opening.region_id == visit.address.region_id,
            Opening.date == window.date,
            Opening.window_start == window.start,
        )
    )


def _note(session: Session, letter: Letter, answer: int, circumstances: Circumstances) -> None:
    letter.answer, letter.answered_at = answer, circumstances.now
    session.flush()
    record(
        session,
        actor=circumstances.by,
        action="letter.answered",
        subject=f"visit:{letter.invitation.visit_id}",
        now=circumstances.now,
        detail={"letter": letter.id, "answer": answer},
    )
