"""We cannot keep a promise: cancel in our own name, keep something better, and say sorry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions.appointments import (
    bookable_window,
    cancel,
    held_under_lock,
    locked,
    require_changeable,
)
from portal.booking.actions.invitations import invite
from portal.booking.broken_words import reason_for_staff
from portal.booking.circumstances import Circumstances
from portal.booking.errors import WITH_ALTERNATIVES
from portal.booking.links import path_of
from portal.booking.models import Apology, Appointment, BrokenBecause
from portal.booking.notices.apologies import Amends, apologised
from portal.booking.offering.offer import OfferedWindow
from portal.booking.offering.offers import offer_for
from portal.booking.policy import may_change
from portal.booking.queries import live_appointment, window_of, window_of_stop
from portal.booking.replacement import ANSWER, KEPT_FOR, TRIED, on_other_dates, replacements
from portal.clock import local_date
from portal.customers.models import Visit
from portal.planning.actions import admit
from portal.planning.models import Hold, HoldKind, Stop
from portal.site import Site


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a promise breaks, who owns it (a name for the customer), and what could replace it."""

    because: BrokenBecause
    person: str
    instead: Sequence[OfferedWindow] = ()


def what_could_replace(session: Session, visit: Visit, now: datetime) -> tuple[OfferedWindow, ...]:
    """Return the windows that could replace a visit's appointment, best first. Read only.

    They are found while the old one still stands on its route, so each is there beside it. Ask
    outside the writing transaction: `apologise` looks once more at those it keeps.
    """
    appointment = live_appointment(session, visit)
    if appointment is None:
        return ()
    window = window_of(appointment)
    return replacements(offer_for(session, visit, now, window), window)


def apologise(
    session: Session,
    appointment: Appointment,
    broken: Broken,
    circumstances: Circumstances,
    signing_key: str,
) -> Apology:
    """End an appointment that we cannot keep, keep another window for a day, and say sorry.

    Desk and planner may do so until the day is over. Done twice, it is done once. Raises
    NothingToChange or TooLateToChange.
    """
    now, visit = circumstances.now, locked(session, appointment.visit)
    session.refresh(appointment)
    if known := apology_for(session, appointment):
        return known
    words = reason_for_staff(broken.because)
    require_changeable(appointment, now, words)
    held_under_lock(session, visit, _dates(appointment, broken))
    late = "" if may_change(appointment.date, now) else words
    cancel(session, appointment, replace(circumstances, override=late), tell=_told_below)
    kept = _kept_instead(session, visit, broken.instead, now)
    apology = Apology(
        appointment=appointment, reason=broken.because, made_at=now, owner=circumstances.by
    )
    session.add(apology)
    _record(session, apology, kept, circumstances)
    invitation = invite(session, visit, local_date(now) + ANSWER, now)
    link = circumstances.site.base_url + path_of(invitation, signing_key)
    amends = _amends(broken, kept, link)
    apologised(session, appointment, amends, now, site=circumstances.site)
    return apology


def apology_for(session: Session, appointment: Appointment) -> Apology | None:
    """Return the apology that was made for an appointment, or None."""
    return session.scalar(sa.select(Apology).where(Apology.appointment_id == appointment.id))


def _told_below(
    session: Session, appointment: Appointment, now: datetime, *, site: Site, link: str
) -> None:
    """Leave it to the apology, which also knows what is kept instead."""


def _dates(appointment: Appointment, broken: Broken) -> set[date]:
    return {appointment.date, *(one.window.date for one in broken.instead[:TRIED])}


def _kept_instead(
    session: Session, visit: Visit, instead: Sequence[OfferedWindow], now: datetime
) -> Stop | None:
    """Return the stop that keeps the first of these windows that can still be kept, or None."""
    for one in instead[:TRIED]:
        try:
            window = bookable_window(session, visit, one.opening_id, now)
            hold = Hold(HoldKind.CHOICE, now + KEPT_FOR)
            return admit(session, visit, window, opening_id=one.opening_id, hold=hold)
        except WITH_ALTERNATIVES:
            continue
    return None


def _amends(broken: Broken, kept: Stop | None, link: str) -> Amends:
    window = window_of_stop(kept) if kept is not None else None
    return Amends(
        because=broken.because,
        person=broken.person,
        link=link,
        kept=window,
        kept_until=kept.held_until if kept is not None else None,
        others=on_other_dates(broken.instead, window.date if window else None),
    )


def _record(
    session: Session, apology: Apology, kept: Stop | None, circumstances: Circumstances
) -> None:
    appointment = apology.appointment
    instead = window_of_stop(kept) if kept is not None else None
    record(
        session,
        actor=circumstances.by,
        action="appointment.broken",
        subject=f"visit:{appointment.visit_id}",
        now=circumstances.now,
        detail={
            "appointment": appointment.id,
            "because": apology.reason.value,
            **(
                {"date": instead.date.isoformat(), "window": f"{instead.start:%H:%M}"}
                if instead
                else {}
            ),
        },
    )
