"""An appointment as an event in its customer's calendar."""

from __future__ import annotations

from datetime import datetime

from portal.booking.models import Appointment
from portal.booking.wording import Window, place
from portal.calendar.invite import CalendarEvent
from portal.clock import AMSTERDAM
from portal.pages import clock_time
from portal.site import Site
from portal.texts import text


def window_of(appointment: Appointment) -> Window:
    """Return the window that was promised."""
    return appointment.date, appointment.window_start, appointment.window_end


def calendar_event(appointment: Appointment, now: datetime, site: Site) -> CalendarEvent:
    """Return the event, in the language of `spoken_to`; `now` becomes its DTSTAMP.

    It shows what is safe in a shared calendar: the link leads to a page that asks for proof.
    """
    customer, address = appointment.visit.customer, appointment.visit.address
    start, end = appointment.window_start, appointment.window_end
    return CalendarEvent(
        uid=appointment.uid,
        sequence=appointment.sequence,
        dtstamp=now,
        start=datetime.combine(appointment.date, start, AMSTERDAM),
        end=datetime.combine(appointment.date, end, AMSTERDAM),
        summary=text("Boiler service by %(company)s", company=site.company_name),
        location=place(address),
        description=_description(appointment, site),
        organizer_name=site.company_name,
        organizer_email=site.company_email,
        attendee_name=customer.name,
        attendee_email=customer.email or "",
        url=site.appointment_page(appointment.reference),
        lat=address.lat,
        lon=address.lon,
        created=appointment.booked_at,
        changed=appointment.changed_at,
    )


def _description(appointment: Appointment, site: Site) -> str:
    return "\n".join(
        (
            text(
                "Our technician comes between %(start)s and %(end)s.",
                start=clock_time(appointment.window_start),
                end=clock_time(appointment.window_end),
            ),
            text("Appointment number: %(reference)s", reference=appointment.reference),
            text("See or change it: %(page)s", page=site.appointment_page(appointment.reference)),
            text("Questions? Call %(phone)s.", phone=site.company_phone),
        )
    )
