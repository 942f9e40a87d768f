"""One event as the three messages that calendars understand (RFC 5545, 5546).

What stands in each was measured on real programs: see docs/calendar.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress, vText, vUri

from portal.calendar.cleaning import common_name, lines, one_line
from portal.calendar.zone import AMSTERDAM, timezone
from portal.mail import mail_address

PRODID = "-//Tijdvenster//Tijdvenster//NL"
REMIND_BEFORE = timedelta(days=1)
LONGEST_ADDRESS = 500


class EventInvalid(ValueError):
    """An event that no calendar could hold; the message names what is wrong."""


@dataclass(frozen=True)
class CalendarEvent:
    """A visit as a calendar shows it.

    `start` and `end` are aware; `dtstamp`, `created` and `changed` are aware moments. `url` may be
    read by everyone with whom a customer shares a calendar, so it must ask for proof.
    """

    uid: str
    sequence: int
    dtstamp: datetime
    start: datetime
    end: datetime
    summary: str
    location: str
    description: str
    organizer_name: str
    organizer_email: str
    attendee_name: str
    attendee_email: str
    url: str
    lat: float | None
    lon: float | None
    created: datetime
    changed: datetime

    def __post_init__(self) -> None:
        moments = (self.dtstamp, self.start, self.end, self.created, self.changed)
        if any(moment.tzinfo is None for moment in moments):
            raise EventInvalid("a moment needs a time zone")
        if self.end <= self.start:
            raise EventInvalid("an event ends after it starts")
        if not 0 <= self.sequence < 2**31:
            raise EventInvalid("the sequence must fit 31 bits")


def request(event: CalendarEvent) -> bytes:
    """Return the invitation, or with a higher sequence the move, to the attendee."""
    component = _event(event, status="CONFIRMED")
    component.add("attendee", _attendee(event))
    component.add("x-microsoft-disallow-counter", vText("TRUE"))
    return _calendar("REQUEST", component)


def cancel(event: CalendarEvent, reason: str) -> bytes:
    """Return the message that takes the event out of the attendee's calendar.

    The event carries the sequence after that of the last request, and the times of that request.
    """
    component = _event(event, status="CANCELLED")
    component.add("attendee", _attendee(event))
    _add_text(component, "comment", lines(reason))
    return _calendar("CANCEL", component)


def decline_counter(event: CalendarEvent, reason: str) -> bytes:
    """Return the answer to a proposed time: the event stays as the last request said.

    It names that request by UID and sequence (RFC 5546, 3.2.8), and repeats nothing of it.
    """
    component = Event()
    component.add("uid", one_line(event.uid))
    component.add("sequence", event.sequence)
    component.add("dtstamp", _utc(event.dtstamp))
    component.add("organizer", _person(event.organizer_name, event.organizer_email))
    _add_text(component, "comment", lines(reason))
    return _calendar("DECLINECOUNTER", component)


def publish(event: CalendarEvent) -> bytes:
    """Return a file to put in a calendar by hand: no attendee, and a reminder a day before."""
    component = _event(event, status="CONFIRMED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _title(event))
    alarm.add("trigger", -REMIND_BEFORE)
    component.add_component(alarm)
    return _calendar("PUBLISH", component)


def _calendar(method: str, component: Event) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(timezone())
    calendar.add_component(component)
    return bytes(calendar.to_ical())


def _event(event: CalendarEvent, status: str) -> Event:
    component = Event()
    component.add("uid", one_line(event.uid))
    component.add("sequence", event.sequence)
    component.add("dtstamp", _utc(event.dtstamp))
    component.add("created", _utc(event.created))
    component.add("last-modified", _utc(event.changed))
    component.add("dtstart", event.start.astimezone(AMSTERDAM))
    component.add("dtend", event.end.astimezone(AMSTERDAM))
    component.add("summary", _title(event))
    _add_text(component, "location", one_line(event.location))
    _add_text(component, "description", lines(event.description))
    component.add("status", status)
    component.add("transp", "OPAQUE")
    component.add("organizer", _person(event.organizer_name, event.organizer_email))
    component["url"] = vUri(_web_address(event.url))
    if event.lat is not None and event.lon is not None:
        component.add("geo", (round(event.lat, 6), round(event.lon, 6)))
    return component


def _title(event: CalendarEvent) -> str:
    return one_line(event.summary) or one_line(event.organizer_name) or event.organizer_email


def _add_text(component: Event, name: str, value: str) -> None:
    """Add a text, or nothing for an empty one: libical calls an empty property an error."""
    if value:
        component.add(name, value)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _attendee(event: CalendarEvent) -> vCalAddress:
    person = _person(event.attendee_name, event.attendee_email)
    person.params.update(
        CUTYPE="INDIVIDUAL", ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", RSVP="TRUE"
    )
    return person


def _person(name: str, email: str) -> vCalAddress:
    person = vCalAddress("mailto:" + mail_address(email))
    person.params["CN"] = common_name(name) or mail_address(email)
    return person


def _web_address(url: str) -> str:
    is_plain = url.isascii() and url.isprintable() and " " not in url
    if not is_plain or not url.startswith(("http://", "https://")) or len(url) > LONGEST_ADDRESS:
        raise EventInvalid("the address of the page is not a plain web address")
    return url
