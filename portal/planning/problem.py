"""Between the portal's rows and the optimiser's values: the only place where they meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import optimizer.problem as optimizer
from optimizer.insertion import Candidate
from optimizer.plan import Plan, Route
from optimizer.travel import Location, TravelTimes
from portal.customers.models import Visit
from portal.planning.facts import StopFact
from portal.planning.windows import elapsed_seconds, time_window
from portal.technicians.shifts import OnDuty


def problem_of(
    day: date, roster: Sequence[OnDuty], stops: Sequence[StopFact], travel: TravelTimes
) -> optimizer.Problem:
    """Return the day as the optimiser sees it: who works, and every promise."""
    technicians = tuple(technician_of(day, on_duty) for on_duty in roster)
    working = {on_duty.technician_id for on_duty in roster}
    visits = tuple(_promise(day, stop, stop.technician_id in working) for stop in stops)
    return optimizer.Problem(
        name=day.isoformat(), date=day, technicians=technicians, visits=visits, travel=travel
    )


def plan_of(roster: Sequence[OnDuty], stops: Sequence[StopFact]) -> Plan:
    """Return the routes as they stand; stops of somebody who is not on duty are in none."""
    routes: dict[int, list[str]] = {on_duty.technician_id: [] for on_duty in roster}
    for stop in stops:
        if stop.technician_id in routes:
            routes[stop.technician_id].append(stop.key)
    return Plan(tuple(Route(str(key), tuple(visits)) for key, visits in routes.items()))


def technician_of(day: date, on_duty: OnDuty) -> optimizer.Technician:
    """Return a technician's working day."""
    return optimizer.Technician(
        id=str(on_duty.technician_id),
        start=Location(*on_duty.start),
        end=Location(*on_duty.end),
        shift=time_window(day, on_duty.starts, on_duty.ends),
        lunch=_lunch(day, on_duty),
        skills=on_duty.skills,
    )


def _lunch(day: date, on_duty: OnDuty) -> optimizer.Lunch | None:
    """Return the lunch of a working day; who starts after it has none."""
    if not on_duty.lunch_minutes or on_duty.lunch_until < on_duty.starts:
        return None
    period = time_window(day, on_duty.lunch_from, on_duty.lunch_until)
    return optimizer.Lunch(on_duty.lunch_minutes * 60, period)


def candidate_of(visit: Visit, windows: Sequence[optimizer.TimeWindow]) -> Candidate:
    """Return a visit that looks for a place in one of the windows; its address has coordinates."""
    address = visit.address
    if address.lat is None or address.lon is None:
        raise ValueError(f"visit {visit.id} has no coordinates")
    return Candidate(
        place=Location(address.lat, address.lon),
        service_s=visit.boiler.service_minutes * 60,
        windows=tuple(windows),
        skills=_skills(visit.boiler.skill),
    )


def _promise(day: date, stop: StopFact, keeps_technician: bool) -> optimizer.Visit:
    return optimizer.Visit(
        id=stop.key,
        place=Location(stop.lat, stop.lon),
        service_s=stop.service_minutes * 60,
        windows=(
            optimizer.TimeWindow(
                elapsed_seconds(day, stop.window_start), elapsed_seconds(day, stop.window_end)
            ),
        ),
        skills=_skills(stop.skill),
        pinned_technician=str(stop.technician_id) if stop.pinned and keeps_technician else None,
    )


def _skills(skill: str) -> frozenset[str]:
    return frozenset({skill}) if skill else frozenset()
