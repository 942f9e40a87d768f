"""Hostile names, addresses and notes: no peer refuses a calendar or finds too much in it.

The files are written by two other processes, one with `python -O`, under which the library's own
guards are off. The control writes the same texts without our cleaning.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tools.peers.home import READERS, Home
from tools.peers.hostile_calendars import CLEANED, RAW
from tools.peers.judging import Calendar, extra_properties, refusals
from tools.peers.result import Demand, Result, absent, counted

READING = [name for name in READERS if name != "dateutil"]  # that one reads zones only
CHECK = "hostile texts"
MUST_STUMBLE = ("ical.js", "calendar-js", "libical", "vobject", "ics", "ical")


def check_hostile(home: Home) -> Iterator[Result]:
    """Yield two lines for each peer and mode (refused, extra), and one for its control."""
    modes = {"": written(CLEANED), " under -O": written(CLEANED, "-O")}
    uncleaned = written(RAW, "-O")
    for name in READING:
        version = home.reader_version(name)
        if not version:
            yield absent(CHECK, name)
            continue
        peer = f"{name} {version}"
        for mode, calendars in modes.items():
            yield from judged(f"{CHECK}{mode}", home, name, peer, calendars)
        yield control(home, name, peer, uncleaned)


def written(kind: str, *flags: str) -> list[dict[str, Any]]:
    """Return what a fresh Python with these flags writes of all hostile texts."""
    command = [sys.executable, *flags, "-m", "tools.peers.hostile_calendars", kind]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    calendars: list[dict[str, Any]] = json.loads(done.stdout)
    return calendars


def judged(
    check: str, home: Home, name: str, peer: str, calendars: list[dict[str, Any]]
) -> Iterator[Result]:
    """Yield how many calendars a peer refuses, and in how many events it sees too much."""
    readings = home.readings(name, [one["text"] for one in calendars])
    refused = [
        fault
        for one, reading in zip(calendars, readings, strict=True)
        for fault in refusals(as_calendar(one), reading)
    ]
    yield counted(f"{check}: refused", peer, refused, len(calendars))
    if any(event["count"] is not None for one in readings for event in one.get("events", ())):
        extra = extra_properties(readings, most_of(readings, calendars))
        yield counted(f"{check}: extra properties", peer, extra, len(calendars))


def most_of(readings: list[dict[str, Any]], calendars: list[dict[str, Any]]) -> list[int | None]:
    """Return how many properties an event of each kind may have: as the first, harmless one has."""
    first: dict[str, int | None] = {}
    for one, reading in zip(calendars, readings, strict=True):
        if one["kind"] not in first:
            first[one["kind"]] = max((event["count"] for event in reading["events"]), default=None)
    return [first[one["kind"]] for one in calendars]


def control(home: Home, name: str, peer: str, calendars: list[dict[str, Any]]) -> Result:
    """Return in how many uncleaned calendars a peer stumbles: refuses, or sees the injection."""
    readings = home.readings(name, [one["text"] for one in calendars])
    faults = []
    for one, reading, most in zip(calendars, readings, most_of(readings, calendars), strict=True):
        faults += (refusals(as_calendar(one), reading) or extra_properties([reading], [most]))[:1]
    demand = Demand.SOME if name in MUST_STUMBLE else Demand.NOTHING
    return counted("… control: not cleaned, -O", peer, faults, len(calendars), demand)


def as_calendar(one: Mapping[str, Any]) -> Calendar:
    """Return a calendar of which only the names of the events matter."""
    return Calendar(one["text"], dict.fromkeys(one["uids"], ("", "")))
