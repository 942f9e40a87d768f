"""The door to the library `holidays`: Dutch public and school holidays.

The library answers nothing, without a word, when no region is given or when its tables have ended.
Here that is the refusal HolidaysUnknown. Source of its tables: Regeling vaststelling
schoolvakanties 2025-2030 and the ones before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cache
from types import MappingProxyType

from holidays import country_holidays

from portal.regions.errors import HolidaysUnknown
from portal.regions.models import SchoolZone
from portal.texts import text

FIRST_YEAR = 2014  # the library's first school year begins here
ONE_DAY = timedelta(days=1)

# Not a general day off in the Netherlands: employers decide, and service firms work.
WORKED_ON = frozenset({"Goede vrijdag"})

SUBDIVISIONS = {
    SchoolZone.NOORD: "Noord",
    SchoolZone.MIDDEN: "Midden",
    SchoolZone.ZUID: "Zuid",
}


class SchoolBreak(Enum):
    """The holidays of a school year, by the library's name, and what a planner adds."""

    AUTUMN = "Herfstvakantie"
    CHRISTMAS = "Kerstvakantie"
    SPRING = "Voorjaarsvakantie"
    MAY = "Meivakantie"
    SUMMER = "Zomervakantie"
    ADDED = "added"


@dataclass(frozen=True)
class SchoolHoliday:
    """A whole school holiday, from its first Saturday to its last Sunday, both included."""

    kind: SchoolBreak
    first_on: date
    last_on: date

    @property
    def name(self) -> str:
        """The holiday's name in the reader's language."""
        return holiday_name(self.kind)


def holiday_name(kind: SchoolBreak) -> str:
    """Return what people call this holiday, in the reader's language."""
    match kind:
        case SchoolBreak.AUTUMN:
            return text("Autumn holiday")
        case SchoolBreak.CHRISTMAS:
            return text("Christmas holiday")
        case SchoolBreak.SPRING:
            return text("Spring holiday")
        case SchoolBreak.MAY:
            return text("May holiday")
        case SchoolBreak.SUMMER:
            return text("Summer holiday")
        case SchoolBreak.ADDED:
            return text("School holiday")


@cache
def public_holidays(year: int) -> Mapping[date, str]:
    """Return the days off of a year with their Dutch names.

    Good Friday is left out, and Liberation Day is in only once in five years, as most collective
    agreements have it; a planner closes or opens a day with an override.
    """
    days = country_holidays("NL", years=year, language="nl")
    found = {day: name for day, name in sorted(days.items()) if name not in WORKED_ON}
    return MappingProxyType(found)


@cache
def public_holiday_name(day: date, language: str) -> str:
    """Return what people call a public holiday in a language (two letters)."""
    spoken = {"nl": "nl", "en": "en_US"}[language]
    return str(country_holidays("NL", years=day.year, language=spoken)[day])


def school_holiday(zone: SchoolZone, day: date) -> SchoolHoliday | None:
    """Return the school holiday of a zone on a day; raises HolidaysUnknown past the known years."""
    _refuse_unknown(zone, day)
    known = school_holidays(zone)
    at = bisect_right(known, day, key=lambda holiday: holiday.first_on) - 1
    return known[at] if at >= 0 and day <= known[at].last_on else None


def known_until(zone: SchoolZone) -> date:
    """Return the last day of the last published school year: the end of its summer holiday."""
    return school_holidays(zone)[-1].last_on


@cache
def school_holidays(zone: SchoolZone) -> tuple[SchoolHoliday, ...]:
    """Return every known school holiday of a zone, in order, up to its last summer holiday."""
    found = tuple(_periods(_school_days(zone)))
    last_summer = max(at for at, one in enumerate(found) if one.kind is SchoolBreak.SUMMER)
    return found[: last_summer + 1]


def _refuse_unknown(zone: SchoolZone, day: date) -> None:
    first_on, last_on = date(FIRST_YEAR, 1, 1), known_until(zone)
    if not first_on <= day <= last_on:
        raise HolidaysUnknown(day, first_on, last_on)


def _school_days(zone: SchoolZone) -> Iterator[tuple[date, SchoolBreak]]:
    year = FIRST_YEAR
    while True:
        days = country_holidays(
            "NL", subdiv=SUBDIVISIONS[zone], years=year, language="nl", categories=("school",)
        )
        if not days:
            return
        for day, name in sorted(days.items()):
            if day.year == year:
                yield day, SchoolBreak(name)
        year += 1


def _periods(days: Iterator[tuple[date, SchoolBreak]]) -> Iterator[SchoolHoliday]:
    current: SchoolHoliday | None = None
    for day, kind in days:
        if current and kind is current.kind and day == current.last_on + ONE_DAY:
            current = SchoolHoliday(kind, current.first_on, day)
            continue
        if current:
            yield current
        current = SchoolHoliday(kind, day, day)
    if current:
        yield current
