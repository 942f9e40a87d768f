"""On the morning of the day, tell between which times the technician is expected.

A round reads the appointments of today that had no turn yet in one query, and the routes of each
branch once. Who gets no narrower time has had the turn too: it is not computed again all day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus, TellingKind
from portal.booking.notices.reminders import estimated
from portal.booking.queries import window_of
from portal.booking.telling.estimate import Estimate, estimate
from portal.booking.telling.once import had_its_turn, locked_appointment, takes_turn
from portal.booking.telling.reminder import is_estimated
from portal.clock import local_date
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.database import db, transaction
from portal.planning.queries import planned_day
from portal.planning.windows import Window
from portal.rounds import one_by_one
from portal.site import Site


@dataclass(frozen=True, slots=True)
class Expected:
    """An appointment of today, its window as it was read, and what is expected; None: no more."""

    appointment_id: int
    reference: str
    window: Window
    estimate: Estimate | None


def estimate_due(now: datetime, site: Site) -> tuple[int, int]:
    """Tell everybody whose moment has come; return how many had a message, and how many had not.

    Begins with a rollback of the session.
    """
    expected = due_estimates(db.session(), now)
    db.session.rollback()
    told = one_by_one(expected, lambda one: _told(one, now, site))
    return told.count(True), told.count(False)


def due_estimates(session: Session, now: datetime) -> list[Expected]:
    """Return the appointments of today whose turn it is, with what is expected by the routes."""
    found: dict[int, list[Appointment]] = defaultdict(list)
    for branch_id, one in _whose_turn(session, now):
        found[branch_id].append(one)

    def of_branch(branch_id: int) -> list[Expected]:
        by_visit = estimates_of(session, branch_id, now)
        return [
            Expected(one.id, one.reference, window_of(one), by_visit.get(one.visit_id))
            for one in found[branch_id]
        ]

    return [one for expected in one_by_one(found, of_branch) for one in expected]


def estimates_of(session: Session, branch_id: int, now: datetime) -> Mapping[int, Estimate]:
    """Return what is expected of the booked visits of a branch today, by visit."""
    day = planned_day(session, branch_id, local_date(now))
    found: dict[int, Estimate] = {}
    for route in day.routes if day is not None else ():
        for before, stop in enumerate(route.stops):
            expected = estimate(stop.window, stop.begin, stop.slack_minutes, before)
            if expected is not None and stop.fact.held_until is None:
                found[stop.visit.id] = expected
    return found


def _whose_turn(session: Session, now: datetime) -> Sequence[tuple[int, Appointment]]:
    rows = session.execute(
        sa.select(Customer.branch_id, Appointment)
        .join(Appointment.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(
            Appointment.date == local_date(now),
            Appointment.status == AppointmentStatus.CONFIRMED,
            ~had_its_turn(TellingKind.ESTIMATE),
        )
        .order_by(Customer.branch_id, Appointment.window_start, Appointment.id)
    )
    return [(branch_id, one) for branch_id, one in rows if is_estimated(window_of(one), now)]


def _told(one: Expected, now: datetime, site: Site) -> bool | None:
    """Return whether a message went out; None when it was cancelled, moved or told meanwhile."""
    with transaction() as session:
        appointment = locked_appointment(session, one.appointment_id)
        if appointment is None or window_of(appointment) != one.window:
            return None
        if not takes_turn(session, appointment, TellingKind.ESTIMATE, now):
            return None
        if one.estimate is None:
            return False
        return estimated(session, appointment, one.estimate, now, site=site) is not None
