"""Routes as row numbers with their slack, made once and shared: what improvement works on.

A `Tour` never changes and remembers the cheapest insertion of every visit it was asked for, so the
many routes that a step leaves alone cost nothing to ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from optimizer.plan import Plan, Route
from optimizer.problem import Problem
from optimizer.slack import NEVER, LunchRule, Slack, Work, slack_of
from optimizer.travel import Places

# Tours remembered before the memory is emptied; about 1 kB each.
REMEMBERED = 100_000


@dataclass(slots=True, eq=False)
class Tour:
    """One technician's visits as rows of the problem; `nodes` adds start and end of the route."""

    technician: int
    visits: tuple[int, ...]
    nodes: tuple[int, ...]
    legs: tuple[int, ...]
    slack: Slack
    room: int
    insertions: dict[int, tuple[int, int] | None] = field(default_factory=dict)

    @property
    def travel_s(self) -> int:
        """Travel seconds, 0 for an empty tour."""
        return sum(self.legs) if self.visits else 0


class Network:
    """A problem as rows: visits 0..n-1, then start and end of every technician, with travel."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.size = len(problem.visits)
        homes = [place for one in problem.technicians for place in (one.start, one.end)]
        places = Places.of([*(visit.place for visit in problem.visits), *homes])
        self.seconds = problem.travel.seconds(places, places)
        self.legs: list[list[int]] = self.seconds.tolist()
        self.onto: list[list[int]] = self.seconds.T.tolist()
        self.work = [Work(visit.service_s, visit.windows) for visit in problem.visits]
        self.rules = [LunchRule.of(one) for one in problem.technicians]
        self.servers = [
            [
                row
                for row, one in enumerate(problem.technicians)
                if one.may_serve(visit.skills, visit.pinned_technician)
            ]
            for visit in problem.visits
        ]
        self._tours: dict[tuple[int, tuple[int, ...]], Tour] = {}

    def tour(self, technician: int, visits: tuple[int, ...]) -> Tour:
        """Return the tour of a technician row along visit rows, feasible or not."""
        key = (technician, visits)
        if key not in self._tours:
            if len(self._tours) >= REMEMBERED:
                self._tours.clear()
            self._tours[key] = self._new_tour(technician, visits)
        return self._tours[key]

    def _new_tour(self, technician: int, visits: tuple[int, ...]) -> Tour:
        one = self.problem.technicians[technician]
        start = self.size + 2 * technician
        nodes = (start, *visits, start + 1)
        legs = tuple(self.legs[a][b] for a, b in zip(nodes, nodes[1:], strict=False))  # noqa: RUF007
        slack = slack_of(one, [self.work[visit] for visit in visits], legs)
        room = NEVER
        if one.capacity is not None:
            room = one.capacity - sum(self.problem.visits[visit].load for visit in visits)
        return Tour(technician, visits, nodes, legs, slack, room)

    def fits(self, tour: Tour) -> bool:
        """Whether the tour keeps every rule of its visits and its technician."""
        able = all(tour.technician in self.servers[visit] for visit in tour.visits)
        return able and tour.room >= 0 and tour.slack.feasible

    def insertion(self, tour: Tour, visit: int) -> tuple[int, int] | None:
        """Return (extra seconds, position) of the cheapest insertion into a tour; None = no fit."""
        if visit not in tour.insertions:
            tour.insertions[visit] = self._cheapest(tour, visit)
        return tour.insertions[visit]

    def _cheapest(self, tour: Tour, visit: int) -> tuple[int, int] | None:
        if tour.room < self.problem.visits[visit].load:
            return None
        there, onward, nodes = self.onto[visit], self.legs[visit], tour.nodes
        best: tuple[int, int] | None = None
        for position, leg in enumerate(tour.legs):
            to, on = there[nodes[position]], onward[nodes[position + 1]]
            extra = to + on - (leg if tour.visits else 0)
            if (best is None or extra < best[0]) and self._reaches(tour, visit, position, to, on):
                best = (extra, position)
        return best

    def _reaches(self, tour: Tour, visit: int, position: int, to: int, on: int) -> bool:
        """Whether some begin fits, by the two comparisons explained in `insertion`."""
        slack, rule = tour.slack, self.rules[tour.technician]
        service_s, windows = self.work[visit]
        at_due, at_taken = slack.due[position] + to, slack.taken[position] + to
        if slack.due[position] <= rule.last:
            at_taken = min(at_taken, max(at_due, rule.first) + rule.seconds)
        by_taken = slack.latest_taken[position] - on - service_s
        by_due = slack.latest_due[position] - on - service_s
        if slack.latest_taken[position] - rule.seconds >= rule.first:
            by_due = max(by_due, min(rule.last - service_s, by_taken - rule.seconds))
        for window in windows:
            start, end = window.start, window.end
            if max(at_taken, start) <= min(by_taken, end) or max(at_due, start) <= min(by_due, end):
                return True
        return False

    def tours_of(self, plan: Plan) -> list[Tour]:
        """Return one tour per technician; raises UnknownName for ids the problem lacks."""
        return [
            self.tour(row, tuple(map(self.problem.visit_row, plan.route_of(one.id).visits)))
            for row, one in enumerate(self.problem.technicians)
        ]

    def plan_of(self, tours: Sequence[Tour]) -> Plan:
        """Return the plan of these tours, technicians without visits left out."""
        visits, technicians = self.problem.visits, self.problem.technicians
        return Plan(
            tuple(
                Route(technicians[tour.technician].id, tuple(visits[row].id for row in tour.visits))
                for tour in tours
                if tour.visits
            )
        )
