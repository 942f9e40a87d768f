"""Takes an answer's calendar apart: content lines in, the few properties that matter out.

icalendar reads single lines and values here. Its reading of a whole calendar drops lines that it
cannot parse and goes on, makes every value of every line, and every time zone's rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from icalendar.parser import Contentline

from portal.messages.inbound.limits import LARGEST_CALENDAR, MOST_CALENDAR_LINES

LONGEST_LINE = 8_000
MOST_OF_A_NAME = 50

_UNFOLD = re.compile(r"\n[ \t]")
_NAME = re.compile(r"[ \t]*([A-Za-z0-9-]{1,60})[ \t]*[;:]")
_ESCAPED = re.compile(r"\\([\\;,nN:\"])")

_EVENT = ("VCALENDAR", "VEVENT")
_ZONE = ("VCALENDAR", "VTIMEZONE")
_WANTED = {
    ("VCALENDAR",): {"METHOD", "PRODID"},
    _EVENT: {
        "UID", "SEQUENCE", "DTSTAMP", "ATTENDEE", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID",
        "COMMENT", "DESCRIPTION", "X-MS-OLK-ORIGINALSTART",
    },
    _ZONE: {"TZID"},
    (*_ZONE, "STANDARD"): {"TZOFFSETTO"},
    (*_ZONE, "DAYLIGHT"): {"TZOFFSETTO"},
}  # fmt: skip
_content_line: Callable[[str], Contentline] = Contentline  # the library's own has no types
_TEXTS = {"PRODID", "COMMENT", "DESCRIPTION"}  # a line of these that cannot be read is passed over


class Unusable(Exception):
    """A calendar that is no answer we can act upon; the message says why, for a person."""


@dataclass(frozen=True)
class Property:
    """One property: its parameters by name in capitals, and its value as written."""

    parameters: dict[str, str]
    raw: str

    @property
    def text(self) -> str:
        """Return the value of a TEXT, its escapes undone; not cleaned."""
        return _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], self.raw)


@dataclass
class Components:
    """What was found: the event's and the calendar's properties, each zone's offsets."""

    properties: dict[str, list[Property]] = field(default_factory=dict)
    offsets: dict[str, set[str]] = field(default_factory=dict)  # of each TZID
    events: int = 0
    others: int = 0  # to-dos and the like

    def all(self, name: str) -> list[Property]:
        """Return every property with this name."""
        return self.properties.get(name, [])

    def only(self, name: str) -> Property | None:
        """Return the one with this name, None when there is none; raises Unusable for two."""
        found = self.all(name)
        if any(other.raw != found[0].raw for other in found):
            raise Unusable(f"it has two different {name}s")
        return found[0] if found else None


def components_in(text: str) -> Components:
    """Return what a calendar says; raises Unusable when it is too large or no calendar."""
    if len(text) > LARGEST_CALENDAR:
        raise Unusable("its calendar is too large")
    found = Components()
    path: tuple[str, ...] = ()
    zone = ""
    for line in _lines(text):
        name = _name(line)
        if name in ("BEGIN", "END"):
            path = _next_path(path, name, line.partition(":")[2].strip().upper())
            _count(found, path, name)
        elif name in _WANTED.get(path, ()) and (said := _property(name, line)) is not None:
            if path[1:2] == ("VTIMEZONE",):
                zone = _note_zone(found, zone, name, said.raw.strip())
            else:
                _note(found, name, said)
    if path or found.events + found.others == 0:
        raise Unusable("its calendar is broken off, or none")
    return found


def _lines(text: str) -> Iterator[str]:
    unfolded = _UNFOLD.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))
    lines = unfolded.strip("\ufeff\n ").split("\n", MOST_CALENDAR_LINES)
    if len(lines) > MOST_CALENDAR_LINES:
        raise Unusable("its calendar has too many lines")
    yield from lines


def _name(line: str) -> str:
    found = _NAME.match(line)
    return found[1].upper() if found else ""


def _next_path(path: tuple[str, ...], name: str, component: str) -> tuple[str, ...]:
    if name == "BEGIN":
        if len(path) > 3 or (component == "VCALENDAR") != (path == ()):
            raise Unusable("its components are nested wrongly")
        return (*path, component)
    if not path or path[-1] != component:
        raise Unusable("its components are nested wrongly")
    return path[:-1]


def _count(found: Components, path: tuple[str, ...], name: str) -> None:
    if name == "BEGIN" and len(path) == 2:
        found.events += path == _EVENT
        found.others += path not in (_EVENT, _ZONE)
    if found.events > 1:
        raise Unusable("it has two events")


def _property(name: str, line: str) -> Property | None:
    """Return the property in a line; raises Unusable when one that matters cannot be read."""
    is_text = name in _TEXTS
    if len(line) > LONGEST_LINE and not is_text:
        raise Unusable(f"its {name} is too long")
    try:
        _, parameters, value = _content_line(line[:LONGEST_LINE]).raw_parts()
    except (ValueError, AssertionError, IndexError, KeyError):
        if is_text:
            return None
        raise Unusable(f"its {name} cannot be read") from None
    said = {key.upper(): _single(found) for key, found in parameters.items()}
    return Property(said, value)


def _single(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _note(found: Components, name: str, said: Property) -> None:
    known = found.properties.setdefault(name, [])
    known.append(said)
    if len(known) > MOST_OF_A_NAME:
        raise Unusable(f"it has too many {name}s")


def _note_zone(found: Components, zone: str, name: str, value: str) -> str:
    """Note a zone's offset; return the name of the zone that is being read."""
    if name == "TZID":
        return value
    if len(found.offsets) < MOST_OF_A_NAME:
        found.offsets.setdefault(zone, set()).add(value)
    return zone
