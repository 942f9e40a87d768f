"""Working hours as people write them: "ma-do 08:00-16:30, vr 08:00-12:00". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from portal.cells import clock_time
from portal.tabular import BadCell, shortened
from portal.texts import text

DAYS = {
    "ma": 0, "di": 1, "wo": 2, "do": 3, "vr": 4, "za": 5, "zo": 6,
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
WRITTEN = re.compile(r"([a-z]+)(?:\s*-\s*([a-z]+))?\s+(\d\S*?)\s*-\s*(\d\S*)")


@dataclass(frozen=True)
class Hours:
    """From when until when somebody works, local time."""

    starts: time
    ends: time


Week = dict[int, Hours]


def week_from_words(cell: str) -> Week:
    """Return the hours of each weekday (0 = Monday); raises BadCell for what cannot be read."""
    week: Week = {}
    for part in re.split(r"\s*[,;]\s*", cell.lower()):
        found = WRITTEN.fullmatch(part)
        days = _days(found[1], found[2] or found[1]) if found else []
        if found is None or not days:
            sentence = text("“%(cell)s” is not a shift like ma-vr 08:00-16:30.")
            raise BadCell(sentence % {"cell": shortened(part)})
        hours = hours_between(clock_time(found[3]), clock_time(found[4]))
        for weekday in days:
            if weekday in week:
                raise BadCell(text("A day has two shifts in “%(cell)s”.", cell=shortened(cell)))
            week[weekday] = hours
    return week


def weekdays(cell: str) -> tuple[int, ...]:
    """Read 1,2,3,4,5 (1 = Monday, 7 = Sunday); return 0 to 6, each once."""
    numbers = re.split(r"[,;\s]+", cell)
    if not all(re.fullmatch("[1-7]", number) for number in numbers):
        sentence = text("“%(cell)s” is not a list of days like 1,2,3,4,5 (1 is Monday).")
        raise BadCell(sentence % {"cell": shortened(cell)})
    return tuple(sorted({int(number) - 1 for number in numbers}))


def hours_between(starts: time, ends: time) -> Hours:
    """Return the hours; raises BadCell when they end before they start."""
    if ends <= starts:
        raise BadCell(text("A shift has to end later than it starts."))
    return Hours(starts, ends)


def _days(first: str, last: str) -> list[int]:
    """Return the days from first to last; none for a word that is not a day, or the wrong order."""
    if first not in DAYS or last not in DAYS:
        return []
    return list(range(DAYS[first], DAYS[last] + 1))
