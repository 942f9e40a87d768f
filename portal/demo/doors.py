"""Who a visitor of the demo can be: customers in different situations, and colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.access.guards import Role
from portal.access.models import StaffMember
from portal.booking.links import path_of
from portal.booking.models import Appointment, AppointmentStatus, Invitation, InvitationState
from portal.booking.offering.offers import offer_for
from portal.booking.policy import LINK_DAYS_AFTER_DEADLINE, may_change
from portal.clock import local_date
from portal.customers.models import Address, Boiler, Channel, Customer, Visit, VisitState
from portal.planning.models import DayPlan, Stop
from portal.regions.errors import HolidaysUnknown
from portal.regions.holidays_nl import SchoolHoliday
from portal.regions.queries import branch_calendar, regions_of_branch

LOOKED_AT = 8  # so many invitations are looked at to find one with much to choose
HOLIDAY_AHEAD = 180


@dataclass(frozen=True)
class Guest:
    """An invited customer and the path of the personal link; booked ones with their appointment."""

    invitation: Invitation
    path: str
    appointment: Appointment | None = None

    @property
    def customer(self) -> Customer:
        """Whom the link is for."""
        return self.invitation.visit.customer

    @property
    def address(self) -> Address:
        """Where the boiler hangs."""
        return self.invitation.visit.address


@dataclass(frozen=True)
class Colleague:
    """Somebody who works here; technicians with their number of visits on the shown date."""

    member: StaffMember
    visits: int = 0


def undecided(
    session: Session,
    now: datetime,
    signing_key: str,
    locale: str,
    channel: Channel = Channel.MAIL,
) -> list[Guest]:
    """Return who were invited in a language and way and have not chosen, widest choice first."""
    asked_once = ~sa.exists().where(Appointment.visit_id == Invitation.visit_id)
    still_opens = local_date(now) - timedelta(days=LINK_DAYS_AFTER_DEADLINE)
    wanted = _invitations(locale).where(
        asked_once, Invitation.deadline_on >= still_opens, Invitation.channel == channel
    )
    found = session.scalars(wanted.order_by(Invitation.id.desc()).limit(LOOKED_AT)).all()
    offers = [(offer_for(session, invitation.visit, now), invitation) for invitation in found]
    by_choice = sorted(
        ((sum(len(day.windows) for day in offer.all), one.id, one) for offer, one in offers),
        reverse=True,
    )
    return [_guest(one, signing_key) for windows, _, one in by_choice if windows]


def with_appointment(session: Session, now: datetime, signing_key: str) -> Guest | None:
    """Return an invited customer whose appointment can still be moved and cancelled, or None."""
    wanted = (
        _invitations("nl")
        .join(Appointment, Appointment.visit_id == Invitation.visit_id)
        .where(Appointment.status == AppointmentStatus.CONFIRMED)
        .where(Appointment.date > local_date(now))
        .order_by(Appointment.date, Appointment.id)
        .add_columns(Appointment)
    )
    for invitation, appointment in session.execute(wanted):
        if may_change(appointment.date, now):
            return _guest(invitation, signing_key, appointment)
    return None


def colleagues(session: Session, role: Role, day: date | None = None) -> list[Colleague]:
    """Return the colleagues with a role; technicians with most visits on the day first."""
    wanted = (
        sa.select(StaffMember)
        .where(StaffMember.role == role, StaffMember.active)
        .order_by(StaffMember.id)
    )
    visits = _visits_by_technician(session, day) if day else {}
    found = [
        Colleague(one, visits.get(one.technician_id or 0, 0)) for one in session.scalars(wanted)
    ]
    return sorted(found, key=lambda one: -one.visits)


def next_day_with_visits(session: Session, today: date) -> date | None:
    """Return today if anybody drives, else the next date on which somebody does."""
    return session.scalar(
        sa.select(sa.func.min(DayPlan.date)).where(DayPlan.date >= today, DayPlan.stops.any())
    )


def next_holiday(session: Session, branch_id: int, today: date) -> SchoolHoliday | None:
    """Return the school holiday that is now or comes next, or None when none is known."""
    last_on = today + timedelta(days=HOLIDAY_AHEAD)
    calendar = branch_calendar(session, branch_id, today, last_on)
    region = regions_of_branch(session, branch_id)[0]
    try:
        for ahead in range(HOLIDAY_AHEAD):
            day = today + timedelta(days=ahead)
            if holiday := calendar.school_holiday(region.id, day):
                return holiday
    except HolidaysUnknown:
        return None
    return None


def _invitations(locale: str) -> sa.Select[Invitation]:
    return (
        sa.select(Invitation)
        .join(Invitation.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(
            Invitation.state == InvitationState.OPEN,
            Visit.state == VisitState.OPEN,
            Customer.locale == locale,
        )
        .options(
            joinedload(Invitation.visit)
            .joinedload(Visit.boiler)
            .joinedload(Boiler.address)
            .joinedload(Address.customer)
        )
    )


def _guest(
    invitation: Invitation, signing_key: str, appointment: Appointment | None = None
) -> Guest:
    return Guest(invitation, path_of(invitation, signing_key), appointment)


def _visits_by_technician(session: Session, day: date) -> dict[int, int]:
    counted = (
        sa.select(Stop.technician_id, sa.func.count())
        .join(Stop.day_plan)
        .where(DayPlan.date == day)
        .group_by(Stop.technician_id)
    )
    return dict(session.execute(counted).all())
