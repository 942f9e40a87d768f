"""How far a technician is, by what was tapped, and when the visits that are left will begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import midnight
from portal.customers.models import Address, Boiler, Visit
from portal.fieldwork.models import Tap
from portal.fieldwork.steps import ENDS, Step
from portal.planning.day import day_state
from portal.planning.expected import Standing, expected_begins, planned_begins
from portal.planning.models import DayPlan, Stop


@dataclass(frozen=True, slots=True)
class Expected:
    """When work at an appointment begins by the plan, and when it will as far as we know."""

    appointment: Appointment
    planned: datetime
    begin: datetime


def taps_of_day(session: Session, technician_id: int, day: date) -> Sequence[Tap]:
    """Return what a technician tapped on a day at its appointments, in order.

    What was tapped before an appointment was moved to this day is about another day.
    """
    return session.scalars(
        sa.select(Tap)
        .join(Tap.appointment)
        .where(Tap.technician_id == technician_id, Tap.undone_at.is_(None), Appointment.date == day)
        .where(Tap.tapped_at >= midnight(day))
        .options(
            contains_eager(Tap.appointment)
            .joinedload(Appointment.visit)
            .joinedload(Visit.boiler)
            .joinedload(Boiler.address)
            .joinedload(Address.customer)
        )
        .order_by(Tap.tapped_at, Tap.id)
    ).all()


def taps_at(session: Session, appointment_id: int) -> Sequence[Tap]:
    """Return what was tapped at one appointment, on its day, and not taken back, in order."""
    day = session.get_one(Appointment, appointment_id).date
    return session.scalars(
        sa.select(Tap)
        .where(Tap.appointment_id == appointment_id, Tap.undone_at.is_(None))
        .where(Tap.tapped_at >= midnight(day))
        .order_by(Tap.tapped_at, Tap.id)
    ).all()


def expectations(
    session: Session, technician_id: int, plan: DayPlan, now: datetime
) -> tuple[Expected, ...]:
    """Return what is left of a technician's day with its expected times, in the order of the route.

    Empty until something was tapped: a plan without taps says nothing about how the day goes.
    """
    taps = taps_of_day(session, technician_id, plan.date)
    if not taps:
        return ()
    stops = _stops_left(session, technician_id, plan, _at_work(taps))
    standing = standing_of(taps, {one.visit_id: stop.id for stop, one in stops}, now)
    stops = sorted(stops, key=lambda pair: pair[0].id != standing.heading)
    state = day_state(session, plan)
    begins = expected_begins(state, technician_id, standing, [stop.id for stop, _ in stops], now)
    planned = planned_begins(state, technician_id)
    return tuple(
        Expected(appointment, planned[stop.id], begins[stop.id])
        for stop, appointment in stops
        if stop.id in begins
    )


def standing_of(taps: Sequence[Tap], stop_ids: dict[int, int], now: datetime) -> Standing:
    """Return where a technician is after these taps; `stop_ids` are those left, by visit id.

    Work that was started takes its usual time, and at least until now.
    """
    last = taps[-1]
    visit = last.appointment.visit
    if last.step is Step.ON_MY_WAY:
        ended = [tap.appointment.visit for tap in taps if tap.step in ENDS]
        place = _place(ended[-1]) if ended else None
        return Standing(place, last.tapped_at, stop_ids.get(visit.id))
    if last.step is Step.STARTED:
        usual = last.tapped_at + timedelta(minutes=visit.boiler.service_minutes)
        return Standing(_place(visit), max(usual, now))
    return Standing(_place(visit), last.tapped_at)


def _at_work(taps: Sequence[Tap]) -> int | None:
    """Return the appointment at which work was started and goes on, or None."""
    return taps[-1].appointment_id if taps[-1].step is Step.STARTED else None


def _place(visit: Visit) -> tuple[float, float] | None:
    address = visit.address
    return None if address.lat is None or address.lon is None else (address.lat, address.lon)


def _stops_left(
    session: Session, technician_id: int, plan: DayPlan, at_work: int | None
) -> list[tuple[Stop, Appointment]]:
    """Return the stops whose appointment stands and whose work has not begun, in order."""
    rows = session.execute(
        sa.select(Stop, Appointment)
        .join(Appointment, Appointment.visit_id == Stop.visit_id)
        .where(
            Stop.day_plan_id == plan.id,
            Stop.technician_id == technician_id,
            Stop.held_until.is_(None),
            Appointment.status == AppointmentStatus.CONFIRMED,
            Appointment.id != (at_work or 0),
        )
        .options(joinedload(Appointment.visit))
        .order_by(Stop.position)
    )
    return [(stop, appointment) for stop, appointment in rows]
