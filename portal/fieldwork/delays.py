"""Running late: who is told, about which time, and the other day that may be chosen instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions import cancel
from portal.booking.actions.appointments import locked
from portal.booking.circumstances import Circumstances
from portal.booking.links import path_of
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.queries import open_invitation, window_of
from portal.clock import local_date, midnight
from portal.database import db, transaction
from portal.fieldwork.errors import NobodyIsLate
from portal.fieldwork.late_links import late_path
from portal.fieldwork.lateness import about, is_late, is_news
from portal.fieldwork.models import LateWarning, Tap
from portal.fieldwork.notices import running_late
from portal.fieldwork.progress import Expected, expectations, taps_at
from portal.fieldwork.renewing import invited
from portal.fieldwork.steps import last_step
from portal.planning.models import DayPlan
from portal.rounds import one_by_one
from portal.technicians.models import Technician

WARN_LATE = "warn_of_delay"
BY = "route"  # nobody pressed a button for it: the route of the day says so


@dataclass(frozen=True, slots=True)
class Delay:
    """A customer who is to be told that we come about this moment, for the `number`th time."""

    appointment_id: int
    expected: datetime
    number: int


def warn_of_delays(circumstances: Circumstances, signing_key: str) -> int:
    """Tell everybody of today who must know that we come late; return how many were told.

    Each one in a transaction of its own, so that a busy customer does not keep the others waiting.
    """

    def warn(delay: Delay) -> bool:
        with transaction() as session:
            return _warn(session, delay, circumstances, signing_key)

    return sum(one_by_one(delays(db.session(), circumstances.now), warn))


def delays(session: Session, now: datetime) -> list[Delay]:
    """Return whom to tell on all routes of today on which something was tapped."""

    def of_route(route: tuple[int, DayPlan]) -> list[Delay]:
        expected = expectations(session, *route, now)
        return [delay for one in expected if (delay := _delay(session, one)) is not None]

    found = one_by_one(_routes_under_way(session, local_date(now)), of_route)
    return [delay for of_one in found for delay in of_one]


def another_day(
    session: Session, appointment: Appointment, circumstances: Circumstances, signing_key: str
) -> str:
    """Give back an appointment for which we come too late; return the path to choose another day.

    Only for a customer who was told so, on the day, while the technician is not on the way yet:
    raises NobodyIsLate otherwise. Pressing twice leads to the same page.
    """
    visit = locked(session, appointment.visit)
    session.refresh(appointment)
    if appointment.status is AppointmentStatus.CANCELLED and was_warned(session, appointment):
        invitation = open_invitation(session, visit.id)
        if invitation is None:
            raise NobodyIsLate
        return path_of(invitation, signing_key)
    if not may_choose_another_day(session, appointment, circumstances.now):
        raise NobodyIsLate
    path = path_of(invited(session, visit, circumstances), signing_key)
    cancel(session, appointment, replace(circumstances, override="running late"), path)
    return path


def may_choose_another_day(session: Session, appointment: Appointment, now: datetime) -> bool:
    """Return whether this customer was told that we are late, and may still say: another day."""
    is_today = appointment.date == local_date(now)
    is_live = appointment.status is AppointmentStatus.CONFIRMED
    has_begun = last_step([tap.step for tap in taps_at(session, appointment.id)]) is not None
    return is_today and is_live and not has_begun and was_warned(session, appointment)


def was_warned(session: Session, appointment: Appointment) -> bool:
    """Return whether the customer was told that we come late on this day."""
    return bool(warnings_of(session, appointment))


def warnings_of(session: Session, appointment: Appointment) -> list[LateWarning]:
    """Return what a customer was told about our delay, the last one last.

    What was told before the appointment was moved to its day is about another day.
    """
    told = sa.select(LateWarning).where(
        LateWarning.appointment_id == appointment.id,
        LateWarning.warned_at >= midnight(appointment.date),
    )
    return list(session.scalars(told.order_by(LateWarning.number)))


def _routes_under_way(session: Session, today: date) -> list[tuple[int, DayPlan]]:
    """Return the technicians who tapped something at visits of today, with the plan of the day."""
    rows = session.execute(
        sa.select(Technician.id, DayPlan)
        .join(DayPlan, DayPlan.branch_id == Technician.branch_id)
        .where(
            DayPlan.date == today,
            Technician.id.in_(
                sa.select(Tap.technician_id)
                .join(Tap.appointment)
                .where(Appointment.date == today, Tap.undone_at.is_(None))
                .where(Tap.tapped_at >= midnight(today))
            ),
        )
        .order_by(Technician.id)
    )
    return [(technician_id, plan) for technician_id, plan in rows]


def _delay(session: Session, expected: Expected) -> Delay | None:
    """Return what to tell about one visit, or None: it is in time, told, or somebody is coming."""
    appointment = expected.appointment
    if not is_late(window_of(appointment).ends_at(), expected.planned, expected.begin):
        return None
    told = [one.expected_at for one in warnings_of(session, appointment)]
    if not is_news(expected.begin, told) or taps_at(session, appointment.id):
        return None
    return Delay(appointment.id, expected.begin, len(told) + 1)


def _warn(session: Session, delay: Delay, circumstances: Circumstances, signing_key: str) -> bool:
    """Tell one customer, unless that was done, or the visit ended, since the delay was reckoned."""
    appointment = session.get_one(Appointment, delay.appointment_id)
    locked(session, appointment.visit)
    session.refresh(appointment)
    known = len(warnings_of(session, appointment))
    is_live = appointment.status is AppointmentStatus.CONFIRMED
    if not is_live or known >= delay.number or taps_at(session, appointment.id):
        return False
    _forget_another_day(session, appointment)
    warning = LateWarning(
        appointment_id=appointment.id,
        number=delay.number,
        expected_at=delay.expected,
        warned_at=circumstances.now,
    )
    session.add(warning)
    session.flush()
    link = circumstances.site.base_url + late_path(appointment, signing_key)
    told = running_late(
        session, appointment, warning, link, circumstances.now, site=circumstances.site
    )
    record(
        session,
        actor=circumstances.by,
        action="fieldwork.late",
        subject=f"visit:{appointment.visit_id}",
        now=circumstances.now,
        detail={
            "appointment": appointment.id,
            "expected": about(delay.expected).isoformat(),
            "told": told is not None,
        },
    )
    return True


def _forget_another_day(session: Session, appointment: Appointment) -> None:
    """Let warnings count anew on the day to which an appointment was moved; the trail keeps all."""
    session.execute(
        sa.delete(LateWarning).where(
            LateWarning.appointment_id == appointment.id,
            LateWarning.warned_at < midnight(appointment.date),
        )
    )
