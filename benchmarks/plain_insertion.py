"""Insertion as one would write it without arrays: the yardstick of the offer kernel.

The same slack of every route is at hand, so each position costs two legs and a few comparisons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.insertion import Candidate, Insertion
from optimizer.plan import Plan
from optimizer.problem import Location, Problem, Technician, TimeWindow
from optimizer.schedule import legs_of
from optimizer.slack import LunchRule, Slack, Work, slack_of
from optimizer.travel import TravelTimes


@dataclass(frozen=True, slots=True)
class PlainRoute:
    """One route with its slack."""

    technician: Technician
    rule: LunchRule
    places: tuple[Location, ...]
    legs: tuple[int, ...]
    slack: Slack


@dataclass(frozen=True, slots=True)
class PlainDay:
    """One day's routes."""

    travel: TravelTimes
    routes: tuple[PlainRoute, ...]


def plain_day(problem: Problem, plan: Plan) -> PlainDay:
    """Return a planned day, its slack worked out."""
    routes = []
    for one in problem.technicians:
        visits = [problem.visit(visit) for visit in plan.route_of(one.id).visits]
        legs = legs_of(problem.travel, one, visits)
        slack = slack_of(one, [Work(v.service_s, v.windows) for v in visits], legs)
        places = (one.start, *(visit.place for visit in visits), one.end)
        saved = tuple(legs) if visits else (0,)
        routes.append(PlainRoute(one, LunchRule.of(one), places, saved, slack))
    return PlainDay(problem.travel, tuple(routes))


def evaluate_plainly(candidate: Candidate, days: Sequence[PlainDay]) -> list[Insertion]:
    """Return what `insertion.evaluate` returns, position by position."""
    found = []
    for number, day in enumerate(days):
        best: dict[TimeWindow, Insertion] = {}
        for route in day.routes:
            if route.technician.may_serve(candidate.skills, candidate.pinned_technician):
                into_route(candidate, number, day.travel, route, best)
        found += [best[window] for window in candidate.windows if window in best]
    return found


def into_route(
    candidate: Candidate,
    day: int,
    travel: TravelTimes,
    route: PlainRoute,
    best: dict[TimeWindow, Insertion],
) -> None:
    """Improve `best` by what fits into one route."""
    rule, slack, service_s = route.rule, route.slack, candidate.service_s
    to = travel.between(route.places[0], candidate.place)
    for position, leg in enumerate(route.legs):
        there, to = to, travel.between(candidate.place, route.places[position + 1])
        at_due, at_taken = slack.due[position] + there, slack.taken[position] + there
        if slack.due[position] <= rule.last:
            at_taken = min(at_taken, max(at_due, rule.first) + rule.seconds)
        by_taken = slack.latest_taken[position] - to - service_s
        by_due = slack.latest_due[position] - to - service_s
        if slack.latest_taken[position] - rule.seconds >= rule.first:
            by_due = max(by_due, min(rule.last - service_s, by_taken - rule.seconds))
        if at_taken > by_taken and at_due > by_due:
            continue
        extra = there + to - leg
        for window in candidate.windows:
            start, end = window.start, window.end
            fits = max(at_taken, start) <= min(by_taken, end)
            fits = fits or max(at_due, start) <= min(by_due, end)
            if fits and (window not in best or extra < best[window].extra_travel_s):
                best[window] = Insertion(day, window, route.technician.id, position, extra)
