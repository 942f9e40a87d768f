"""What clashes with what, worked out again in Python: icalendar parses, dateutil expands.

Moments are made from local times by zoneinfo with `fold=0`: of an hour that comes twice the first,
and in a skipped hour the offset before it, as RFC 5545 (3.3.5) asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar

from portal.clock import AMSTERDAM
from portal.planning.windows import Window

DAY = timedelta(days=1)
HORIZON = datetime(2029, 1, 1)  # noqa: DTZ001 (local)


@dataclass(frozen=True)
class Busy:
    """A period in which somebody is busy."""

    start: datetime
    end: datetime
    is_all_day: bool

    def touches(self, window: Window) -> bool:
        """Whether they overlap; what takes no time counts at its moment."""
        begins, ends = window.starts_at().astimezone(UTC), window.ends_at().astimezone(UTC)
        return self.start < ends and (self.end > begins or self.start >= begins)


def touched(ics: str, windows: list[Window]) -> tuple[set[datetime], set[datetime]]:
    """Return the starts of the windows that clash, and of those on an all-day event."""
    moments = [window.starts_at() for window in windows]
    first, last = min(moments) - DAY, max(moments) + DAY
    found = [one for one in busy_periods(ics) if one.end >= first and one.start <= last]
    pairs = [(w.starts_at().astimezone(UTC), b) for w in windows for b in found if b.touches(w)]
    timed = {start for start, one in pairs if not one.is_all_day}
    return timed, {start for start, one in pairs if one.is_all_day}


def busy_periods(ics: str) -> Iterator[Busy]:
    """Yield every busy period of a calendar file up to the horizon."""
    events = Calendar.from_ical(ics).walk("VEVENT")
    moved = {(str(e["UID"]), moment(e["RECURRENCE-ID"].dt)) for e in events if "RECURRENCE-ID" in e}
    for event in events:
        for start, end in occurrences(event):
            is_own = "RECURRENCE-ID" in event or (str(event["UID"]), start) not in moved
            if is_own and not is_free(event):
                yield Busy(start, end, not isinstance(event["DTSTART"].dt, datetime))


def is_free(event: Any) -> bool:
    """Whether the event leaves its owner free."""
    return event.get("TRANSP") == "TRANSPARENT" or event.get("STATUS") == "CANCELLED"


def occurrences(event: Any) -> Iterator[tuple[datetime, datetime]]:
    """Yield start and end of every occurrence, in UTC."""
    first = event["DTSTART"].dt
    zone = first.tzinfo if isinstance(first, datetime) else None
    walls = [wall(first)]
    if "RRULE" in event:
        walls += expanded(event["RRULE"].to_ical().decode(), wall(first), zone)
    starts = {moment(at, zone) for at in walls}
    starts |= {moment(one.dt) for one in listed(event, "RDATE")}
    for start in sorted(starts - {moment(one.dt) for one in listed(event, "EXDATE")}):
        yield start, end_of(event, start, zone)


def expanded(rule: str, first: datetime, zone: tzinfo | None) -> list[datetime]:
    """Return the local times of a rule; its UNTIL in UTC becomes a local time."""

    def local(found: re.Match[str]) -> str:
        until = datetime.strptime(found.group(1), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return f"UNTIL={until.astimezone(zone or AMSTERDAM):%Y%m%dT%H%M%S}"

    return rrulestr(re.sub(r"UNTIL=(\d+T\d+Z)", local, rule), dtstart=first).between(
        first, HORIZON, inc=True
    )


def end_of(event: Any, start: datetime, zone: tzinfo | None) -> datetime:
    """Return when an occurrence ends: days by the calendar, hours as they elapse."""
    first = event["DTSTART"].dt
    length = timedelta(0)
    if "DTEND" in event:
        last = event["DTEND"].dt
        length = moment(last) - moment(first) if isinstance(first, datetime) else last - first
        if isinstance(first, datetime):
            return start + length
    elif "DURATION" in event:
        length = event["DURATION"].dt
    elif not isinstance(first, datetime):
        length = timedelta(days=1)
    days = timedelta(days=length.days)
    shown = start.astimezone(zone or AMSTERDAM).replace(tzinfo=None) + days
    return moment(shown, zone) + (length - days)


def listed(event: Any, name: str) -> Iterator[Any]:
    """Yield the values of a property that may stand several times."""
    if name in event:
        found = event[name] if isinstance(event[name], list) else [event[name]]
        for line in found:
            yield from line.dts


def wall(value: date | datetime) -> datetime:
    """Return what the clock shows; a day begins at midnight."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(value, time())


def moment(value: date | datetime, zone: tzinfo | None = None) -> datetime:
    """Return the moment in UTC; floating times and days are those of the Netherlands."""
    own = value.tzinfo if isinstance(value, datetime) else None
    return wall(value).replace(tzinfo=own or zone or AMSTERDAM).astimezone(UTC)
