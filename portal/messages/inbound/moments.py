"""Times in an answer, in whatever zone a calendar program calls by whatever name.

A zone's own rules in the mail are not computed: one with a rule for every second would take for
ever. Its name decides, else the offsets it has, and what fits neither is no time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from portal.messages.inbound.components import Components, Property

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
YEARS = range(1990, 2200)
LONGEST = timedelta(days=31)

_duration: Callable[[str], timedelta] = vDuration.from_ical  # the library's has no types
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_ZONE_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(?:\d\d)?")


def stamp(said: Property | None, found: Components) -> datetime | None:
    """Return the moment of a DTSTAMP in UTC; None when it has none, or no zone."""
    moment = _moment(said, found, floating=None)
    return None if moment is None else moment.astimezone(UTC)


def proposed(found: Components) -> tuple[datetime, datetime] | None:
    """Return the start and the end that are proposed, aware; a date alone means the whole day."""
    begin = found.only("DTSTART")
    start = _moment(begin, found, floating=AMSTERDAM)
    if start is None or begin is None:
        return None
    if (until := found.only("DTEND")) is not None:
        end = _moment(until, found, floating=AMSTERDAM)
    elif (lasting := found.only("DURATION")) is not None:
        end = _after(start, lasting.raw.strip())
    else:
        end = start + timedelta(days=1) if "T" not in begin.raw else start
    return (start, end) if end is not None and start <= end <= start + LONGEST else None


def _moment(said: Property | None, found: Components, floating: tzinfo | None) -> datetime | None:
    """Return the moment, aware; `floating` is the zone of a time that names none."""
    parts = _MOMENT.fullmatch(said.raw.strip()) if said is not None else None
    if said is None or parts is None or int(parts[1]) not in YEARS:
        return None
    name = said.parameters.get("TZID")
    zone = UTC if parts[7] else _zone(name, found) if name else floating
    if zone is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in parts.groups()[:6]), tzinfo=zone)  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def _after(start: datetime, duration: str) -> datetime | None:
    try:
        lasting = _duration(duration[:40])
    except ValueError:
        return None
    return start + lasting if timedelta(0) <= lasting <= LONGEST else None


def _zone(name: str, found: Components) -> tzinfo | None:
    """Return the zone: by its name, by the end of its name, by Windows's name, by its offsets."""
    tail = "/".join(name.strip("/").split("/")[-2:])  # /freeassociation.sourceforge.net/…
    for known in (name, tail, WINDOWS_TO_OLSON.get(name, "")):
        if (zone := _known(known)) is not None:
            return zone
    return _by_offsets(found.offsets.get(name, set()))


def _known(name: str) -> tzinfo | None:
    if not _ZONE_NAME.fullmatch(name) or len(name) > 40:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _by_offsets(offsets: set[str]) -> tzinfo | None:
    """Return Amsterdam for a zone that is one or two hours ahead, or a zone that never changes."""
    if offsets == {"+0100", "+0200"}:
        return AMSTERDAM
    found = _OFFSET.fullmatch(next(iter(offsets))) if len(offsets) == 1 else None
    if found is None or int(found[2]) > 23 or int(found[3]) > 59:
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(ahead if found[1] == "+" else -ahead)
