"""A branch's days: weekends, public and school holidays, and the planner's word about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from portal.regions import holidays_nl, workdays
from portal.regions.errors import DayNotInCalendar
from portal.regions.holidays_nl import SchoolBreak, SchoolHoliday
from portal.regions.models import DayKind, SchoolZone

ONE_DAY = timedelta(days=1)
WORK = frozenset({DayKind.CLOSED, DayKind.WORKDAY})
SCHOOL = frozenset({DayKind.SCHOOL_HOLIDAY, DayKind.NO_SCHOOL_HOLIDAY})


class Rest(Enum):
    """Why a branch does not work on a day."""

    CLOSED = "closed"
    PUBLIC_HOLIDAY = "public_holiday"
    WEEKEND = "weekend"


@dataclass(frozen=True)
class DayWord:
    """What a planner said about one date, for one region or (None) the whole branch."""

    day: date
    kind: DayKind
    region_id: int | None = None


@dataclass(frozen=True)
class BranchCalendar:
    """The days from `first_on` to `last_on` of one branch, as they are for each of its regions.

    Asking for another day raises DayNotInCalendar: a planner's word about it was not read.
    Made by `regions.queries.branch_calendar`.
    """

    first_on: date
    last_on: date
    zones: Mapping[int, SchoolZone]
    words: frozenset[DayWord] = frozenset()

    def is_workday(self, day: date, region_id: int | None = None) -> bool:
        """Return whether the branch works that day; with a region, whether it works there."""
        word = self._word(day, region_id, WORK)
        return workdays.is_workday(
            day,
            holidays_nl.public_holidays(day.year),
            closed=(day,) if word is DayKind.CLOSED else (),
            opened=(day,) if word is DayKind.WORKDAY else (),
        )

    def rest(self, day: date, region_id: int | None = None) -> Rest | None:
        """Return why the branch does not work on a day, or there in a region; None on a workday."""
        if self.is_workday(day, region_id):
            return None
        if self._word(day, region_id, WORK) is DayKind.CLOSED:
            return Rest.CLOSED
        is_holiday = day in holidays_nl.public_holidays(day.year)
        return Rest.PUBLIC_HOLIDAY if is_holiday else Rest.WEEKEND

    def workdays(self, region_id: int | None = None) -> tuple[date, ...]:
        """Return every workday of the calendar, in order."""
        span = range((self.last_on - self.first_on).days + 1)
        days = (self.first_on + timedelta(days=ahead) for ahead in span)
        return tuple(day for day in days if self.is_workday(day, region_id))

    def school_holiday(self, region_id: int, day: date) -> SchoolHoliday | None:
        """Return the school holiday in a region on a day, or None.

        Days that a planner adds make one holiday as long as they follow each other. Raises
        HolidaysUnknown where no dates are published and the planner said nothing either.
        """
        word = self._word(day, region_id, SCHOOL)
        if word is DayKind.NO_SCHOOL_HOLIDAY:
            return None
        if word is DayKind.SCHOOL_HOLIDAY:
            return self._added_holiday(region_id, day)
        return holidays_nl.school_holiday(self.zones[region_id], day)

    def _added_holiday(self, region_id: int, day: date) -> SchoolHoliday:
        def is_added(one: date) -> bool:
            inside = self.first_on <= one <= self.last_on
            return inside and self._word(one, region_id, SCHOOL) is DayKind.SCHOOL_HOLIDAY

        first_on = last_on = day
        while is_added(first_on - ONE_DAY):
            first_on -= ONE_DAY
        while is_added(last_on + ONE_DAY):
            last_on += ONE_DAY
        return SchoolHoliday(SchoolBreak.ADDED, first_on, last_on)

    def _word(self, day: date, region_id: int | None, kinds: Iterable[DayKind]) -> DayKind | None:
        """Return the planner's word of these kinds; a region's own goes before the branch's."""
        if not self.first_on <= day <= self.last_on:
            raise DayNotInCalendar(day, self.first_on, self.last_on)
        for place in (region_id, None):
            for kind in kinds:
                if DayWord(day, kind, place) in self.words:
                    return kind
        return None
