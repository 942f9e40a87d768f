"""The day board: one branch on one date, as planner and desk look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.console.map_drawing import letter_of, shape_of
from portal.console.queries import Colleague, colleagues, visits_with_customers
from portal.customers.models import Visit
from portal.planning.queries import PlannedDay, PlannedRoute, planned_day
from portal.regions.branch_calendar import BranchCalendar
from portal.regions.errors import HolidaysUnknown
from portal.regions.holidays_nl import public_holidays
from portal.regions.models import Branch
from portal.regions.queries import branch_calendar, regions_of_branch
from portal.texts import text


@dataclass(frozen=True, slots=True)
class BoardRoute:
    """One technician's route with the number, letter and shape by which it is known all over."""

    number: int
    route: PlannedRoute

    @property
    def name(self) -> str:
        """Whose route it is."""
        return self.route.on_duty.name

    @property
    def letter(self) -> str:
        """The letter before the numbers of its visits."""
        return letter_of(self.number)

    @property
    def shape(self) -> str:
        """The shape of its markers."""
        return shape_of(self.number)

    @property
    def travel_minutes(self) -> int:
        """All travel of the day."""
        return round(self.route.travel_s / 60)

    @property
    def km(self) -> float:
        """The length of the way, home to home."""
        return self.route.road_metres / 1000


@dataclass(frozen=True, slots=True)
class RegionHoliday:
    """A school holiday in one region."""

    region: str
    holiday: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the board tells about a date."""

    branch: Branch
    on: date
    previous_on: date
    next_on: date
    is_workday: bool
    public_holiday: str | None
    school_holidays: tuple[RegionHoliday, ...]
    day: PlannedDay | None
    routes: tuple[BoardRoute, ...]
    away: tuple[Colleague, ...]
    warnings: tuple[str, ...]
    stranded: tuple[Visit, ...]

    @property
    def stop_count(self) -> int:
        """How many visits are on the routes."""
        return self.day.stop_count if self.day else 0

    @property
    def km(self) -> float:
        """The length of all routes."""
        return sum(route.km for route in self.routes)

    @property
    def travel_per_visit(self) -> float | None:
        """Travel minutes per visit; None without visits."""
        if self.day is None or not self.stop_count:
            return None
        return self.day.travel_s / 60 / self.stop_count

    @property
    def is_solved(self) -> bool:
        """Whether the routes were solved since they last changed."""
        return self.day is not None and self.day.plan.solved_version == self.day.plan.version


def board(session: Session, branch: Branch, day: date) -> Board:
    """Return the board of a branch on a date."""
    calendar = branch_calendar(session, branch.id, day, day)
    staff = colleagues(session, branch.id, day)
    planned = planned_day(session, branch.id, day)
    routes = _routes(planned, staff)
    on_duty = {route.route.on_duty.technician_id for route in routes}
    return Board(
        branch=branch,
        on=day,
        previous_on=max((one for one in calendar.workdays() if one < day), default=day),
        next_on=min((one for one in calendar.workdays() if one > day), default=day),
        is_workday=calendar.is_workday(day),
        public_holiday=public_holidays(day.year).get(day),
        school_holidays=_school_holidays(session, branch, calendar, day),
        day=planned,
        routes=routes,
        away=_away(planned, staff, on_duty),
        warnings=warnings(planned),
        stranded=_stranded(session, planned),
    )


def first_board_date(session: Session, branch_id: int, today: date) -> date:
    """Return today, or the next workday when the branch is closed today."""
    workdays = branch_calendar(session, branch_id, today, today).workdays()
    return next((day for day in workdays if day >= today), today)


def warnings(planned: PlannedDay | None) -> tuple[str, ...]:
    """Return a sentence for everything on the day that would break a promise; normally none."""
    if planned is None:
        return ()
    late = [
        text(
            "%(name)s: the visit begins at %(begin)s, promised was %(until)s at the latest.",
            name=stop.customer.name,
            begin=f"{stop.begin:%H:%M}",
            until=f"{stop.window.end:%H:%M}",
        )
        for route in planned.routes
        for stop in route.stops
        if stop.begin > stop.window.end
    ]
    overtime = [
        text(
            "%(name)s is home at %(returns)s, the shift ends at %(ends)s.",
            name=route.on_duty.name,
            returns=f"{route.returns:%H:%M}",
            ends=f"{route.on_duty.ends:%H:%M}",
        )
        for route in planned.routes
        if route.stops and route.returns > route.on_duty.ends
    ]
    found = (*late, *overtime)
    if not found and len(planned.violations) > len(planned.stranded):
        return (text("The check of these routes found a fault. Improve the routes, or call us."),)
    return found


def _stranded(session: Session, planned: PlannedDay | None) -> tuple[Visit, ...]:
    """Return the visits whose technician is not on duty after all."""
    if planned is None or not planned.stranded:
        return ()
    return visits_with_customers(session, [stop.visit_id for stop in planned.stranded])


def _routes(planned: PlannedDay | None, staff: tuple[Colleague, ...]) -> tuple[BoardRoute, ...]:
    numbers = {one.technician_id: one.number for one in staff}
    routes = planned.routes if planned else ()
    return tuple(BoardRoute(numbers[route.on_duty.technician_id], route) for route in routes)


def _away(
    planned: PlannedDay | None, staff: tuple[Colleague, ...], on_duty: set[int]
) -> tuple[Colleague, ...]:
    """Return who is not on duty; without a plan only absences are known."""
    if planned is None:
        return tuple(one for one in staff if one.away)
    return tuple(one for one in staff if one.technician_id not in on_duty)


def _school_holidays(
    session: Session, branch: Branch, calendar: BranchCalendar, day: date
) -> tuple[RegionHoliday, ...]:
    found = []
    for region in regions_of_branch(session, branch.id):
        try:
            holiday = calendar.school_holiday(region.id, day)
        except HolidaysUnknown:
            continue  # nothing is published for that year: there is nothing to show
        if holiday:
            found.append(RegionHoliday(region.name, holiday.name))
    return tuple(found)
