"""A technician's visits for a calendar: when, in which order, in which street; for whom, no more.

A telephone shows its calendar on a locked screen, and others may read along: the house number, the
name and the telephone number stand behind the sign-in, on the page of the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.access.guards import Role
from portal.access.models import StaffMember
from portal.booking.models import Appointment, AppointmentStatus
from portal.calendar.feeds import Feed, FeedEvent, derived_uid
from portal.clock import AMSTERDAM
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.customers.salutation import bare_name
from portal.planning.models import DayPlan, Stop
from portal.site import Site
from portal.technicians.models import Technician
from portal.texts import text

DAYS_BACK = timedelta(days=14)
DAYS_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class ToldStop:
    """A booked stop with its day and its appointment."""

    stop: Stop
    plan: DayPlan
    appointment: Appointment


def technician_of(session: Session, technician_id: int | None) -> StaffMember | None:
    """Return the account of a technician who still works here and may still sign in, or None."""
    return session.scalar(
        sa.select(StaffMember)
        .join(Technician, Technician.id == StaffMember.technician_id)
        .where(
            Technician.id == technician_id,
            Technician.active,
            StaffMember.active,
            StaffMember.role.in_((Role.TECHNICIAN, Role.ADMINISTRATOR)),
        )
    )


def technician_feed(
    session: Session,
    technician_id: int,
    site: Site,
    today: date,
    page: Callable[[date], str],
) -> Feed:
    """Return the technician's visits of 14 days back to 60 days ahead; `page` is a day's address.

    In the language of `spoken_to`.
    """
    days = groupby(told_stops(session, technician_id, today), lambda told: told.plan.id)
    return Feed(
        name=text("My visits for %(company)s", company=site.company_name),
        organizer_name=site.company_name,
        organizer_email=site.company_email,
        events=tuple(event for _, day in days for event in _events_of_day(list(day), page)),
    )


def told_stops(session: Session, technician_id: int, today: date) -> Sequence[ToldStop]:
    """Return the technician's booked stops around a date, by date and in the route's order."""
    its_appointment = sa.and_(
        Appointment.visit_id == Stop.visit_id,
        Appointment.status.in_((AppointmentStatus.CONFIRMED, AppointmentStatus.DONE)),
    )
    rows = session.execute(
        sa.select(Stop, DayPlan, Appointment)
        .join(Stop.day_plan)
        .join(Appointment, its_appointment)
        .where(
            Stop.technician_id == technician_id,
            Stop.held_until.is_(None),
            DayPlan.date.between(today - DAYS_BACK, today + DAYS_AHEAD),
        )
        .options(
            joinedload(Stop.visit)
            .joinedload(Visit.boiler)
            .joinedload(Boiler.address)
            .joinedload(Address.customer)
        )
        .order_by(DayPlan.date, Stop.position, Appointment.id)
    )
    return [ToldStop(*row) for row in rows]


def _events_of_day(told: Sequence[ToldStop], page: Callable[[date], str]) -> Iterator[FeedEvent]:
    """Yield the visits of a day. They change together: a new one moves the others in the order."""
    changed = max(one.appointment.changed_at for one in told)
    solved_at = told[0].plan.solved_at
    changed = max(changed, solved_at) if solved_at else changed
    for number, one in enumerate(told, start=1):
        yield _event(one, number, len(told), changed, page(one.plan.date))


def _event(told: ToldStop, number: int, several: int, changed: datetime, page: str) -> FeedEvent:
    stop, day, address = told.stop, told.plan.date, told.stop.visit.address
    minutes = stop.visit.boiler.service_minutes
    return FeedEvent(
        uid=derived_uid("stop", told.appointment.uid),
        sequence=told.appointment.sequence,
        changed=changed,
        start=datetime.combine(day, stop.window_start, AMSTERDAM),
        end=datetime.combine(day, stop.window_end, AMSTERDAM),
        summary=f"{number}/{several} {initial(address.customer)} {address.street}",
        location=f"{address.street}, {address.city}",
        description="\n".join(
            (
                text("Visit %(number)s of %(several)s", number=number, several=several),
                text("about %(minutes)s minutes of work", minutes=minutes),
                text("House number, name and telephone: %(page)s", page=page),
            )
        ),
        url=page,
    )


def initial(customer: Customer) -> str:
    """Return "V." for a customer called De Vries or Voorbeeld's first letter, or ""."""
    name = customer.surname.strip() or bare_name(customer)
    letter = next((sign for sign in name if sign.isalpha()), "")
    return f"{letter.upper()}." if letter else ""
