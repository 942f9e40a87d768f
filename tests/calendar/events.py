"""An event to test with, and the windows at which time zones go wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from portal.calendar.invite import CalendarEvent
from portal.calendar.zone import AMSTERDAM

BOOKED = datetime(2027, 3, 1, 11, 0, 7, tzinfo=UTC)

EVENT = CalendarEvent(
    uid="0b6e8c1e-5d53-4c0e-8a06-0e2f7f7f9f61",
    sequence=0,
    dtstamp=BOOKED,
    start=datetime(2027, 3, 9, 10, tzinfo=AMSTERDAM),
    end=datetime(2027, 3, 9, 12, tzinfo=AMSTERDAM),
    summary="Onderhoud cv-ketel",
    location="Dorpsstraat 1, 3511 AB Utrecht",
    description="De monteur komt tussen 10:00 en 12:00.\nBel 030 000 01 23.",
    organizer_name="Warmhuis Onderhoud",
    organizer_email="afspraak@warmhuis.example",
    attendee_name="J. de Vries",
    attendee_email="j.devries@example.org",
    url="https://portaal.warmhuis.example/afspraak/K7M4PX",
    lat=52.0907,
    lon=5.1213,
    created=BOOKED,
    changed=BOOKED,
)

# Local start, and its moment in UTC worked out by hand.
TIMES = [
    ((2027, 1, 12, 8), (2027, 1, 12, 7)),  # winter
    ((2027, 6, 10, 8), (2027, 6, 10, 6)),  # summer
    ((2027, 3, 27, 16), (2027, 3, 27, 15)),  # eve of summer time
    ((2027, 3, 28, 8), (2027, 3, 28, 6)),  # its first day
    ((2027, 3, 28, 0), (2027, 3, 27, 23)),  # its first night, before the change
    ((2027, 10, 30, 16), (2027, 10, 30, 14)),  # eve of winter time
    ((2027, 10, 31, 8), (2027, 10, 31, 7)),  # its first day
    ((2027, 10, 31, 0), (2027, 10, 30, 22)),  # its first night, before the change
    ((2036, 7, 1, 12), (2036, 7, 1, 10)),
    ((2040, 7, 2, 12), (2040, 7, 2, 10)),  # past 2037, where lists of dates end
]


def make_event(**values: Any) -> CalendarEvent:
    return replace(EVENT, **values)


def event_at(year: int, month: int, day: int, hour: int) -> CalendarEvent:
    start = datetime(year, month, day, hour, tzinfo=AMSTERDAM)
    return make_event(start=start, end=start.replace(hour=hour + 2))
