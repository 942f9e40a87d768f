"""Reads calendars with one Python library; runs in the peers' own environment, alone.

`python python.py NAME` takes a JSON list of calendars from standard input and prints one of what
was read: {"events": [{uid, start, end, count}]} or {"refused": why}. A moment is UTC, a day is a
date, `count` is how many properties the reader sees in the event, or null where it cannot tell.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

Found = dict[str, Any]
BOTH_MOMENTS = re.compile(r"DT(START|END);TZID=Europe/Amsterdam:(\d{8}T\d{6})")
ZONE = re.compile(r"BEGIN:VTIMEZONE.*END:VTIMEZONE", re.DOTALL)


def by_vobject(ics: str) -> list[Found]:
    """Return the events as vobject understands them; its memory of zones is wiped first."""
    vobject = import_module("vobject")
    vars(vobject.icalendar)["__tzidMap"].pop("Europe/Amsterdam", None)
    return [
        found(one.uid.value, one.dtstart.value, one.dtend.value, len(list(one.getChildren())))
        for one in vobject.readOne(ics).contents.get("vevent", [])
    ]


def by_ics(ics: str) -> list[Found]:
    """Return the events as ics understands them."""
    calendar = import_module("ics").Calendar(ics)
    return [
        found(one.uid, _day_or(one, one.begin.datetime), _day_or(one, one.end.datetime))
        for one in calendar.events
    ]


def _day_or(event: Any, moment: datetime) -> datetime | date:
    return moment.date() if event.all_day else moment


def by_ical(ics: str) -> list[Found]:
    """Return the events as ical understands them."""
    calendar = import_module("ical.calendar_stream").IcsCalendarStream.calendar_from_ics(ics)
    return [found(one.uid, one.dtstart, one.dtend) for one in calendar.events]


def by_dateutil(ics: str) -> list[Found]:
    """Return moments as dateutil reads the zone in the file; it knows nothing else of calendars."""
    [zone] = ZONE.findall(ics)  # whole days are left out: they need no zone
    known = import_module("dateutil.tz").tzical(StringIO(zone)).get()
    plain = ics.replace("\r\n ", "").replace(zone, "")
    local = [datetime.strptime(value, "%Y%m%dT%H%M%S") for _, value in BOTH_MOMENTS.findall(plain)]  # noqa: DTZ007 # the zone comes below
    moments = [one.replace(tzinfo=known) for one in local]
    uids = re.findall(r"\r\nUID:(.*)\r\n", plain[plain.index("BEGIN:VEVENT") :])
    both = zip(uids, moments[::2], moments[1::2], strict=True)
    return [found(uid, start, end) for uid, start, end in both]


def by_khal(ics: str) -> list[Found]:
    """Return the events as they stand in khal's calendar after it imported the file."""
    zone = import_module("pytz").timezone("Europe/Amsterdam")
    locale = {
        "local_timezone": zone, "default_timezone": zone, "firstweekday": 0, "weeknumbers": False,
        "unicode_symbols": True, "timeformat": "%H:%M", "dateformat": "%Y-%m-%d",
        "longdateformat": "%Y-%m-%d", "datetimeformat": "%Y-%m-%d %H:%M",
        "longdatetimeformat": "%Y-%m-%d %H:%M",
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        return list(_kept_by_khal(ics, Path(folder), locale))


def _kept_by_khal(ics: str, folder: Path, locale: dict[str, Any]) -> Iterator[Found]:
    paths = {"path": str(folder / "all"), "name": "all", "readonly": False, "priority": 10}
    (folder / "all").mkdir()
    kept = import_module("khal.khalendar").CalendarCollection(
        {"all": {**paths, "color": "", "ctype": "calendar", "addresses": []}},
        dbpath=str(folder / "khal.db"), locale=locale, color="", multiple="", priority=10,
        highlight_event_days=False,
    )  # fmt: skip
    conf = {"locale": locale, "view": {"event_format": "{title}"}}
    import_module("khal.controllers").import_ics(kept, conf, ics, batch=True)
    since, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)
    for one in kept.get_localized(since, until):
        yield found(one.uid, one.start_local, one.end_local)
    for one in kept.get_floating(since.replace(tzinfo=None), until.replace(tzinfo=None)):
        yield found(one.uid, one.start, one.end + timedelta(days=1))  # khal's last day is inside


def found(
    uid: str, start: datetime | date, end: datetime | date, count: int | None = None
) -> Found:
    """Return an event in the words that all readers use."""
    return {"uid": str(uid), "start": written(start), "end": written(end), "count": count}


def written(value: datetime | date) -> str:
    """Return a moment in UTC, or a day as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


READERS: dict[str, Callable[[str], list[Found]]] = {
    "vobject": by_vobject,
    "ics": by_ics,
    "ical": by_ical,
    "dateutil": by_dateutil,
    "khal": by_khal,
}


def read(by: Callable[[str], list[Found]], ics: str) -> Found:
    """Return what a reader found, or that it refused; any exception is a refusal."""
    try:
        return {"events": by(ics)}
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    print(json.dumps([read(READERS[sys.argv[1]], ics) for ics in json.load(sys.stdin)]))
