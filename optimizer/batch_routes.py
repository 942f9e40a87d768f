"""One day's routes at one moment of a batch: they never change, and remember what they answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from optimizer.horizon import Snapshot, snapshot, with_route
from optimizer.insertion import Candidate, evaluate
from optimizer.plan import Plan, Route
from optimizer.problem import Problem, TimeWindow, Visit
from optimizer.schedule import legs_of

Order = tuple[tuple[tuple[str, int], ...], ...]


class Place(NamedTuple):
    """Where a newcomer would go, and the travel seconds that this adds."""

    extra_travel_s: int
    technician: str
    position: int


@dataclass(frozen=True, slots=True, eq=False)
class DayRoutes:
    """The visits of every technician in order, their travel in seconds, and a snapshot."""

    problem: Problem
    visits: Mapping[str, tuple[Visit, ...]]
    travel_s: int
    snapshot: Snapshot
    answers: dict[str, dict[TimeWindow, Place]] = field(default_factory=dict)

    @staticmethod
    def of(problem: Problem, plan: Plan, replaced: Mapping[str, Visit]) -> DayRoutes:
        """Return the routes of a plan, with some visits (by id) replaced by others."""
        visits = {
            one.id: tuple(
                replaced.get(name) or problem.visit(name) for name in plan.route_of(one.id).visits
            )
            for one in problem.technicians
        }
        day = snapshot(problem, plan)
        for name, route in visits.items():
            if any(visit.id not in plan.served for visit in route):
                day = with_route(day, name, route)
        travel_s = sum(travel_of(problem, name, route) for name, route in visits.items())
        return DayRoutes(problem, visits, travel_s, day)

    @property
    def order(self) -> Order:
        """Everybody's visits by id and begin of the window: equal orders are equal routes."""
        return tuple(
            tuple((visit.id, visit.windows[0].start) for visit in route)
            for route in self.visits.values()
        )

    def plan(self) -> Plan:
        """Return the routes as a plan."""
        routes = self.visits.items()
        return Plan(
            tuple(Route(name, tuple(visit.id for visit in route)) for name, route in routes)
        )

    def places(self, name: str, candidate: Candidate) -> Mapping[TimeWindow, Place]:
        """Return the cheapest place in each window that fits; the same `name` asks the same."""
        if name not in self.answers:
            self.answers[name] = {
                one.window: Place(one.extra_travel_s, one.technician, one.position)
                for one in evaluate(candidate, [self.snapshot])
            }
        return self.answers[name]

    def with_visit(self, visit: Visit, place: Place) -> DayRoutes:
        """Return the routes with a visit put in at its place."""
        old, at = self.visits[place.technician], place.position
        return self._with(place.technician, (*old[:at], visit, *old[at:]))

    def without(self, names: Collection[str]) -> DayRoutes:
        """Return the routes without these visits."""
        day = self
        for technician, route in self.visits.items():
            kept = tuple(visit for visit in route if visit.id not in names)
            if len(kept) < len(route):
                day = day._with(technician, kept)
        return day

    def _with(self, technician: str, route: tuple[Visit, ...]) -> DayRoutes:
        before = travel_of(self.problem, technician, self.visits[technician])
        after = travel_of(self.problem, technician, route)
        return DayRoutes(
            self.problem,
            {**self.visits, technician: route},
            self.travel_s - before + after,
            with_route(self.snapshot, technician, route),
        )


def travel_of(problem: Problem, technician: str, route: tuple[Visit, ...]) -> int:
    """Return the travel seconds of a technician's route, home legs included."""
    if not route:
        return 0
    return sum(legs_of(problem.travel, problem.technician(technician), route))
