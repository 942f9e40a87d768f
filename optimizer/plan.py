"""What a day looks like once it is planned: orders of visits, and their times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Route:
    """The visits of one technician, in order. Times follow from `schedule.timed`."""

    technician: str
    visits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The routes of one branch-day; a technician without a route stays at home."""

    routes: tuple[Route, ...] = ()

    @property
    def served(self) -> frozenset[str]:
        """The ids of all visits that are in a route."""
        return frozenset(visit for route in self.routes for visit in route.visits)

    def route_of(self, technician: str) -> Route:
        """Return this technician's route, an empty one when the plan has none."""
        for route in self.routes:
            if route.technician == technician:
                return route
        return Route(technician)

    def with_route(self, route: Route) -> Plan:
        """Return the plan with this route in the place of its technician's old one."""
        if all(old.technician != route.technician for old in self.routes):
            return Plan((*self.routes, route))
        same = route.technician
        return Plan(tuple(route if old.technician == same else old for old in self.routes))

    def inserted(self, visit: str, technician: str, position: int) -> Plan:
        """Return the plan with `visit` put before the stop now at `position` (0 = first)."""
        old = self.route_of(technician).visits
        return self.with_route(Route(technician, (*old[:position], visit, *old[position:])))

    def without(self, visits: Sequence[str]) -> Plan:
        """Return the plan with these visits taken out."""
        gone = set(visits)
        return Plan(
            tuple(
                replace(route, visits=tuple(visit for visit in route.visits if visit not in gone))
                for route in self.routes
            )
        )


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit of a timed route, in seconds since local midnight.

    `arrive` is when service could begin (a lunch taken on the way is over by then), `begin` and
    `leave` are start and end of service. `latest_begin` is the last moment service may begin with
    everything after it still kept; None when nothing would keep it.
    """

    visit: str
    arrive: int
    begin: int
    leave: int
    latest_begin: int | None

    @property
    def slack_s(self) -> int:
        """Seconds that the begin may slip; negative (a promise is broken) counts as 0."""
        return 0 if self.latest_begin is None else max(self.latest_begin - self.begin, 0)


@dataclass(frozen=True, slots=True)
class TimedRoute:
    """A route with its earliest times; `lunch` is (start, end), None when none is taken.

    `travel_s` counts the legs from and to home (0 for an empty route), `wait_s` all seconds
    between leaving and returning that are neither travel, service nor lunch. When not `feasible`
    the times are those of a technician who carries on regardless, late.
    """

    technician: str
    leave_start: int
    stops: tuple[Stop, ...]
    lunch: tuple[int, int] | None
    arrive_end: int
    travel_s: int
    wait_s: int
    feasible: bool
