"""Confirm, move, cancel. Every way to an appointment leads through here.

Each action runs in the caller's writing transaction, locks the visit first and then the days.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking import notices
from portal.booking.actions.settling import settle
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.errors import AlreadyBooked, NotBookable, NothingToChange, TooLateToChange
from portal.booking.idempotency import keep_answer, kept_answer
from portal.booking.models import Appointment, AppointmentStatus, CalendarAnswer, SelectionState
from portal.booking.notices.protocols import Tell, TellEnd
from portal.booking.policy import bookable_period, may_change
from portal.booking.queries import booked_stop, holds_of, live_appointment, unused, window_of
from portal.booking.references import REFERENCE_DIGITS, RNG
from portal.calendar.uids import new_uid
from portal.clock import local_date
from portal.customers.models import Visit, VisitState
from portal.database import after_commit
from portal.jobs import OFFER_FREED, wake
from portal.messages.actions import withdraw_invites, withdraw_outdated
from portal.planning.actions import admit, keep, lock_days, loosen, release
from portal.planning.errors import WindowTaken
from portal.planning.models import DayPlan, Hold, HoldKind, Opening, Stop
from portal.planning.windows import Window

A_SECOND = timedelta(seconds=1)


def confirm(
    session: Session,
    visit: Visit,
    choice: Choice,
    circumstances: Circumstances,
    rng: random.Random = RNG,
    tell: Tell = notices.confirmed,
) -> Appointment:
    """Book the chosen window; the same form sent again returns the same appointment.

    A hold of the visit on that window becomes the appointment; its other holds are given back, and
    an open selection is settled. `tell` writes the message. Raises AlreadyBooked, NotBookable,
    WindowTaken, NoLongerFits or KeyReused; then nothing changed.
    """
    visit = locked(session, visit)
    kept = kept_answer(session, choice, f"confirm:{visit.id}")
    if kept is not None:
        return kept
    if live_appointment(session, visit) is not None or visit.state is not VisitState.OPEN:
        raise AlreadyBooked
    window = _promised_window(session, visit, choice.opening_id, circumstances.now)
    window = window or bookable_window(session, visit, choice.opening_id, circumstances.now)
    hold = _only_hold(session, visit, window, choice.opening_id)
    if hold is None:
        admit(session, visit, window, opening_id=choice.opening_id)
    else:
        keep(session, hold)
    appointment = appointment_in(session, visit, window, circumstances, rng)
    keep_answer(session, choice, f"confirm:{visit.id}", appointment, circumstances.now)
    settle(session, visit, SelectionState.CHOSEN)
    note_change(session, appointment, "confirmed", circumstances)
    tell(session, appointment, circumstances.now, site=circumstances.site)
    return appointment


def move(
    session: Session, appointment: Appointment, choice: Choice, circumstances: Circumstances
) -> Appointment:
    """Move an appointment to the chosen window. The old one is kept until the new is certain.

    Choosing the window that one has already changes nothing and sends nothing, then or later.

    Raises NothingToChange, TooLateToChange, NotBookable, WindowTaken, NoLongerFits or KeyReused.
    """
    visit = locked(session, appointment.visit)
    session.refresh(appointment)
    kept = kept_answer(session, choice, f"move:{visit.id}")
    if kept is not None:
        return kept
    require_changeable(appointment, circumstances.now, circumstances.override)
    before = window_of(appointment)
    window = _promised_window(session, visit, choice.opening_id, circumstances.now)
    window = window or bookable_window(session, visit, choice.opening_id, circumstances.now)
    if window == before:
        keep_answer(session, choice, f"move:{visit.id}", appointment, circumstances.now)
        return appointment
    held_under_lock(session, visit, {before.date, window.date})
    old = booked_stop(session, visit)
    new = _only_hold(session, visit, window, choice.opening_id) or admit(
        session,
        visit,
        window,
        opening_id=choice.opening_id,
        hold=Hold(HoldKind.CHOICE, circumstances.now),
    )
    release(session, old)
    keep(session, new)
    appointment.date = window.date
    appointment.window_start, appointment.window_end = window.start, window.end
    next_state(session, appointment, circumstances.now)
    keep_answer(session, choice, f"move:{visit.id}", appointment, circumstances.now)
    note_change(session, appointment, "moved", circumstances)
    notices.moved(session, appointment, before, circumstances.now, site=circumstances.site)
    came_free(session)
    return appointment


def cancel(
    session: Session,
    appointment: Appointment,
    circumstances: Circumstances,
    again: str = "",
    *,
    kept_until: datetime | None = None,
    tell: TellEnd = notices.cancelled,
) -> None:
    """Cancel an appointment, give back its window and every hold; twice changes nothing more.

    `again` is the path at which the customer finds new windows; the message, written by `tell`,
    leads there. With `kept_until` the window is held for the same visit until that moment.
    """
    visit = locked(session, appointment.visit)
    session.refresh(appointment)
    if appointment.status is AppointmentStatus.CANCELLED:
        return
    require_changeable(appointment, circumstances.now, circumstances.override)
    for stop in held_under_lock(session, visit, {appointment.date}):
        release(session, stop)
    if kept_until is None:
        release(session, booked_stop(session, visit))
    else:
        loosen(session, booked_stop(session, visit), Hold(HoldKind.CHOICE, kept_until))
    settle(session, visit, SelectionState.WITHDRAWN)
    appointment.status = AppointmentStatus.CANCELLED
    next_state(session, appointment, circumstances.now)
    note_change(session, appointment, "cancelled", circumstances)
    link = circumstances.site.base_url + again if again else ""
    tell(session, appointment, circumstances.now, site=circumstances.site, link=link)
    came_free(session)


def locked(session: Session, visit: Visit) -> Visit:
    """Lock a visit and return it as it stands now: the first lock of everything in booking."""
    return session.scalars(
        sa.select(Visit)
        .where(Visit.id == visit.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def bookable_window(session: Session, visit: Visit, opening_id: int, now: datetime) -> Window:
    """Return the window of an opening that the visit may choose now.

    Raises WindowTaken when it is not of the visit's region or has no place left, NotBookable when
    it is too near or far. Refused before the day is locked, a crowd that comes too late does not
    queue for it; whether a place is really free is decided by the claim.
    """
    opening = session.get(Opening, opening_id)
    if opening is None or opening.region_id != visit.address.region_id:
        raise WindowTaken
    first_on, last_on = bookable_period(visit.due_on, now)
    if not first_on <= opening.date <= last_on:
        raise NotBookable
    window = Window(opening.date, opening.window_start, opening.window_end)
    has_place = opening.taken < opening.places and not opening.closed
    if not has_place and not _is_promised(session, visit, window):
        raise WindowTaken
    return window


def _is_promised(session: Session, visit: Visit, window: Window) -> bool:
    """Return whether the visit has this window already, booked or held."""
    stops = sa.select(Stop.id).join(Stop.day_plan)
    its = stops.where(Stop.visit_id == visit.id, Stop.window_start == window.start)
    return session.scalar(its.where(DayPlan.date == window.date).limit(1)) is not None


def require_changeable(appointment: Appointment, now: datetime, override: str = "") -> None:
    """Raise NothingToChange or TooLateToChange unless it may be changed now."""
    if appointment.status is not AppointmentStatus.CONFIRMED:
        raise NothingToChange
    if not may_change(appointment.date, now, override):
        raise TooLateToChange


def held_under_lock(session: Session, visit: Visit, dates: Collection[date]) -> Sequence[Stop]:
    """Return the holds of a locked visit, after locking these dates and those of the holds.

    They are read once more under the locks: a hold that ends at this moment may be gone by then.
    """
    held_on = {hold.day_plan.date for hold in holds_of(session, visit)}
    lock_days(session, visit.customer.branch_id, {*dates, *held_on})
    return holds_of(session, visit)


def _promised_window(
    session: Session, visit: Visit, opening_id: int, now: datetime
) -> Window | None:
    """Return the window of this opening if it is held for the visit, on a day still to come.

    A held window was promised: the notice that customers give does not take it away again.
    """
    for hold in holds_of(session, visit):
        if hold.opening_id == opening_id and hold.day_plan.date > local_date(now):
            return Window(hold.day_plan.date, hold.window_start, hold.window_end)
    return None


def _only_hold(session: Session, visit: Visit, window: Window, opening_id: int) -> Stop | None:
    """Give back every hold of the visit but the one on this window, and return that one, or None.

    Locks the day of the window and of every hold.
    """
    mine = None
    for hold in held_under_lock(session, visit, {window.date}):
        if hold.opening_id == opening_id:
            mine = hold
        else:
            release(session, hold)
    return mine


def appointment_in(
    session: Session,
    visit: Visit,
    window: Window,
    circumstances: Circumstances,
    rng: random.Random = RNG,
) -> Appointment:
    """Return the new appointment of a locked visit of which the stop is booked already."""
    appointment = Appointment(
        visit=visit,
        reference=unused(session, Appointment.reference, REFERENCE_DIGITS, rng),
        uid=new_uid(rng.randbytes),
        date=window.date,
        window_start=window.start,
        window_end=window.end,
        booked_at=circumstances.now,
        changed_at=circumstances.now,
        booked_by=circumstances.by,
    )
    session.add(appointment)
    session.flush()
    withdraw_outdated(session, f"visit:{visit.id}")
    return appointment


def came_free(session: Session) -> None:
    """After the commit, let the waiting list look for whom the place could be."""
    after_commit(session, OFFER_FREED, partial(wake, OFFER_FREED))


def next_state(session: Session, appointment: Appointment, now: datetime) -> None:
    """Let a new state begin: what still waits to be told of the former one is true no longer."""
    withdraw_outdated(session, f"visit:{appointment.visit_id}")
    withdraw_invites(session, appointment.uid, now)
    _next_sequence(appointment, now)


def _next_sequence(appointment: Appointment, now: datetime) -> None:
    """Count on. Calendars count in whole seconds: two changes at once get two moments."""
    appointment.sequence += 1
    appointment.changed_at = max(now, appointment.changed_at + A_SECOND)
    appointment.answer = CalendarAnswer.NONE  # it was about what no longer is


def note_change(
    session: Session, appointment: Appointment, action: str, circumstances: Circumstances
) -> None:
    """Write in the audit trail what happened to an appointment, and how it is now."""
    record(
        session,
        actor=circumstances.by,
        action=f"appointment.{action}",
        subject=f"visit:{appointment.visit_id}",
        now=circumstances.now,
        detail={
            "appointment": appointment.id,
            "date": appointment.date.isoformat(),
            "window": appointment.window_start.strftime("%H:%M"),
            "sequence": appointment.sequence,
            **({"override": circumstances.override} if circumstances.override else {}),
        },
    )
