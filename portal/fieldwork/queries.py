"""What a technician's page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.fieldwork.models import Report
from portal.planning.models import DayPlan, Stop
from portal.planning.queries import PlannedRoute, planned_day
from portal.regions.queries import branch_calendar
from portal.technicians.models import Absence, AbsenceKind, Technician


def route_of(session: Session, technician: Technician, day: date) -> PlannedRoute | None:
    """Return a technician's route on a date, or None when nothing is planned for that person."""
    planned = planned_day(session, technician.branch_id, day)
    routes = planned.routes if planned else ()
    return next((one for one in routes if one.on_duty.technician_id == technician.id), None)


def day_plan_of(session: Session, technician: Technician, day: date) -> DayPlan | None:
    """Return the day plan of a technician's branch on a date, or None."""
    return session.scalar(
        sa.select(DayPlan).where(DayPlan.branch_id == technician.branch_id, DayPlan.date == day)
    )


def absence_on(session: Session, technician: Technician, day: date) -> AbsenceKind | None:
    """Return why a technician is away on a date, or None."""
    return session.scalars(
        sa.select(Absence.kind).where(
            Absence.technician_id == technician.id, Absence.first_on <= day, Absence.last_on >= day
        )
    ).first()


def days_beside(session: Session, technician: Technician, day: date) -> tuple[date, date]:
    """Return the branch's last workday before a date and its first after it."""
    workdays = branch_calendar(session, technician.branch_id, day, day).workdays()
    before = max((one for one in workdays if one < day), default=day)
    return before, min((one for one in workdays if one > day), default=day)


def next_day_with_visits(session: Session, technician: Technician, after: date) -> date | None:
    """Return the first date after another on which this technician has visits, or None."""
    return session.scalar(
        sa.select(sa.func.min(DayPlan.date))
        .join(Stop, Stop.day_plan_id == DayPlan.id)
        .where(
            DayPlan.date > after,
            Stop.technician_id == technician.id,
            Stop.held_until.is_(None),
        )
    )


def active_technicians(session: Session) -> Sequence[Technician]:
    """Return everybody who drives a route, by name."""
    wanted = sa.select(Technician).where(Technician.active)
    return session.scalars(wanted.order_by(Technician.name, Technician.id)).all()


def report_of(session: Session, appointment_id: int) -> Report | None:
    """Return the report of an appointment's visit, or None when the work is not done."""
    return session.scalar(sa.select(Report).where(Report.appointment_id == appointment_id))


def stands_on_route(session: Session, visit_id: int, technician_id: int) -> bool:
    """Return whether a visit is booked on a technician's route, on whatever day."""
    its = sa.exists().where(
        Stop.visit_id == visit_id, Stop.technician_id == technician_id, Stop.held_until.is_(None)
    )
    return bool(session.scalar(sa.select(its)))
