"""Deep links beside those of npm's calendar-link, decoded, for random events."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from portal.calendar.cleaning import lines, one_line
from portal.calendar.invite import CalendarEvent
from portal.calendar.links import DESCRIPTION_LIMIT, deep_links
from portal.calendar.zone import AMSTERDAM
from tests.calendar.events import make_event
from tests.calendar.hostile import HOSTILE
from tools.peers.home import Home
from tools.peers.result import Result, absent, counted

CHECK = "deep links"
OUTLOOKS = ("outlook", "office")
WORDS = ("Onderhoud", "cv-ketel", "&", "één", "100%", "a+b", "#3", "\n", "“ja”", "?x=1", "🙂", "/")
Parts = tuple[str, dict[str, str]]


def check_links(home: Home, number: int, seed: int) -> Iterator[Result]:
    """Yield one line: links that differ, of four for each event."""
    version = home.npm_version("calendar-link")
    if not version:
        yield absent(CHECK, "calendar-link")
        return
    events = [*random_events(number, random.Random(seed))]
    theirs = home.links([as_given(one) for one in events])
    faults = [
        f"{name}: {mine} for {right}"
        for event, other in zip(events, theirs, strict=True)
        for name, mine, right in compared(event, other)
        if mine != right
    ]
    yield counted(CHECK, f"calendar-link {version}", faults, 4 * len(events))


def random_events(number: int, rng: random.Random) -> Iterator[CalendarEvent]:
    """Yield events with odd words at odd moments; every third has a hostile text as well."""
    for at in range(number):
        words = " ".join(rng.choices(WORDS, k=rng.randint(1, 12)))
        words += rng.choice(HOSTILE)[:300] if at % 3 == 0 else ""
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * rng.randrange(350_000))
        end = start + timedelta(hours=rng.choice((1, 2, 4)))
        place = " ".join(rng.choices(WORDS, k=rng.randint(1, 3)))
        yield make_event(summary=words, description=words, location=place, start=start, end=end)


def as_given(event: CalendarEvent) -> dict[str, str]:
    """Return an event as calendar-link wants it, its texts cleaned as ours are."""
    return {
        "title": one_line(event.summary),
        "description": lines(event.description, DESCRIPTION_LIMIT),
        "location": one_line(event.location),
        "start": event.start.isoformat(),
        "end": event.end.isoformat(),
    }


def compared(event: CalendarEvent, theirs: Mapping[str, str]) -> Iterator[tuple[str, Parts, Parts]]:
    """Yield the name of each link with both sides' parts, decoded.

    One difference is meant: calendar-link leaves the offset out of Outlook's times, so that they
    mean another hour to visitors elsewhere. We write it; it is checked here and then left out.
    """
    for name, link in asdict(deep_links(event)).items():
        page, query = parts(link)
        if name in OUTLOOKS:
            for key, moment in (("startdt", event.start), ("enddt", event.end)):
                local = moment.astimezone(AMSTERDAM)
                if query[key] == local.isoformat():
                    query[key] = local.replace(tzinfo=None).isoformat()
        yield name, (page, query), parts(theirs[name])


def parts(address: str) -> Parts:
    """Return an address without its query, and the query decoded; what is empty is left out."""
    split = urlsplit(address)
    query = {name: "|".join(values) for name, values in parse_qs(split.query).items()}
    return f"{split.scheme}://{split.netloc}{split.path}", query
