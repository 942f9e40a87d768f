"""A free window for somebody on the waiting list: offer it, and what becomes of the offer.

An offered window is held: a stop on a route and a place of the opening, like an appointment, for an
hour. The lock of the visit comes first in all of this, so that "yes" and the end of the hour cannot
both win.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions.appointments import (
    bookable_window,
    came_free,
    confirm,
    held_under_lock,
    locked,
    move,
)
from portal.booking.actions.waiting import close_offer, note
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.errors import NotBookable, NotWaiting, OfferOver
from portal.booking.forms import new_key
from portal.booking.models import (
    Appointment,
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
    WaitingState,
)
from portal.booking.notices.waiting import offered as tell_offered
from portal.booking.queries import last_appointment, live_appointment, window_of
from portal.booking.waiting_list.queries import was_offered, window_of_opening, wishes_of
from portal.booking.waiting_list.wishes import KEPT_FOR
from portal.customers.models import Visit, VisitState
from portal.planning.actions import admit, release
from portal.planning.models import Hold, HoldKind, Opening, Stop
from portal.planning.windows import Window

CHOOSING = (HoldKind.CHOICE, HoldKind.SELECTION)


def offer(
    session: Session,
    request: WaitingRequest,
    opening_id: int,
    circumstances: Circumstances,
    signing_key: str,
) -> WaitingOffer:
    """Keep a free window for an hour for somebody who waits, and tell them.

    Decides once more on what is true now. Raises NotWaiting, NotBookable, WindowTaken, NoLongerFits
    or NoDayPlan; then nothing changed, once the transaction is rolled back.
    """
    now = circumstances.now
    visit = locked(session, request.visit)
    session.refresh(request)
    if request.state is not WaitingState.WAITING or visit.state is not VisitState.OPEN:
        raise NotWaiting
    window = bookable_window(session, visit, opening_id, now)
    _require_wanted(session, request, opening_id, window)
    _require_at_rest(session, visit, window, now)
    held = Hold(HoldKind.WAITING_LIST, now + KEPT_FOR)
    admit(session, visit, window, opening_id=opening_id, hold=held)
    made = WaitingOffer(
        request=request,
        opening=session.get_one(Opening, opening_id),
        state=WaitingOfferState.OPEN,
        offered_at=now,
        held_until=held.until,
    )
    session.add(made)
    request.state = WaitingState.OFFERED
    session.flush()
    note(session, request, "offered", circumstances, window)
    tell_offered(session, made, signing_key, now, site=circumstances.site)
    return made


def accept(session: Session, offered: WaitingOffer, circumstances: Circumstances) -> Appointment:
    """Make the kept window the appointment, and return it; yes said twice is said once.

    Whoever is a little late still gets the window unless it went to somebody else. Raises
    OfferOver, and what confirm and move raise.
    """
    visit = locked(session, offered.request.visit)
    session.refresh(offered)
    if offered.state is WaitingOfferState.TAKEN:
        return _booked(session, visit)
    if offered.state is not WaitingOfferState.OPEN:
        raise OfferOver
    choice = Choice(offered.opening_id, new_key())
    present = live_appointment(session, visit)
    if present is None:
        appointment = confirm(session, visit, choice, circumstances)
    else:
        appointment = move(session, present, choice, circumstances)
    _served(session, offered, circumstances)
    return appointment


def decline(session: Session, offered: WaitingOffer, circumstances: Circumstances) -> None:
    """Give the kept window back and wait on; no said twice, or too late, changes nothing more."""
    locked(session, offered.request.visit)
    session.refresh(offered)
    if offered.state is not WaitingOfferState.OPEN:
        return
    close_offer(session, offered, WaitingOfferState.DECLINED)
    offered.request.state = WaitingState.WAITING
    window = window_of_opening(offered.opening)
    note(session, offered.request, "declined", circumstances, window)
    came_free(session)


def lapse(session: Session, offered: WaitingOffer, circumstances: Circumstances) -> bool:
    """End an offer whose hour is over, or whose hold is gone; return whether it ended.

    Somebody who booked the window on the ordinary page has taken it.
    """
    visit = locked(session, offered.request.visit)
    session.refresh(offered)
    if offered.state is not WaitingOfferState.OPEN:
        return False
    window = window_of_opening(offered.opening)
    appointment = live_appointment(session, visit)
    if appointment is not None and window_of(appointment) == window:
        _served(session, offered, circumstances)
        return True
    if offered.held_until > circumstances.now and _hold_of(session, offered) is not None:
        return False
    close_offer(session, offered, WaitingOfferState.LAPSED)
    offered.request.state = WaitingState.WAITING
    note(session, offered.request, "lapsed", circumstances, window)
    return True


def _require_wanted(
    session: Session, request: WaitingRequest, opening_id: int, window: Window
) -> None:
    """Raise NotBookable unless the window is wished for, earlier, and was not offered before."""
    appointment = live_appointment(session, request.visit)
    is_earlier = appointment is None or window < window_of(appointment)
    is_new = not was_offered(session, request.visit_id, opening_id)
    if not (is_earlier and is_new and wishes_of(request).suit(window)):
        raise NotBookable


def _require_at_rest(session: Session, visit: Visit, window: Window, now: datetime) -> None:
    """Raise NotWaiting while somebody is choosing for the visit, or when it holds the window.

    A hold of an earlier offer that nobody took away yet is given back.
    """
    for held in held_under_lock(session, visit, {window.date}):
        is_live = held.held_until is not None and held.held_until > now
        is_same = (held.day_plan.date, held.window_start) == (window.date, window.start)
        if is_same or (is_live and held.hold_kind in CHOOSING):
            raise NotWaiting
        if held.hold_kind is HoldKind.WAITING_LIST:
            release(session, held)


def _hold_of(session: Session, offered: WaitingOffer) -> Stop | None:
    return session.scalar(
        sa.select(Stop).where(
            Stop.visit_id == offered.request.visit_id,
            Stop.opening_id == offered.opening_id,
            Stop.hold_kind == HoldKind.WAITING_LIST,
        )
    )


def _served(session: Session, offered: WaitingOffer, circumstances: Circumstances) -> None:
    offered.state = WaitingOfferState.TAKEN
    offered.request.state = WaitingState.SERVED
    session.flush()
    window = window_of_opening(offered.opening)
    note(session, offered.request, "taken", circumstances, window)


def _booked(session: Session, visit: Visit) -> Appointment:
    appointment = last_appointment(session, visit.id)
    if appointment is None:
        raise OfferOver
    return appointment
