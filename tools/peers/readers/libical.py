"""Reads calendars with libical and lets it check the rules of each METHOD; standard library only.

The same protocol as python.py, with two more values for a calendar: `errors` is how many faults
libical found by its grammar and by `icalrestriction_check`, `faults` are its words for them.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any


class Moment(ctypes.Structure):
    """libical 3's `struct icaltimetype`."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    ]


LIBRARY = ctypes.CDLL("libical.so.3")
POINTERS = (
    "icalparser_parse_string", "icalcomponent_get_first_component", "icalcomponent_get_uid",
    "icalcomponent_get_next_component", "icalcomponent_get_first_property",
    "icalcomponent_get_next_property", "icalproperty_get_value_as_string",
)  # fmt: skip
for name in POINTERS:
    getattr(LIBRARY, name).restype = ctypes.c_void_p
for name in ("icalcomponent_get_dtstart", "icalcomponent_get_dtend"):
    getattr(LIBRARY, name).restype = Moment
    getattr(LIBRARY, name).argtypes = [ctypes.c_void_p]
LIBRARY.icaltime_as_timet_with_zone.restype = ctypes.c_long
LIBRARY.icaltime_as_timet_with_zone.argtypes = [Moment, ctypes.c_void_p]
VEVENT = LIBRARY.icalcomponent_string_to_kind(b"VEVENT")
ANY_COMPONENT, ANY_PROPERTY = 1, 0  # first in libical's enumerations
FAULT = LIBRARY.icalproperty_string_to_kind(b"X-LIC-ERROR")


def read(ics: str) -> dict[str, Any]:
    """Return the events of one calendar and libical's faults, or that it is refused."""
    root = LIBRARY.icalparser_parse_string(ics.encode())
    if not root:
        return {"refused": "no calendar"}
    calendar = ctypes.c_void_p(root)
    events = [_found(one) for one in _children(calendar, VEVENT)]
    LIBRARY.icalrestriction_check(calendar)
    faults = list(_faults(calendar))
    LIBRARY.icalcomponent_free(calendar)
    return {"events": events, "errors": len(faults), "faults": faults[:3]}


def _found(event: ctypes.c_void_p) -> dict[str, Any]:
    return {
        "uid": _text(LIBRARY.icalcomponent_get_uid(event)),
        "start": _written(LIBRARY.icalcomponent_get_dtstart(event)),
        "end": _written(LIBRARY.icalcomponent_get_dtend(event)),
        "count": LIBRARY.icalcomponent_count_properties(event, ANY_PROPERTY),
    }


def _written(moment: Moment) -> str:
    if moment.is_date:
        return f"{moment.year:04}-{moment.month:02}-{moment.day:02}"
    seconds = LIBRARY.icaltime_as_timet_with_zone(moment, moment.zone)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _faults(component: ctypes.c_void_p) -> Iterator[str]:
    """Yield the words of all faults in a component and below it."""
    one = LIBRARY.icalcomponent_get_first_property(component, FAULT)
    while one:
        yield _text(LIBRARY.icalproperty_get_value_as_string(ctypes.c_void_p(one)))
        one = LIBRARY.icalcomponent_get_next_property(component, FAULT)
    for child in _children(component, ANY_COMPONENT):
        yield from _faults(child)


def _children(component: ctypes.c_void_p, kind: int) -> Iterator[ctypes.c_void_p]:
    one = LIBRARY.icalcomponent_get_first_component(component, kind)
    while one:
        yield ctypes.c_void_p(one)
        one = LIBRARY.icalcomponent_get_next_component(component, kind)


def _text(pointer: int | None) -> str:
    return ctypes.string_at(pointer).decode("utf-8", "replace") if pointer else ""


if __name__ == "__main__":
    print(json.dumps([read(ics) for ics in json.load(sys.stdin)]))
