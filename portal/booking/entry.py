"""An appointment as an entry in a calendar, in the language and tone that are spoken now."""

from __future__ import annotations

from datetime import datetime

from portal.booking.models import Appointment
from portal.booking.references import sayable
from portal.calendar.invite import CalendarEvent
from portal.clock import AMSTERDAM
from portal.site import Site
from portal.texts import text


def calendar_event(appointment: Appointment, site: Site) -> CalendarEvent:
    """Return the entry as it stands after the appointment's last change.

    Equal appointments give equal entries: the time stamp is that of the change, not of the request.
    """
    customer, address = appointment.visit.customer, appointment.visit.address
    return CalendarEvent(
        uid=appointment.uid,
        sequence=appointment.sequence,
        dtstamp=appointment.changed_at,
        start=datetime.combine(appointment.date, appointment.window_start, AMSTERDAM),
        end=datetime.combine(appointment.date, appointment.window_end, AMSTERDAM),
        summary=text("Boiler maintenance, %(company)s", company=site.company_name),
        location=f"{address.line}, {address.postcode} {address.city}",
        description=_description(appointment, site),
        organizer_name=site.company_name,
        organizer_email=site.company_email,
        attendee_name=customer.name,
        attendee_email=customer.email or site.company_email,
        url=site.appointment_page(appointment.reference),
        lat=address.lat,
        lon=address.lon,
        created=appointment.booked_at,
        changed=appointment.changed_at,
    )


def _description(appointment: Appointment, site: Site) -> str:
    return "\n".join(
        (
            text("Our technician arrives between these times and then starts at once."),
            text("Reference: %(reference)s", reference=sayable(appointment.reference)),
            text("Move or cancel: %(page)s", page=site.appointment_page(appointment.reference)),
            text("Questions? Call %(phone)s.", phone=site.company_phone),
        )
    )
