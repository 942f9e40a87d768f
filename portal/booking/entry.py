"""An appointment as an entry in its customer's calendar."""

from __future__ import annotations

from datetime import datetime

from portal.booking.models import Appointment
from portal.booking.references import sayable
from portal.booking.wording import place
from portal.calendar.invite import CalendarEvent
from portal.clock import AMSTERDAM
from portal.pages import clock_time
from portal.site import Site
from portal.texts import text


def calendar_event(appointment: Appointment, site: Site, desk: str = "") -> CalendarEvent:
    """Return the entry as it stands after the last change, in the language of `spoken_to`.

    Equal appointments give equal entries: the time stamp is that of the change, not of the request.
    It shows what is safe in a shared calendar: the link leads to a page that asks for proof.
    `desk` is the customer's own address for answers; without it ours is plain.
    """
    customer, address = appointment.visit.customer, appointment.visit.address
    return CalendarEvent(
        uid=appointment.uid,
        sequence=appointment.sequence,
        dtstamp=appointment.changed_at,
        start=datetime.combine(appointment.date, appointment.window_start, AMSTERDAM),
        end=datetime.combine(appointment.date, appointment.window_end, AMSTERDAM),
        summary=text("Boiler maintenance by %(company)s", company=site.company_name),
        location=place(address),
        description=_description(appointment, site),
        organizer_name=site.company_name,
        organizer_email=desk or site.company_email,
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
            text("Appointment number: %(reference)s", reference=sayable(appointment.reference)),
            text(
                "See, move or cancel it: %(page)s",
                page=site.appointment_page(appointment.reference),
            ),
            text("Questions? Call %(phone)s.", phone=site.company_phone),
        )
    )
