"""Opened windows as a table of weeks: what is open, what is taken, and who is on holiday."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.console.audit import Happening, action_in_words, actor_names
from portal.planning.models import Opening, OpeningReason
from portal.planning.queries import openings_between
from portal.planning.windows import STANDARD_WINDOWS
from portal.regions.branch_calendar import BranchCalendar
from portal.regions.errors import HolidaysUnknown
from portal.regions.holidays_nl import public_holidays
from portal.regions.models import Branch, Region
from portal.regions.queries import branch_calendar, regions_of_branch
from portal.texts import text

WEEKS = 8
WEEK = timedelta(days=7)
WORKWEEK = 5
DECISIONS = 3  # as many of the newest as a page tells


@dataclass(frozen=True, slots=True)
class WindowState:
    """One window of a region on a date; without an opening nothing was opened."""

    start: time
    end: time
    opening: Opening | None

    @property
    def is_open(self) -> bool:
        """Whether customers may choose it while there is a place."""
        return self.opening is not None and not self.opening.closed

    @property
    def is_full(self) -> bool:
        """Whether it is open but the last place is taken."""
        return self.is_open and self.taken >= self.places

    @property
    def places(self) -> int:
        """How many customers may choose it in all."""
        return self.opening.places if self.opening else 0

    @property
    def taken(self) -> int:
        """How many customers have chosen it."""
        return self.opening.taken if self.opening else 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A region on a date."""

    region: Region
    day: date
    is_workday: bool
    holiday: str
    windows: tuple[WindowState, ...]

    @property
    def places(self) -> int:
        """All places of the windows that are open."""
        return sum(window.places for window in self.windows if window.is_open)

    @property
    def taken(self) -> int:
        """All places that are taken, in closed windows too."""
        return sum(window.taken for window in self.windows)


@dataclass(frozen=True, slots=True)
class Story:
    """How a window came to be as it is: who opened it and why, and the newest decisions on it."""

    opened: str
    decisions: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class DayHead:
    """A date over its column, with the public holiday on it, if any."""

    day: date
    public_holiday: str


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region's line of a week, with the names of the school holidays in it."""

    region: Region
    holidays: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """One week of all regions."""

    number: int
    days: tuple[DayHead, ...]
    rows: tuple[RegionRow, ...]


def openings_table(session: Session, branch: Branch, first_on: date) -> tuple[Week, ...]:
    """Return the weeks from the one that holds `first_on`, with every region of the branch."""
    monday = first_on - timedelta(days=first_on.weekday())
    last_on = monday + WEEKS * WEEK - timedelta(days=1)
    regions = regions_of_branch(session, branch.id)
    calendar = branch_calendar(session, branch.id, monday, last_on)
    openings = openings_between(session, branch.id, monday, last_on)
    return tuple(
        _week(monday + number * WEEK, regions, calendar, openings) for number in range(WEEKS)
    )


def cell_of(session: Session, region: Region, day: date) -> Cell:
    """Return the windows of one region on one date."""
    calendar = branch_calendar(session, region.branch_id, day, day)
    openings = openings_between(session, region.branch_id, day, day)
    return _cell(region, day, calendar, openings)


def stories(session: Session, cell: Cell) -> dict[int, Story]:
    """Return the story of each opening of a cell by its id; two queries, whatever their number."""
    openings = [window.opening for window in cell.windows if window.opening]
    entries = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject.in_([_subject(one) for one in openings]))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    ).all()
    actors = [one.actor for one in entries] + [one.opened_by for one in openings]
    names = actor_names(session, actors)
    told: dict[str, list[Happening]] = defaultdict(list)
    for entry in entries:
        told[entry.subject].append(_decision(entry, names))
    return {
        one.id: Story(
            opening_in_words(one, names[one.opened_by]), tuple(told[_subject(one)][:DECISIONS])
        )
        for one in openings
    }


def opening_in_words(opening: Opening, by: str) -> str:
    """Return who opened a window and why, in one sentence; `by` is a colleague or the command."""
    name = text("the administrator's command") if by == "command" else by
    match opening.reason:
        case OpeningReason.CHOICE:
            return text(
                "Opened by %(name)s, because every region gets a choice of days.", name=name
            )
        case OpeningReason.DEMAND:
            return text("Opened by %(name)s, because so many visits are due here.", name=name)
        case OpeningReason.PLANNER:
            return text("Opened by %(name)s by hand.", name=name)


def _subject(opening: Opening) -> str:
    return f"opening:{opening.id}"


def _decision(entry: AuditEntry, names: Mapping[str, str]) -> Happening:
    what, why = action_in_words(entry.action), str(entry.detail.get("reason", ""))
    return Happening(entry.at, names[entry.actor], what, why)


def _week(
    monday: date,
    regions: Iterable[Region],
    calendar: BranchCalendar,
    openings: Sequence[Opening],
) -> Week:
    of_week = [one for one in openings if monday <= one.date < monday + WEEK]
    used = {one.date for one in of_week}
    days = [monday + timedelta(days=number) for number in range(7)]
    shown = [day for day in days if day.weekday() < WORKWEEK or day in used]
    return Week(
        number=monday.isocalendar().week,
        days=tuple(DayHead(day, public_holidays(day.year).get(day, "")) for day in shown),
        rows=tuple(_row(region, shown, calendar, of_week) for region in regions),
    )


def _row(
    region: Region, days: Iterable[date], calendar: BranchCalendar, openings: Sequence[Opening]
) -> RegionRow:
    cells = tuple(_cell(region, day, calendar, openings) for day in days)
    holidays = tuple(dict.fromkeys(cell.holiday for cell in cells if cell.holiday))
    return RegionRow(region, holidays, cells)


def _cell(region: Region, day: date, calendar: BranchCalendar, openings: Sequence[Opening]) -> Cell:
    mine = [one for one in openings if one.region_id == region.id and one.date == day]
    by_start = {one.window_start: one for one in mine}
    windows = dict(STANDARD_WINDOWS)
    windows |= {one.window_start: one.window_end for one in mine}
    return Cell(
        region=region,
        day=day,
        is_workday=calendar.is_workday(day, region.id),
        holiday=_school_holiday(calendar, region.id, day),
        windows=tuple(
            WindowState(start, end, by_start.get(start)) for start, end in sorted(windows.items())
        ),
    )


def _school_holiday(calendar: BranchCalendar, region_id: int, day: date) -> str:
    try:
        holiday = calendar.school_holiday(region_id, day)
    except HolidaysUnknown:
        return ""
    return holiday.name if holiday else ""
