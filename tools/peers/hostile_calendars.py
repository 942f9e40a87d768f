"""Writes every hostile text into invite, cancellation, download and feed, and prints them as JSON.

`python -O -m tools.peers.hostile_calendars cleaned` is the portal's own way; `raw` gives the texts
to the library as they are: what it would write without `portal/calendar/cleaning.py`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from icalendar import Calendar, Event

from portal.calendar.invite import CalendarEvent, cancel, publish, request
from portal.calendar.zone import timezone
from portal.mail import AddressUnusable
from tests.calendar.events import EVENT
from tests.calendar.hostile import HOSTILE, NEIGHBOUR, event_with, feed_with
from tests.messages.hostile_mail import ADDRESSES

CLEANED, RAW = "cleaned", "raw"


def cleaned() -> Iterator[dict[str, Any]]:
    """Yield harmless calendars of each kind first, then those with hostile texts and addresses."""
    for event in (EVENT, *map(event_with, HOSTILE)):
        yield from _messages(event)
        yield _told("feed", feed_with(event), EVENT.uid, NEIGHBOUR)
    for address in ADDRESSES:
        try:
            yield from _messages(replace(EVENT, attendee_email=address))
        except AddressUnusable:
            continue  # refused, as it should be


def _messages(event: CalendarEvent) -> Iterator[dict[str, Any]]:
    yield _told("request", request(event), event.uid)
    yield _told("cancel", cancel(event, event.description), event.uid)
    yield _told("publish", publish(event), event.uid)


def _told(kind: str, ics: bytes, *uids: str) -> dict[str, Any]:
    return {"kind": kind, "text": ics.decode(), "uids": uids}


def raw() -> Iterator[dict[str, Any]]:
    """Yield calendars as the library writes them when nobody cleans."""
    for text in ("Jan", *HOSTILE):
        try:
            yield _told("raw", _uncleaned(text), EVENT.uid)
        except (ValueError, AssertionError):
            continue  # half a pair cannot be written at all


def _uncleaned(text: str) -> bytes:
    component = Event()
    component.add("uid", EVENT.uid)
    component.add("dtstamp", EVENT.dtstamp)
    component.add("dtstart", EVENT.start)
    component.add("dtend", EVENT.end)
    component.add("summary", text)
    component.add("x-note", text)
    calendar = Calendar()
    calendar.add("prodid", "-//control//")
    calendar.add("version", "2.0")
    calendar.add_component(timezone())
    calendar.add_component(component)
    return bytes(calendar.to_ical())


if __name__ == "__main__":
    print(json.dumps([*(cleaned() if sys.argv[1] == CLEANED else raw())]))
