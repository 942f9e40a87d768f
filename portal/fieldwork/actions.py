"""What a technician does at a visit: set off, start, finish, find nobody, break off, take back.

Each action is one press: it runs in the caller's writing transaction, locks the visit and then the
day, and does its work once however often it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.booking.actions.appointments import came_free, held_under_lock, locked
from portal.booking.actions.settling import settle
from portal.booking.circumstances import Circumstances
from portal.booking.links import path_of
from portal.booking.models import AppointmentStatus, SelectionState
from portal.booking.queries import booked_stop, window_of
from portal.customers.hours import Urgency, due_at
from portal.customers.models import Visit, VisitReason, VisitState
from portal.database import after_commit
from portal.fieldwork import notices
from portal.fieldwork.delays import WARN_LATE
from portal.fieldwork.errors import BeforeItsWindow, TooLateToUndo
from portal.fieldwork.models import Report, Tap
from portal.fieldwork.progress import expectations, taps_at
from portal.fieldwork.renewing import invited
from portal.fieldwork.steps import SETS_OFF_AFTER, UNDO_WITHIN, Step, may_undo
from portal.fieldwork.touch import Taken, Touch, note, noted, repeated, taken
from portal.fieldwork.work import Unfinished, Work
from portal.jobs import wake
from portal.messages.actions import withdraw, withdraw_outdated
from portal.messages.models import OutboxMessage
from portal.pages import clock_time
from portal.planning.actions import release
from portal.planning.begun import begin, take_back
from portal.technicians.models import Technician

STILL_NEWS = timedelta(minutes=15)  # a tap that comes in later tells the customer nothing new


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What a technician fills in when the work is done."""

    certificate_on: date
    work: tuple[Work, ...]
    note: str
    next_due_on: date


def set_off(session: Session, touch: Touch, circumstances: Circumstances) -> Tap:
    """Note that the technician is on the way, and tell the customer about when to expect whom."""
    known = repeated(session, touch, Step.ON_MY_WAY)
    if known is not None:
        return known
    press = taken(session, touch, Step.ON_MY_WAY, circumstances.now)
    tap = _stepped(session, touch, Step.ON_MY_WAY, press, circumstances)
    if circumstances.now - press.at <= STILL_NEWS:
        told = _tell_who_comes(session, tap, press, circumstances)
        tap.message_id = told.id if told else None
        session.flush()
    return tap


def start(session: Session, touch: Touch, circumstances: Circumstances) -> Tap:
    """Note that the work has begun."""
    known = repeated(session, touch, Step.STARTED)
    if known is not None:
        return known
    press = taken(session, touch, Step.STARTED, circumstances.now)
    return _stepped(session, touch, Step.STARTED, press, circumstances)


def finish(session: Session, touch: Touch, done: WorkDone, circumstances: Circumstances) -> Tap:
    """Note that the work is done: a report for the customer, and the boiler's next turn.

    The report goes after the minutes in which it can be taken back, at the customer's hour.
    """
    known = repeated(session, touch, Step.DONE)
    if known is not None:
        return known
    press = taken(session, touch, Step.DONE, circumstances.now)
    tap = _stepped(session, touch, Step.DONE, press, circumstances)
    report = _report(session, touch, done, press, circumstances.now)
    _close(session, press, AppointmentStatus.DONE, VisitState.DONE)
    boiler = press.visit.boiler
    boiler.last_service_on = done.certificate_on
    report.next_visit = Visit(boiler=boiler, due_on=done.next_due_on)
    session.flush()
    customer = press.visit.customer
    goes_at = due_at(customer.message_hour, circumstances.now + UNDO_WITHIN, Urgency.CAN_WAIT)
    told = notices.report(
        session, report, circumstances.now, site=circumstances.site, due_at=goes_at
    )
    tap.message_id = told.id if told else None
    session.flush()
    return tap


def nobody_home(
    session: Session, touch: Touch, circumstances: Circumstances, signing_key: str
) -> Tap:
    """Note that nobody opened: the window is given back, and the customer chooses another.

    Raises BeforeItsWindow while nobody needs to be at home.
    """
    known = repeated(session, touch, Step.NOT_AT_HOME)
    if known is not None:
        return known
    press = taken(session, touch, Step.NOT_AT_HOME, circumstances.now)
    window = window_of(press.appointment)
    if press.at < window.starts_at():
        raise BeforeItsWindow(clock_time(window.start))
    tap = _stepped(session, touch, Step.NOT_AT_HOME, press, circumstances)
    _close(session, press, AppointmentStatus.NOT_AT_HOME, VisitState.OPEN)
    release(session, press.stop)
    invitation = invited(session, press.visit, circumstances)
    link = circumstances.site.base_url + path_of(invitation, signing_key)
    told = notices.not_at_home(
        session,
        tap,
        notices.Again(link, invitation.code),
        circumstances.now,
        site=circumstances.site,
    )
    tap.message_id = told.id if told else None
    came_free(session)
    session.flush()
    return tap


