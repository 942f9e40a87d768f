"""Texts that try to break out of their line, and a count of what came out.

Run with `python -O -m tests.calendar.hostile`: prints the content lines that were too many and
the texts that a reader refused. Zero and zero is right.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta

import vobject
from icalendar import Calendar

from portal.calendar.feeds import Feed, FeedEvent, feed_of
from portal.calendar.invite import CalendarEvent, cancel, publish, request
from tests.calendar.events import EVENT, make_event

BREAKS = ["\r\n", "\r", "\n", "\x85", "\u2028", "\u2029", "\x00", "\x0b", "\x0c", "\x1c", "\x7f"]
NEIGHBOUR = "neighbour"
INJECTED = "ATTENDEE:mailto:thief@example.net"
HOSTILE = [
    *(f"Jan{sign}{INJECTED}" for sign in BREAKS),
    *(f"Jan{sign} {INJECTED}{sign}" for sign in BREAKS),
    *(f"{sign}" * 5 for sign in BREAKS),
    'Jan "de Vries"',
    '";X-P="1":mailto:thief@example.net',
    "^n^'^^",
    "Jan;CN=x:y,z",
    "\\n\\N\\;\\,\\",
    "=?utf-8?q?Jan?=",
    "Jan 👩‍👩‍👧‍👦 de Vries",
    "\u202eseirV ed naJ",
    "محمد بن عبد الله",
    "\ud800",
    "é" * 10_000,
    "END:VEVENT",
    "BEGIN:VALARM",
    "",
    " ",
    "%s %(name)s {0} {{ 7*7 }} <script>",
    f"Jan\r\n\t{INJECTED}",
    "Jan\r\nBcc: thief@example.net",
    "Jan\r\n\r\n<p>another body</p>",
    "Jan\nContent-Type: text/html\n\n<script>",
    "=?utf-8?b?SmFuDQpCY2M6IHRoaWVmQGV4YW1wbGUubmV0?=",
    "Jan <thief@example.net>, Piet",
    "\x1b[31mJan\x1d\x1e",
    "\u2066Jan\u2067\ufeff",
    "Jan\\r\\nEND:VEVENT",
    "a" * 10_000,
    "🧨" * 3_000,
    "\r\n.\r\nMAIL FROM:<thief@example.net>",
]


def extra_lines(text: str) -> int:
    """Return how many content lines three messages and a feed have more than they should."""
    wrong = 0
    for write in (request, publish, lambda event: cancel(event, event.description), feed_with):
        ics = write(event_with(text))
        wrong += max(0, _content_lines(ics) - _content_lines(write(EVENT)))
        wrong += abs(len(ics.decode().splitlines()) - ics.count(b"\r\n"))
    return wrong


def readers_fail(text: str) -> bool:
    """Return whether a reader refuses a calendar or finds other events than were written."""
    return _invite_fails(text) or _feed_fails(text)


def _invite_fails(text: str) -> bool:
    ics = request(event_with(text))
    try:
        (event,) = Calendar.from_ical(ics).walk("VEVENT")
        seen = vobject.readOne(ics.decode()).vevent
    except Exception as error:  # any refusal counts
        print(repr(text[:40]), error)  # noqa: T201
        return True
    return bool(event.errors) or seen.uid.value != EVENT.uid or len(seen.attendee_list) != 1


def _feed_fails(text: str) -> bool:
    """Whether one hostile entry hides itself or the harmless one beside it."""
    ics = feed_with(event_with(text))
    try:
        events = Calendar.from_ical(ics).walk("VEVENT")
        seen = vobject.readOne(ics.decode()).vevent_list
    except Exception as error:  # any refusal counts
        print(repr(text[:40]), error)  # noqa: T201
        return True
    wanted = {EVENT.uid, NEIGHBOUR}
    found = [{str(one["UID"]) for one in events}, {one.uid.value for one in seen}]
    return found != [wanted, wanted] or any(one.errors for one in events)


def feed_with(event: CalendarEvent) -> bytes:
    """Return a feed whose names and one entry have an event's texts; another entry is harmless."""
    hostile = FeedEvent(
        event.uid, 0, event.changed, event.start, event.end,
        event.summary, event.location, event.description, event.url, event.lat, event.lon,
    )  # fmt: skip
    day = timedelta(days=1)
    good = replace(
        hostile, uid=NEIGHBOUR, start=event.start + day, end=event.end + day,
        summary="Bezoek", location="Utrecht", description="Bel 030 000 01 23.",
    )  # fmt: skip
    names = (event.summary, event.organizer_name, event.organizer_email)
    return feed_of(Feed(*names, events=(hostile, good)))


def event_with(text: str) -> CalendarEvent:
    return make_event(
        summary=text,
        location=text,
        description=text,
        attendee_name=text,
        organizer_name=text,
    )


def _content_lines(ics: bytes) -> int:
    return sum(not line.startswith(b" ") for line in ics.split(b"\r\n"))


if __name__ == "__main__":
    assert_is_off = sys.flags.optimize > 0
    counts = (sum(map(extra_lines, HOSTILE)), sum(map(readers_fail, HOSTILE)))
    print(assert_is_off, *counts)  # noqa: T201
