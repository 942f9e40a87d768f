"""Invite, confirm, move, cancel. Every way to an appointment leads through here.

Each action runs in the caller's writing transaction, locks the visit first and then the days.
"""

from __future__ import annotations

import hashlib
import random
import secrets
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking import notices
from portal.booking.errors import (
    AlreadyBooked,
    KeyReused,
    NotBookable,
    NothingToChange,
    TooLateToChange,
)
from portal.booking.models import (
    Appointment,
    AppointmentStatus,
    Invitation,
    InvitationState,
    KeptAnswer,
)
from portal.booking.policy import bookable_period, may_change
from portal.booking.references import CODE_DIGITS, REFERENCE_DIGITS, drawn
from portal.calendar.uids import new_uid
from portal.customers.models import Visit, VisitState
from portal.planning.actions import admit, keep, lock_days, release
from portal.planning.errors import WindowTaken
from portal.planning.models import Opening, Stop
from portal.planning.windows import Window
from portal.site import Site

RNG = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Choice:
    """The window somebody chose, and the key of the form that it came with."""

    opening_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and by whom something is done, and whose name stands under the message.

    `override` is why a planner changes it later than a customer may.
    """

    now: datetime
    by: str
    site: Site
    override: str = ""


def invite(
    session: Session, visit: Visit, deadline_on: date, now: datetime, rng: random.Random = RNG
) -> Invitation:
    """Make the invitation of a visit, or renew its deadline when there is one already."""
    known = session.scalar(
        sa.select(Invitation).where(
            Invitation.visit_id == visit.id, Invitation.state == InvitationState.OPEN
        )
    )
    if known is not None:
        known.deadline_on = max(known.deadline_on, deadline_on)
        return known
    invitation = Invitation(
        visit=visit,
        code=_unused(session, Invitation.code, CODE_DIGITS, rng),
        channel=visit.customer.channel,
        invited_at=now,
        deadline_on=deadline_on,
    )
    session.add(invitation)
    session.flush()
    return invitation


def confirm(
    session: Session,
    visit: Visit,
    choice: Choice,
    circumstances: Circumstances,
    rng: random.Random = RNG,
) -> Appointment:
    """Book the chosen window; the same form sent again returns the same appointment.

    Raises AlreadyBooked, NotBookable, WindowTaken, NoLongerFits or KeyReused; then nothing changed.
    """
    visit = _locked(session, visit)
    kept = _kept_answer(session, choice, f"confirm:{visit.id}")
    if kept is not None:
        return kept
    if live_appointment(session, visit) is not None or visit.state is not VisitState.OPEN:
        raise AlreadyBooked
    window = _bookable_window(session, visit, choice, circumstances.now)
    admit(session, visit, window, opening_id=choice.opening_id)
    appointment = _appointment(session, visit, window, circumstances, rng)
    _keep_answer(session, choice, f"confirm:{visit.id}", appointment, circumstances.now)
    _record(session, appointment, "confirmed", circumstances)
    notices.confirmed(session, appointment, circumstances.now, site=circumstances.site)
    return appointment


def move(
    session: Session, appointment: Appointment, choice: Choice, circumstances: Circumstances
) -> Appointment:
    """Move an appointment to the chosen window. The old one is kept until the new is certain.

    Choosing the window that one has already changes nothing and sends nothing.

    Raises NothingToChange, TooLateToChange, NotBookable, WindowTaken, NoLongerFits or KeyReused.
    """
    visit = _locked(session, appointment.visit)
    session.refresh(appointment)
    kept = _kept_answer(session, choice, f"move:{visit.id}")
    if kept is not None:
        return kept
    require_changeable(appointment, circumstances.now, circumstances.override)
    before = (appointment.date, appointment.window_start, appointment.window_end)
    window = _bookable_window(session, visit, choice, circumstances.now)
    if window == window_of(appointment):
        return appointment
    lock_days(session, visit.customer.branch_id, [appointment.date, window.date])
    old = booked_stop(session, visit)
    new = admit(session, visit, window, opening_id=choice.opening_id, held_until=circumstances.now)
    release(session, old)
    keep(session, new)
    appointment.date = window.date
    appointment.window_start, appointment.window_end = window.start, window.end
    _next_sequence(appointment, circumstances.now)
    _keep_answer(session, choice, f"move:{visit.id}", appointment, circumstances.now)
    _record(session, appointment, "moved", circumstances)
    notices.moved(session, appointment, before, circumstances.now, site=circumstances.site)
    return appointment


def cancel(
    session: Session, appointment: Appointment, circumstances: Circumstances, again: str = ""
) -> None:
    """Cancel an appointment and give its window back; cancelling twice changes nothing more.

    `again` is the path at which the customer finds new windows; the message leads there.
    """
    visit = _locked(session, appointment.visit)
    session.refresh(appointment)
    if appointment.status is AppointmentStatus.CANCELLED:
        return
    require_changeable(appointment, circumstances.now, circumstances.override)
    release(session, booked_stop(session, visit))
    appointment.status = AppointmentStatus.CANCELLED
    _next_sequence(appointment, circumstances.now)
    _record(session, appointment, "cancelled", circumstances)
    site = circumstances.site
    link = site.base_url + again if again else ""
    notices.cancelled(session, appointment, circumstances.now, site=site, link=link)


def live_appointment(session: Session, visit: Visit) -> Appointment | None:
    """Return the confirmed appointment of a visit, or None."""
    return session.scalar(
        sa.select(Appointment).where(
            Appointment.visit_id == visit.id, Appointment.status == AppointmentStatus.CONFIRMED
        )
    )


def window_of(appointment: Appointment) -> Window:
    """Return the window that an appointment promises."""
    return Window(appointment.date, appointment.window_start, appointment.window_end)


def booked_stop(session: Session, visit: Visit) -> Stop:
    """Return the stop that is the witness of a visit's appointment."""
    return session.scalars(
        sa.select(Stop).where(Stop.visit_id == visit.id, Stop.held_until.is_(None))
    ).one()


