"""A person's appointments or days as a file that calendars fetch again and again.

Equal data give equal bytes: order, names and time stamps come from what is told, never from the
moment of asking. What stands in it, and why: docs/feeds.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event, vCalAddress, vDuration, vText, vUri

from portal.calendar.cleaning import common_name, lines, one_line
from portal.calendar.invite import PRODID, EventInvalid
from portal.calendar.zone import AMSTERDAM, timezone
from portal.mail import mail_address

REFRESH = timedelta(hours=1)
REFRESH_IN_WORDS = "PT1H"
CANCELLED_FOR = timedelta(days=30)  # so long a cancelled visit is told, then it is left out
NAME_LIMIT = 80


@dataclass(frozen=True)
class FeedEvent:
    """One entry of a feed: from one aware moment to another, or whole days (the end excluded).

    `changed` is the moment of the last change of anything that is told here.
    """

    uid: str
    sequence: int
    changed: datetime
    start: datetime | date
    end: datetime | date
    summary: str
    location: str
    description: str
    url: str
    lat: float | None = None
    lon: float | None = None
    is_cancelled: bool = False
    is_busy: bool = True

    def __post_init__(self) -> None:
        start, end = _moment(self.start), _moment(self.end)
        if type(self.start) is not type(self.end):
            raise EventInvalid("an event begins and ends with a moment, or with a day")
        if any(moment.tzinfo is None for moment in (start, end, self.changed)):
            raise EventInvalid("a moment needs a time zone")
        if end <= start:
            raise EventInvalid("an event ends after it starts")
        if not 0 <= self.sequence < 2**31:
            raise EventInvalid("the sequence must fit 31 bits")


@dataclass(frozen=True)
class Feed:
    """One person's calendar as it is told.

    It has no UID of its own (RFC 7986 would allow one): vdirsyncer takes that for the UID of each
    event, and so keeps one event of all.
    """

    name: str
    organizer_name: str
    organizer_email: str
    events: tuple[FeedEvent, ...]


def feed_of(feed: Feed) -> bytes:
    """Return the calendar, the same bytes for the same feed however its events are ordered."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    name = vText(one_line(feed.name, NAME_LIMIT))
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText(REFRESH_IN_WORDS))
    calendar.add_component(timezone())
    organizer = _organizer(feed)
    for event in sorted(feed.events, key=lambda one: (_moment(one.start), one.uid)):
        calendar.add_component(_component(event, organizer))
    return bytes(calendar.to_ical())


def derived_uid(*parts: str) -> str:
    """Return a name that stays the same for the same parts; nobody guesses it if one is secret."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


def _component(event: FeedEvent, organizer: vCalAddress) -> Event:
    component = Event()
    component.add("uid", one_line(event.uid))
    component.add("sequence", event.sequence)
    component.add("dtstamp", _utc(event.changed))
    component.add("last-modified", _utc(event.changed))
    component.add("dtstart", _local(event.start))
    component.add("dtend", _local(event.end))
    component.add("summary", one_line(event.summary) or organizer.params["CN"])
    for name, value in (
        ("location", one_line(event.location)),
        ("description", lines(event.description)),
    ):
        if value:
            component.add(name, value)
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    component.add("transp", "OPAQUE" if event.is_busy else "TRANSPARENT")
    component.add("organizer", organizer)
    component["url"] = vUri(event.url)
    if event.lat is not None and event.lon is not None:
        component.add("geo", (round(event.lat, 6), round(event.lon, 6)))
    return component


def _organizer(feed: Feed) -> vCalAddress:
    address = mail_address(feed.organizer_email)
    person = vCalAddress("mailto:" + address)
    person.params["CN"] = common_name(feed.organizer_name) or address
    return person


def _moment(value: datetime | date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), AMSTERDAM)


def _local(value: datetime | date) -> datetime | date:
    return value.astimezone(AMSTERDAM) if isinstance(value, datetime) else value


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