def break_off(
    session: Session,
    touch: Touch,
    why: Unfinished,
    circumstances: Circumstances,
    signing_key: str,
    *,
    words: str = "",
) -> Tap:
    """Note that the work could not be finished: a visit that is due now follows, with a link.

    `words` are for colleagues; the customer reads the reason only.
    """
    known = repeated(session, touch, Step.UNFINISHED)
    if known is not None:
        return known
    press = taken(session, touch, Step.UNFINISHED, circumstances.now)
    tap = _stepped(session, touch, Step.UNFINISHED, press, circumstances)
    tap.why, tap.note = why, words
    _close(session, press, AppointmentStatus.UNFINISHED, VisitState.UNFINISHED)
    session.flush()
    again = Visit(
        boiler=press.visit.boiler, due_on=press.appointment.date, reason=VisitReason.UNFINISHED
    )
    session.add(again)
    session.flush()
    invitation = invited(session, again, circumstances)
    link = circumstances.site.base_url + path_of(invitation, signing_key)
    told = notices.unfinished(
        session,
        tap,
        notices.Again(link, invitation.code),
        circumstances.now,
        site=circumstances.site,
    )
    tap.message_id = told.id if told else None
    session.flush()
    return tap


def undo(session: Session, tap: Tap, circumstances: Circumstances) -> Tap:
    """Take a tap back, if it is the last one at its visit and nobody was told; twice is once.

    Raises TooLateToUndo, and then nothing has changed.
    """
    visit = locked(session, tap.appointment.visit)
    session.refresh(tap)
    if tap.undone_at is not None:
        return tap
    is_last = taps_at(session, tap.appointment_id)[-1] is tap
    if not is_last or not may_undo(tap.step, tap.received_at, circumstances.now):
        raise TooLateToUndo
    if tap.message_id is not None and not _taken_back(session, tap):
        raise TooLateToUndo
    tap.undone_at = circumstances.now
    if tap.step is Step.DONE:
        _reopen(session, tap, visit)
    elif len(taps_at(session, tap.appointment_id)) == 0:
        take_back(session, booked_stop(session, visit))
    session.flush()
    note(session, tap, "undone", circumstances)
    return tap


def _stepped(
    session: Session, touch: Touch, step: Step, press: Taken, circumstances: Circumstances
) -> Tap:
    """Note the tap, keep the stop in its place, and let the others be warned if we are late.

    What the visit's customer was still to hear is overtaken: nobody is on the way to a closed door.
    """
    withdraw_outdated(session, f"visit:{press.appointment.visit_id}")
    tap = noted(session, touch, step, press, circumstances)
    begin(session, press.stop)
    after_commit(session, WARN_LATE, partial(wake, WARN_LATE))
    return tap


def _tell_who_comes(
    session: Session, tap: Tap, press: Taken, circumstances: Circumstances
) -> OutboxMessage | None:
    now, day = circumstances.now, press.stop.day_plan
    left = expectations(session, tap.technician_id, day, now)
    begins = {one.appointment.id: one.begin for one in left}
    expected = begins.get(press.appointment.id, max(now, window_of(press.appointment).starts_at()))
    person = session.get_one(Technician, tap.technician_id).name
    coming = notices.Coming(person, expected, now + SETS_OFF_AFTER)
    return notices.on_my_way(session, press.appointment, coming, now, site=circumstances.site)


def _close(session: Session, press: Taken, status: AppointmentStatus, state: VisitState) -> None:
    """End the appointment, and give back what else is held for its visit.

    `changed_at` and the sequence stay: the entry in the customer's calendar is what was promised.
    """
    for held in held_under_lock(session, press.visit, {press.appointment.date}):
        release(session, held)
    settle(session, press.visit, SelectionState.WITHDRAWN)
    press.appointment.status = status
    press.visit.state = state
    session.flush()


def _report(session: Session, touch: Touch, done: WorkDone, press: Taken, now: datetime) -> Report:
    report = Report(
        appointment=press.appointment,
        technician=session.get_one(Technician, touch.technician_id),
        certificate_on=done.certificate_on,
        work=[one.value for one in done.work],
        note=done.note,
        next_due_on=done.next_due_on,
        served_before_on=press.visit.boiler.last_service_on,
        made_at=now,
    )
    session.add(report)
    return report


def _taken_back(session: Session, tap: Tap) -> bool:
    """Return whether the message that a tap caused was taken back before anybody sent it."""
    message_id, tap.message_id = tap.message_id, None
    session.flush()
    return message_id is None or withdraw(session, message_id)


def _reopen(session: Session, tap: Tap, visit: Visit) -> None:
    """Let a visit be what it was before it was done."""
    report = session.scalars(
        sa.select(Report).where(Report.appointment_id == tap.appointment_id)
    ).one()
    following, visit.boiler.last_service_on = report.next_visit, report.served_before_on
    session.delete(report)
    session.flush()
    if following is not None:
        _take_away(session, following)
    visit.state = VisitState.OPEN
    tap.appointment.status = AppointmentStatus.CONFIRMED


def _take_away(session: Session, following: Visit) -> None:
    """Take the next turn away again; raises TooLateToUndo when somebody was invited to it."""
    session.delete(following)
    try:
        session.flush()
    except IntegrityError as taken:
        raise TooLateToUndo from taken