def _locked(session: Session, visit: Visit) -> Visit:
    return session.scalars(
        sa.select(Visit)
        .where(Visit.id == visit.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _bookable_window(session: Session, visit: Visit, choice: Choice, now: datetime) -> Window:
    opening = session.get(Opening, choice.opening_id)
    if opening is None or opening.region_id != visit.address.region_id:
        raise WindowTaken
    first_on, last_on = bookable_period(visit.due_on, now)
    if not first_on <= opening.date <= last_on:
        raise NotBookable
    return Window(opening.date, opening.window_start, opening.window_end)


def _appointment(
    session: Session,
    visit: Visit,
    window: Window,
    circumstances: Circumstances,
    rng: random.Random,
) -> Appointment:
    appointment = Appointment(
        visit=visit,
        reference=_unused(session, Appointment.reference, REFERENCE_DIGITS, rng),
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
    return appointment


def require_changeable(appointment: Appointment, now: datetime, override: str = "") -> None:
    """Raise NothingToChange or TooLateToChange unless it may be changed now."""
    if appointment.status is not AppointmentStatus.CONFIRMED:
        raise NothingToChange
    if not may_change(appointment.date, now, override):
        raise TooLateToChange


def _next_sequence(appointment: Appointment, now: datetime) -> None:
    appointment.sequence += 1
    appointment.changed_at = now


def _kept_answer(session: Session, choice: Choice, what: str) -> Appointment | None:
    kept = session.get(KeptAnswer, choice.key)
    if kept is None:
        return None
    if kept.request_hash != _hash(choice, what):
        raise KeyReused
    return session.scalars(sa.select(Appointment).where(Appointment.reference == kept.answer)).one()


def _keep_answer(
    session: Session, choice: Choice, what: str, appointment: Appointment, now: datetime
) -> None:
    session.add(
        KeptAnswer(
            key=choice.key,
            request_hash=_hash(choice, what),
            answer=appointment.reference,
            kept_at=now,
        )
    )
    session.flush()


def _hash(choice: Choice, what: str) -> str:
    return hashlib.sha256(f"{what}:{choice.opening_id}".encode()).hexdigest()


def _unused(
    session: Session, column: sa.orm.InstrumentedAttribute[str], digits: int, rng: random.Random
) -> str:
    while True:
        candidate = drawn(rng, digits)
        if not session.scalar(sa.select(sa.exists().where(column == candidate))):
            return candidate


def _record(
    session: Session, appointment: Appointment, action: str, circumstances: Circumstances
) -> None:
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
