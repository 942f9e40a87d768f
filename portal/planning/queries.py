"""The planned day as people look at it: routes with times, slack and reasons to worry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

import optimizer.problem as optimizer
from optimizer.check import violations
from optimizer.plan import Route as OptimizerRoute
from optimizer.plan import Stop as TimedStop
from optimizer.plan import TimedRoute
from optimizer.schedule import timed
from optimizer.travel import GreatCircle, Location
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.planning.day import day_state
from portal.planning.facts import StopFact
from portal.planning.models import DayPlan, Opening, Stop
from portal.planning.windows import Window, local_time
from portal.technicians.queries import roster
from portal.technicians.shifts import OnDuty


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """One visit of a route with its times by the clock and what may still slip."""

    fact: StopFact
    visit: Visit
    window: Window
    arrive: time
    begin: time
    leave: time
    slack_minutes: int

    @property
    def address(self) -> Address:
        """Where the technician goes."""
        return self.visit.address

    @property
    def customer(self) -> Customer:
        """For whom."""
        return self.visit.customer


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """One technician's day in order; times are local, travel includes the way from and to home."""

    on_duty: OnDuty
    leaves: time
    returns: time
    lunch: tuple[time, time] | None
    stops: tuple[PlannedStop, ...]
    travel_s: int
    road_metres: int


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """All routes of a branch on a date, with what its last solving is known to be worth."""

    plan: DayPlan
    routes: tuple[PlannedRoute, ...]
    stranded: tuple[StopFact, ...]
    violations: tuple[str, ...]
    travel_s: int

    @property
    def stop_count(self) -> int:
        """How many visits are on the routes."""
        return sum(len(route.stops) for route in self.routes)

    @property
    def gap(self) -> float | None:
        """How far the routes are from the best possible at most, as a share; None when unknown."""
        plan = self.plan
        if plan.lower_bound_s is None or not plan.travel_s or plan.solved_version != plan.version:
            return None
        return max(0.0, 1 - plan.lower_bound_s / plan.travel_s)


def planned_day(session: Session, branch_id: int, day: date) -> PlannedDay | None:
    """Return the day with its routes, or None when nothing is planned for that date yet."""
    plan = session.scalar(
        sa.select(DayPlan).where(DayPlan.branch_id == branch_id, DayPlan.date == day)
    )
    if plan is None:
        return None
    state = day_state(session, plan)
    problem, routes = state.problem(), state.routes()
    visits = _visits(session, [stop.visit_id for stop in state.stops])
    planned = tuple(
        _route(day, problem, route, on_duty, state.stops, visits)
        for route, on_duty in zip(routes.routes, state.working, strict=True)
    )
    return PlannedDay(
        plan=plan,
        routes=planned,
        stranded=state.stranded,
        violations=tuple(one.sentence for one in violations(problem, routes)),
        travel_s=sum(route.travel_s for route in planned),
    )


def openings_between(
    session: Session, branch_id: int, first_on: date, last_on: date
) -> Sequence[Opening]:
    """Return the branch's openings between two dates, both included, by region, date and window."""
    return session.scalars(
        sa.select(Opening)
        .join(Opening.region)
        .where(Opening.region.has(branch_id=branch_id), Opening.date.between(first_on, last_on))
        .options(joinedload(Opening.region))
        .order_by(Opening.region_id, Opening.date, Opening.window_start)
    ).all()


def days_with_stops(session: Session, first_on: date) -> Sequence[DayPlan]:
    """Return the day plans of all branches that have stops, earliest first."""
    return session.scalars(
        sa.select(DayPlan)
        .where(DayPlan.date >= first_on, DayPlan.stops.any())
        .order_by(DayPlan.date, DayPlan.branch_id)
    ).all()


def faults_of(session: Session, branch_id: int, day: date) -> tuple[str, ...]:
    """Return what endangers the promises of a day, in sentences; nothing when all can be kept."""
    planned = planned_day(session, branch_id, day)
    if planned is None:
        return ()
    away = len(planned.stranded)
    stranding = (f"{away} visits stand with somebody who is not on duty",) if away else ()
    return planned.violations + stranding


def unsolved_days(session: Session, first_on: date) -> Sequence[DayPlan]:
    """Return day plans with stops that need solving, earliest first.

    That are those that changed since they were last solved, and those on which somebody with
    visits turned out not to be on duty.
    """
    plans = days_with_stops(session, first_on)
    stranding = _dates_with_stranded_stops(session, plans)
    return [
        plan
        for plan in plans
        if plan.solved_version != plan.version or (plan.branch_id, plan.date) in stranding
    ]


def _dates_with_stranded_stops(session: Session, plans: Sequence[DayPlan]) -> set[tuple[int, date]]:
    if not plans:
        return set()
    by_id = {plan.id: plan for plan in plans}
    last_on = max(plan.date for plan in plans)
    working = {
        (branch_id, day, one.technician_id)
        for branch_id in {plan.branch_id for plan in plans}
        for day, on_duty in roster(session, branch_id, plans[0].date, last_on).items()
        for one in on_duty
    }
    rows = session.execute(
        sa.select(Stop.day_plan_id, Stop.technician_id)
        .where(Stop.day_plan_id.in_(by_id))
        .distinct()
    )
    return {
        (by_id[plan_id].branch_id, by_id[plan_id].date)
        for plan_id, technician_id in rows
        if (by_id[plan_id].branch_id, by_id[plan_id].date, technician_id) not in working
    }


def _visits(session: Session, visit_ids: Sequence[int]) -> dict[int, Visit]:
    found = session.scalars(
        sa.select(Visit)
        .where(Visit.id.in_(visit_ids))
        .options(
            joinedload(Visit.boiler).joinedload(Boiler.address).joinedload(Address.customer),
            joinedload(Visit.boiler).joinedload(Boiler.address).joinedload(Address.region),
        )
    )
    return {visit.id: visit for visit in found}


def _route(
    day: date,
    problem: optimizer.Problem,
    route: OptimizerRoute,
    on_duty: OnDuty,
    stops: Sequence[StopFact],
    visits: dict[int, Visit],
) -> PlannedRoute:
    times = timed(problem, route)
    by_key = {stop.key: stop for stop in stops}
    return PlannedRoute(
        on_duty=on_duty,
        leaves=local_time(day, times.leave_start),
        returns=local_time(day, times.arrive_end),
        lunch=_lunch(day, times),
        stops=tuple(
            _stop(day, stop, by_key[stop.visit], visits[by_key[stop.visit].visit_id])
            for stop in times.stops
        ),
        travel_s=times.travel_s,
        road_metres=_road_metres(on_duty, [by_key[stop.visit] for stop in times.stops]),
    )


def _stop(day: date, times: TimedStop, fact: StopFact, visit: Visit) -> PlannedStop:
    return PlannedStop(
        fact=fact,
        visit=visit,
        window=Window(day, fact.window_start, fact.window_end),
        arrive=local_time(day, times.arrive),
        begin=local_time(day, times.begin),
        leave=local_time(day, times.leave),
        slack_minutes=times.slack_s // 60,
    )


def _lunch(day: date, times: TimedRoute) -> tuple[time, time] | None:
    if times.lunch is None:
        return None
    start, end = times.lunch
    return local_time(day, start), local_time(day, end)


def _road_metres(on_duty: OnDuty, stops: Sequence[StopFact]) -> int:
    if not stops:
        return 0
    roads = GreatCircle()
    places = [Location(*on_duty.start)]
    places += [Location(stop.lat, stop.lon) for stop in stops]
    places.append(Location(*on_duty.end))
    return sum(roads.road_metres(a, b) for a, b in pairwise(places))
