"""Invented agendas, one for each seed: rules, exceptions, zones, days the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.browser.agenda_page import calendar

# As the file calls them, and as they are; None floats.
ZONES = {
    "Europe/Amsterdam": "Europe/Amsterdam", "W. Europe Standard Time": "Europe/Berlin",
    "America/New_York": "America/New_York", "Eastern Standard Time": "America/New_York",
    "Asia/Kolkata": "Asia/Kolkata", "Australia/Lord_Howe": "Australia/Lord_Howe",
    "Z": "UTC", "": None,
}  # fmt: skip
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STARTS = (date(2019, 5, 6), date(2025, 1, 31), date(2026, 10, 19), date(2026, 12, 28))
CHANGES = (date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31))


def random_agenda(seed: int) -> str:
    """Return a calendar with one event, which may have rules, exceptions and an override."""
    chance = Random(seed)
    near = chance.choice(CHANGES) + timedelta(days=chance.randint(-3, 3))
    first = chance.choice((*STARTS, near, near))
    if chance.random() < 0.2:
        return calendar(_all_day(chance, first))
    return calendar(*_timed(chance, first))


def _all_day(chance: Random, first: date) -> str:
    lines = [f"UID:day\nSUMMARY:Day\nDTSTART;VALUE=DATE:{first:%Y%m%d}"]
    if chance.random() < 0.5:
        lines.append(f"DTEND;VALUE=DATE:{first + timedelta(days=chance.randint(1, 4)):%Y%m%d}")
    lines.append(f"RRULE:{_rule(chance, datetime.combine(first, time()), None)}")
    lines.append(f"EXDATE;VALUE=DATE:{chance.choice(CHANGES):%Y%m%d}")
    return "\n".join(lines)


def _timed(chance: Random, first: date) -> list[str]:
    name = chance.choice(list(ZONES))
    at = time(chance.choice((0, 1, 2, 3, 7, 8, 9, 11, 12, 15, 22)), chance.choice((0, 30)))
    start = datetime.combine(first, at)
    lines = [f"UID:event\nSUMMARY:Event\n{_stamp('DTSTART', start, name)}"]
    lines.append(_length(chance, start, name))
    if chance.random() < 0.8:
        lines.append(f"RRULE:{_rule(chance, start, name)}")
    near = [datetime.combine(day + timedelta(days=n), at) for day in CHANGES for n in range(-3, 4)]
    lines += [_stamp("EXDATE", one, name) for one in chance.sample(near, 4)]
    lines += [_stamp("RDATE", one, name) for one in chance.sample(near, 2)]
    if chance.random() < 0.1:
        lines.append(chance.choice(("TRANSP:TRANSPARENT", "STATUS:CANCELLED", "STATUS:TENTATIVE")))
    return ["\n".join(lines), *_overrides(chance, near, name)]


def _overrides(chance: Random, near: list[datetime], name: str) -> list[str]:
    """Return some occurrences that were moved or cancelled, whether or not the rule has them."""
    made = []
    for one in chance.sample(near, chance.choice((0, 2, 3))):
        moved = one + timedelta(minutes=chance.choice((-90, 30, 240, 1440)))
        state = chance.choice(("CONFIRMED", "CONFIRMED", "CANCELLED"))
        made.append(
            f"UID:event\nSUMMARY:Moved\nSTATUS:{state}\n{_stamp('RECURRENCE-ID', one, name)}\n"
            f"{_stamp('DTSTART', moved, name)}\nDURATION:PT1H"
        )
    return made


def _length(chance: Random, start: datetime, name: str) -> str:
    kind = chance.randint(0, 3)
    if kind == 0:
        return "DURATION:" + chance.choice(("PT45M", "PT3H", "P1D", "P1DT2H", "P1W"))
    if kind == 1:
        return "DURATION:PT0S"
    return _stamp("DTEND", start + timedelta(minutes=chance.choice((30, 60, 150, 720))), name)


def _rule(chance: Random, first: datetime, name: str | None) -> str:
    day = DAYS[first.weekday()]
    kind = chance.choice((
        f"FREQ=DAILY;INTERVAL={chance.randint(1, 4)}",
        f"FREQ=WEEKLY;INTERVAL={chance.randint(1, 3)};BYDAY={day}",
        "FREQ=WEEKLY;BYDAY=" + ",".join(sorted({day, *chance.sample(DAYS, 3)}, key=DAYS.index)),
        f"FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY={day},{chance.choice(DAYS)}",
        f"FREQ=MONTHLY;BYMONTHDAY={first.day}",
        "FREQ=MONTHLY",
        f"FREQ=MONTHLY;BYDAY={(first.day - 1) // 7 + 1}{day}",
        f"FREQ=MONTHLY;BYDAY=-1{day}",
        "FREQ=MONTHLY;BYMONTHDAY=-1,15",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1",
        "FREQ=YEARLY",
        f"FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1{day}",
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    ))  # fmt: skip
    return kind + _end(chance, first.time(), name)


def _end(chance: Random, at: time, name: str | None) -> str:
    """Return when a rule ends; most programs write the last occurrence's own moment."""
    last = chance.choice(CHANGES) + timedelta(days=chance.randint(-2, 2))
    if chance.random() < 0.3:
        return f";COUNT={chance.choice((3, 40, 400, 1500))}"
    if chance.random() < 0.5:
        return ""
    if not name:  # a date, or floating like its start
        return f";UNTIL={last:%Y%m%d}" + (f"T{at:%H%M%S}" if name == "" else "")
    moment = datetime.combine(last, at, ZoneInfo(ZONES[name] or "UTC")).astimezone(UTC)
    return f";UNTIL={moment:%Y%m%dT%H%M%SZ}"


def _stamp(name: str, value: datetime, zone: str) -> str:
    if zone == "Z":
        return f"{name}:{value:%Y%m%dT%H%M%SZ}"
    return f"{name}{f';TZID={zone}' if zone else ''}:{value:%Y%m%dT%H%M%S}"
