"""A customer's own appointments as a calendar that follows every change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from portal.booking.entry import calendar_event
from portal.booking.models import Appointment, AppointmentStatus
from portal.calendar.feeds import CANCELLED_FOR, Feed, FeedEvent
from portal.clock import local_date
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.site import Site
from portal.texts import text

LOOKING_BACK = timedelta(days=2 * 366)


def customer_feed(session: Session, customer: Customer, site: Site, now: datetime) -> Feed:
    """Return the customer's appointments, in the language of `spoken_to`."""
    return Feed(
        name=text("Appointments with %(company)s", company=site.company_name),
        organizer_name=site.company_name,
        organizer_email=site.company_email,
        events=tuple(_entry(one, site) for one in told_appointments(session, customer, now)),
    )


def told_appointments(session: Session, customer: Customer, now: datetime) -> Sequence[Appointment]:
    """Return the customer's appointments of two years and to come; cancelled ones for 30 days."""
    is_told = sa.or_(
        Appointment.status != AppointmentStatus.CANCELLED,
        Appointment.changed_at > now - CANCELLED_FOR,
    )
    return session.scalars(
        sa.select(Appointment)
        .join(Appointment.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .where(
            Address.customer_id == customer.id,
            Appointment.date >= local_date(now) - LOOKING_BACK,
            is_told,
        )
        .options(
            contains_eager(Appointment.visit)
            .contains_eager(Visit.boiler)
            .contains_eager(Boiler.address)
        )
        .order_by(Appointment.id)
    ).all()


def _entry(appointment: Appointment, site: Site) -> FeedEvent:
    event = calendar_event(appointment, site)
    is_cancelled = appointment.status is AppointmentStatus.CANCELLED
    summary, description = event.summary, event.description
    if is_cancelled:  # said in words too, for not every calendar shows the status
        summary = text("Cancelled: %(what)s", what=summary)
        description = text("Questions? Call %(phone)s.", phone=site.company_phone)
    return FeedEvent(
        uid=event.uid,
        sequence=event.sequence,
        changed=event.changed,
        start=event.start,
        end=event.end,
        summary=summary,
        location=event.location,
        description=description,
        url=event.url,
        lat=event.lat,
        lon=event.lon,
        is_cancelled=is_cancelled,
        is_busy=not is_cancelled,
    )
