"""Keep a window for somebody for some minutes, longer when asked, and give it back.

A hold is as real as an appointment: a stop on a route and a place of the opening. A visit has one
such hold at most, so one link keeps one place from others, however often its buttons are pressed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions.appointments import (
    bookable_window,
    held_under_lock,
    locked,
    require_changeable,
)
from portal.booking.circumstances import Circumstances
from portal.booking.errors import AlreadyBooked, HoldOver, NothingToChange
from portal.booking.models import Appointment
from portal.booking.policy import HOLD
from portal.booking.queries import choice_hold, live_appointment, window_of
from portal.customers.models import Visit, VisitState
from portal.planning.actions import admit, lock_days, prolong, release
from portal.planning.models import Hold, HoldKind, Stop


def hold(
    session: Session,
    visit: Visit,
    opening_id: int,
    circumstances: Circumstances,
    *,
    moving: Appointment | None = None,
) -> Stop:
    """Return the stop that keeps a window for a visit; the visit's earlier choice is given back.

    A window that is kept for the visit already, for whatever reason, stays as it is, with its first
    end time. With an appointment only whoever is `moving` that very one holds another beside it.

    Raises AlreadyBooked, NothingToChange, TooLateToChange, NotBookable, WindowTaken or
    NoLongerFits; then nothing changed, once the transaction is rolled back.
    """
    visit, now = locked(session, visit), circumstances.now
    appointment = live_appointment(session, visit)
    if moving is not None:
        _require_movable(appointment, moving, circumstances)
    elif appointment is not None or visit.state is not VisitState.OPEN:
        raise AlreadyBooked
    window = bookable_window(session, visit, opening_id, now)
    if appointment is not None and window_of(appointment) == window:
        raise AlreadyBooked
    mine = None
    for held in held_under_lock(session, visit, {window.date}):
        if held.opening_id == opening_id and not _is_over(held, now):
            mine = held
        elif held.hold_kind is HoldKind.CHOICE or _is_over(held, now):
            release(session, held)
    if mine is not None:
        return mine
    kept = Hold(HoldKind.CHOICE, now + HOLD)
    stop = admit(session, visit, window, opening_id=opening_id, hold=kept)
    _record(session, stop, "made", circumstances.by, now)
    return stop


def extend(session: Session, visit: Visit, now: datetime) -> Stop:
    """Let the visit's choice be kept for the full time once more.

    As often as somebody asks (WCAG 2.2.1 wants ten times at least): a limit would protect nobody,
    since the same place could be kept by booking it. Raises HoldOver without a choice, NotBookable
    when its day has come too near meanwhile.
    """
    stop = _choice_under_lock(session, visit)
    if stop is None or stop.opening_id is None:
        raise HoldOver
    bookable_window(session, visit, stop.opening_id, now)
    prolong(session, stop, max(stop.held_until or now, now + HOLD))
    _record(session, stop, "extended", "customer", now)
    return stop


def let_go(session: Session, visit: Visit, now: datetime) -> None:
    """Give the visit's choice back, if there is one: others may have its place at once."""
    stop = _choice_under_lock(session, visit)
    if stop is not None:
        _record(session, stop, "let_go", "customer", now)
        release(session, stop)


def _require_movable(
    appointment: Appointment | None,
    moving: Appointment,
    circumstances: Circumstances,
) -> None:
    """Let nobody move by an old number: it may stand beside the visit's newer appointment."""
    if appointment is None or appointment.id != moving.id:
        raise NothingToChange
    require_changeable(appointment, circumstances.now, circumstances.override)


def _choice_under_lock(session: Session, visit: Visit) -> Stop | None:
    visit = locked(session, visit)
    found = choice_hold(session, visit)
    if found is None:
        return None
    lock_days(session, visit.customer.branch_id, [found.day_plan.date])
    return choice_hold(session, visit)


def _is_over(stop: Stop, now: datetime) -> bool:
    return stop.held_until is not None and stop.held_until <= now


def _record(session: Session, stop: Stop, action: str, by: str, now: datetime) -> None:
    record(
        session,
        actor=by,
        action=f"hold.{action}",
        subject=f"visit:{stop.visit_id}",
        now=now,
        detail={
            "date": stop.day_plan.date.isoformat(),
            "window": stop.window_start.strftime("%H:%M"),
            "until": (stop.held_until or now).isoformat(timespec="seconds"),
        },
    )
