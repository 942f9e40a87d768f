"""Ten dates as invite, download and feed: does every peer find the same moments?

The control is the same files with the library's own time zone in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from icalendar import Timezone

from portal.calendar.feeds import Feed, FeedEvent, feed_of
from portal.calendar.invite import publish, request
from portal.calendar.zone import AMSTERDAM, NAME
from tests.calendar.events import BOOKED, TIMES, make_event
from tools.peers.home import READERS, Home
from tools.peers.judging import Calendar, Span, moments_in, span, wrong_moments
from tools.peers.result import Demand, Result, absent, counted

Local = tuple[int, int, int, int]
NEAR: list[tuple[Local, Local]] = [
    *TIMES[:8],
    ((2028, 2, 29, 10), (2028, 2, 29, 9)),
    ((2026, 12, 31, 14), (2026, 12, 31, 13)),
]
FAR = TIMES[8:]
OWN_TABLE_ENDS = ("node-ical", "khal")  # whatever a file says; ten years on, and in 2037
MUST_FAIL = ("ical.js", "calendar-js", "vobject")  # they read one date of a list only


def check_times(home: Home) -> Iterator[Result]:
    """Yield a line for each peer, and one for its control."""
    ours, far = [*dated_calendars(NEAR)], [*dated_calendars(FAR)]
    theirs = [Calendar(with_library_zone(one.text), one.events) for one in ours]
    for name in READERS:
        version = home.reader_version(name)
        if not version:
            yield absent("moments on ten dates", name)
            continue
        peer = f"{name} {version}"
        yield moments_judged("moments on ten dates", home, name, peer, ours, Demand.NONE)
        demand = Demand.NOTHING if name in OWN_TABLE_ENDS else Demand.NONE
        yield moments_judged("… in 2036 and 2040", home, name, peer, far, demand)
        demand = Demand.SOME if name in MUST_FAIL else Demand.NOTHING
        yield moments_judged("… control: the library's zone", home, name, peer, theirs, demand)


def moments_judged(
    check: str, home: Home, name: str, peer: str, calendars: list[Calendar], demand: Demand
) -> Result:
    """Return how many begins and ends a peer finds elsewhere than they are."""
    readings = home.readings(name, [one.text for one in calendars])
    faults = [
        fault
        for calendar, reading in zip(calendars, readings, strict=True)
        for fault in wrong_moments(calendar, reading)
    ]
    return counted(check, peer, faults, sum(map(moments_in, calendars)), demand)


def dated_calendars(times: list[tuple[Local, Local]]) -> Iterator[Calendar]:
    """Yield each date as an invite and as a download, and all of them as one feed."""
    entries, spans = [], {}
    for number, (local, utc) in enumerate(times):
        hours = 2 if local[3] else 1  # no window begins or ends where the clock changes
        start = datetime(*local, tzinfo=AMSTERDAM)
        end = start.replace(hour=start.hour + hours)
        right = datetime(*utc, tzinfo=UTC)
        spans[f"date-{number}"] = written = span(right, right + timedelta(hours=hours))
        event = make_event(uid=f"date-{number}", start=start, end=end)
        for write in (request, publish):
            yield Calendar(write(event).decode(), {event.uid: written})
        entries.append(FeedEvent(event.uid, 0, BOOKED, start, end, "Bezoek", "", "", event.url))
    yield _as_feed(entries, spans)


def _as_feed(entries: list[FeedEvent], spans: dict[str, Span]) -> Calendar:
    feed = Feed("Afspraken", "Warmhuis", "afspraak@warmhuis.example", tuple(entries))
    return Calendar(feed_of(feed).decode(), spans)


def with_library_zone(text: str) -> str:
    """Return the calendar with the time zone as icalendar writes it itself."""
    zone = Timezone.from_tzid(NAME).to_ical().decode()
    return re.sub(r"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", lambda _: zone, text, flags=re.DOTALL)
