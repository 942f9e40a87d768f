"""What several messages about a visit have in common: its facts, its page, and its invite."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from portal.booking.entry import calendar_event
from portal.booking.models import Appointment
from portal.booking.queries import window_of
from portal.booking.references import sayable
from portal.booking.wording import place, window_in_brief, window_in_words
from portal.calendar import invite
from portal.calendar.invite import CalendarEvent
from portal.customers.models import Visit
from portal.messages.compose import Invite, Mail, Method
from portal.messages.letter import Block, Button, Choices, Fact, Facts, Paragraph
from portal.pages import clock_time
from portal.planning.windows import Window
from portal.site import Site
from portal.texts import text


def brief(appointment: Appointment) -> str:
    """Return the day and the window, for a subject."""
    return window_in_brief(window_of(appointment))


def facts(appointment: Appointment) -> Facts:
    """Return what an appointment is known by: when, where, and its number."""
    return Facts((when(appointment), where(appointment.visit), number(appointment)))


def when(appointment: Appointment) -> Fact:
    """Return the day and the window."""
    return Fact(text("When"), window_in_words(window_of(appointment)))


def where(visit: Visit) -> Fact:
    """Return the address."""
    return Fact(text("Where"), place(visit.address))


def number(appointment: Appointment) -> Fact:
    """Return the appointment number as people say it."""
    return Fact(text("Appointment number"), sayable(appointment.reference))


def over(name: str, window: Window) -> Fact:
    """Return a window that no longer holds."""
    return Fact(name, window_in_words(window), is_over=True)


def facts_over(appointment: Appointment, *instead: Fact) -> Facts:
    """Return the facts of an appointment that is no more, with what comes `instead`."""
    gone = over(text("Cancelled"), window_of(appointment))
    return Facts((gone, *instead, where(appointment.visit), number(appointment)))


def promised(appointment: Appointment) -> str:
    """Return "tussen 10:00 en 12:00": what we promised for the day itself."""
    return text(
        "between %(start)s and %(end)s",
        start=clock_time(appointment.window_start),
        end=clock_time(appointment.window_end),
    )


def free_windows(lead: str, windows: Iterable[Window]) -> tuple[Block, ...]:
    """Return a few windows below a lead; nothing when there are none."""
    lines = tuple(window_in_words(window) for window in windows)
    return (Paragraph(lead), Choices(lines)) if lines else ()


def page(appointment: Appointment, site: Site) -> Button:
    """Return the way to the appointment's own page."""
    return Button(
        text("See, move or cancel your appointment"), site.appointment_page(appointment.reference)
    )


def invite_of(
    appointment: Appointment, method: Method, now: datetime, *, site: Site
) -> Callable[[Mail], Mail]:
    """Return what encloses the appointment's invite in a mail, or the end of it."""

    def enclose(mail: Mail) -> Mail:
        event = calendar_event(appointment, site, mail.sender.address)
        event = replace(event, attendee_email=mail.recipient.address)
        ics = _entry(event, method, mail.kind, now)
        return replace(mail, invite=Invite(appointment.uid, appointment.sequence, method, ics))

    return enclose


def _entry(event: CalendarEvent, method: Method, kind: str, now: datetime) -> bytes:
    match method:
        case Method.REQUEST:
            return invite.request(event)
        case Method.CANCEL:
            return invite.cancel(event, _reason(kind))
        case Method.DECLINECOUNTER:
            return invite.decline_counter(replace(event, dtstamp=now), _reason(kind))


def _reason(kind: str) -> str:
    """Return why an entry goes; a program may show it beside the entry."""
    if kind == "countered":
        return text("Until you choose, this appointment stands.")
    if kind == "readdressed":
        return text("We no longer write to this address about your appointment.")
    return text("This appointment is cancelled.")
