"""When the visits that are left of a day will begin, from where their technician is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import optimizer.problem as optimizer
from optimizer.schedule import begin_of, best_course, legs_of, timed
from optimizer.travel import Location
from portal.clock import AMSTERDAM
from portal.planning.day import DayState


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a technician is: the last address, since (or from) when it is left behind.

    Without a `place` that is home. `heading` is the stop that was set off for, if one was.
    """

    place: tuple[float, float] | None
    free_at: datetime
    heading: int | None = None


def expected_begins(
    state: DayState, technician_id: int, standing: Standing, left: Sequence[int], now: datetime
) -> dict[int, datetime]:
    """Return when work at each of the stops that are left (in order) will begin, by stop id.

    The rules are those of every schedule: work begins in the window or, when that is over, on
    arrival; lunch is taken where it delays least. Nobody is there before `now`. Empty for somebody
    who is not on duty.
    """
    name = str(technician_id)
    if not left or name not in {str(one.technician_id) for one in state.working}:
        return {}
    problem = state.problem()
    technician = problem.technician(name)
    visits = [problem.visit(str(stop_id)) for stop_id in left]
    place = Location(*standing.place) if standing.place else technician.start
    free, present = _elapsed(state.date, standing.free_at), _elapsed(state.date, now)
    begins: list[int] = []
    if standing.heading == left[0]:
        begins, free = _first(problem, place, visits[0], (free, present))
        place, visits = visits[0].place, visits[1:]
    lunch = _lunch_left(problem, state, technician, free)
    begins += _following(
        problem, replace(technician, start=place, lunch=lunch), visits, free, now=present
    )
    return {
        stop_id: _moment(state.date, begin) for stop_id, begin in zip(left, begins, strict=True)
    }


def planned_begins(state: DayState, technician_id: int) -> dict[int, datetime]:
    """Return when the plan lets work begin at each stop of a technician's route, by stop id."""
    if technician_id not in {one.technician_id for one in state.working}:
        return {}
    route = timed(state.problem(), state.routes().route_of(str(technician_id)))
    return {int(stop.visit): _moment(state.date, stop.begin) for stop in route.stops}


def _first(
    problem: optimizer.Problem, place: Location, visit: optimizer.Visit, times: tuple[int, int]
) -> tuple[list[int], int]:
    """Return the begin at the stop that was set off for, and when its work ends."""
    left_at, present = times
    begin, _late = begin_of(visit, max(left_at + _leg(problem, place, visit), present))
    return [begin], begin + visit.service_s


def _following(
    problem: optimizer.Problem,
    technician: optimizer.Technician,
    visits: Sequence[optimizer.Visit],
    free: int,
    now: int,
) -> list[int]:
    """Return the begins of visits that are driven to from `technician.start` from `free` on."""
    if not visits:
        return []
    free = max(free, now - _leg(problem, technician.start, visits[0]))
    shift = optimizer.TimeWindow(free, max(free, technician.shift.end))
    rest = replace(technician, shift=shift)
    course = best_course(rest, visits, legs_of(problem.travel, rest, visits))
    return [begin for _arrive, begin, _leave in course.times]


def _lunch_left(
    problem: optimizer.Problem, state: DayState, technician: optimizer.Technician, free: int
) -> optimizer.Lunch | None:
    """Return the lunch that is still to come: by the plan, for nobody taps it."""
    if technician.lunch is None or technician.lunch.window.end < free:
        return None
    planned = timed(problem, state.routes().route_of(technician.id)).lunch
    return technician.lunch if planned and planned[0] >= free else None


def _leg(problem: optimizer.Problem, place: Location, visit: optimizer.Visit) -> int:
    return int(problem.travel.along([place, visit.place])[0])


def _elapsed(day: date, moment: datetime) -> int:
    return int((moment - _midnight(day)).total_seconds())


def _moment(day: date, seconds: int) -> datetime:
    return _midnight(day) + timedelta(seconds=seconds)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
