"""The waiting list: ask, change what one waits for, withdraw.

All that happens to a request or to its offers happens under the lock of its visit.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions.appointments import came_free, held_under_lock, locked
from portal.booking.actions.invitations import invite
from portal.booking.circumstances import Circumstances
from portal.booking.errors import AlreadyBooked
from portal.booking.models import (
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
    WaitingState,
)
from portal.booking.notices.waiting import listed
from portal.booking.queries import live_appointment
from portal.booking.waiting_list.queries import live_request, open_offer, wishes_of
from portal.booking.waiting_list.wishes import Wishes
from portal.customers.models import Visit, VisitState
from portal.planning.actions import release
from portal.planning.models import HoldKind
from portal.planning.windows import Window


def ask(
    session: Session, visit: Visit, wishes: Wishes, circumstances: Circumstances, signing_key: str
) -> WaitingRequest:
    """Put a visit on the waiting list, or change what it waits for; its place in line stays.

    Who has no appointment gets a personal page if there is none yet: there offers are answered. A
    message tells what we look for, unless nothing changed. Raises AlreadyBooked for a visit that
    is done.
    """
    visit = locked(session, visit)
    if visit.state is not VisitState.OPEN:
        raise AlreadyBooked
    request = _request_to_change(session, visit)
    if request is not None and wishes_of(request) == wishes:
        return request
    action = "asked" if request is None else "changed"
    if request is None:
        request = _new_request(session, visit, wishes, circumstances)
    request.first_on, request.last_on = wishes.first_on, wishes.last_on
    request.part, request.weekdays = wishes.part, wishes.weekdays
    if live_appointment(session, visit) is None:
        invite(session, visit, wishes.last_on, circumstances.now)
    session.flush()
    note(session, request, action, circumstances)
    listed(session, request, signing_key, circumstances.now, site=circumstances.site)
    came_free(session)
    return request


def withdraw(session: Session, visit: Visit, circumstances: Circumstances) -> None:
    """Take a visit off the list and give back what is kept for it; twice changes nothing more."""
    visit = locked(session, visit)
    request = live_request(session, visit.id)
    if request is None:
        return
    offer = open_offer(session, visit.id)
    if offer is not None:
        close_offer(session, offer, WaitingOfferState.DECLINED)
    request.state = WaitingState.WITHDRAWN
    note(session, request, "withdrawn", circumstances)
    came_free(session)


def end(
    session: Session, request: WaitingRequest, state: WaitingState, circumstances: Circumstances
) -> None:
    """End a request that waits for nothing any more: SERVED by another booking, or OVER."""
    locked(session, request.visit)
    session.refresh(request)
    if request.state is WaitingState.WAITING:
        request.state = state
        note(session, request, state.value, circumstances)


def close_offer(session: Session, offered: WaitingOffer, state: WaitingOfferState) -> None:
    """End an open offer and give its hold back, if the clock has not done that already."""
    visit = offered.request.visit
    for held in held_under_lock(session, visit, {offered.opening.date}):
        if held.hold_kind is HoldKind.WAITING_LIST and held.opening_id == offered.opening_id:
            release(session, held)
    offered.state = state
    session.flush()


def note(
    session: Session,
    request: WaitingRequest,
    action: str,
    circumstances: Circumstances,
    window: Window | None = None,
) -> None:
    """Write what happened to a request in the audit trail of its visit."""
    when = {"date": window.date.isoformat(), "window": f"{window.start:%H:%M}"} if window else {}
    record(
        session,
        actor=circumstances.by,
        action=f"waiting.{action}",
        subject=f"visit:{request.visit_id}",
        now=circumstances.now,
        detail={"request": request.id, **when},
    )


def _request_to_change(session: Session, visit: Visit) -> WaitingRequest | None:
    """Return the live request, after ending one that was served by a booking since it was made."""
    request = live_request(session, visit.id)
    appointment = live_appointment(session, visit)
    if request is None or appointment is None or appointment.booked_at <= request.asked_at:
        return request
    kept = open_offer(session, visit.id)
    if kept is not None:
        close_offer(session, kept, WaitingOfferState.DECLINED)
    request.state = WaitingState.SERVED
    session.flush()
    return None


def _new_request(
    session: Session, visit: Visit, wishes: Wishes, circumstances: Circumstances
) -> WaitingRequest:
    request = WaitingRequest(
        visit=visit,
        state=WaitingState.WAITING,
        first_on=wishes.first_on,
        last_on=wishes.last_on,
        asked_at=circumstances.now,
        asked_by=circumstances.by,
    )
    session.add(request)
    return request
