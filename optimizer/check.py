"""What is wrong with a plan. Written apart from schedule, insertion and search, to judge them.

Nothing is imported from those modules, and the lunch is settled by trying every leg in turn.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.errors import UnknownName
from optimizer.plan import Plan, Route
from optimizer.problem import Problem, Technician, Visit


class Kind(enum.Enum):
    """The ways in which a plan can be wrong."""

    WINDOW_MISSED = "window missed"
    SHIFT_EXCEEDED = "shift exceeded"
    LUNCH_MISSED = "lunch missed"
    SKILL_MISSING = "skill missing"
    PINNED_ELSEWHERE = "pinned elsewhere"
    OVERLOADED = "overloaded"
    UNSERVED = "unserved"
    SERVED_TWICE = "served twice"
    TECHNICIAN_TWICE = "technician twice"
    UNKNOWN_VISIT = "unknown visit"
    UNKNOWN_TECHNICIAN = "unknown technician"


@dataclass(frozen=True, slots=True)
class Violation:
    """One fault; `ids` are the visits or technicians concerned, `sentence` says it in words."""

    kind: Kind
    ids: tuple[str, ...]
    sentence: str


def violations(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """Return every fault of a plan, none when all promises are kept; travel is asked anew."""
    found = [*coverage_faults(problem, plan)]
    for route in plan.routes:
        found += route_faults(problem, route)
    return tuple(found)


def coverage_faults(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Yield what is wrong with who is in the plan how often."""
    times_served = Counter(visit for route in plan.routes for visit in route.visits)
    known = {visit.id for visit in problem.visits}
    for visit, times in times_served.items():
        if visit not in known:
            yield Violation(Kind.UNKNOWN_VISIT, (visit,), f"visit {visit} is not of this day")
        if times > 1:
            yield Violation(Kind.SERVED_TWICE, (visit,), f"visit {visit} is served {times} times")
    for one in problem.visits:
        if not one.optional and one.id not in times_served:
            yield Violation(Kind.UNSERVED, (one.id,), f"visit {one.id} is not served")
    for technician, routes in Counter(route.technician for route in plan.routes).items():
        if routes > 1:
            sentence = f"technician {technician} has {routes} routes"
            yield Violation(Kind.TECHNICIAN_TWICE, (technician,), sentence)


def route_faults(problem: Problem, route: Route) -> list[Violation]:
    """Return what is wrong with one route, visits unknown to the problem left aside."""
    try:
        technician = problem.technician(route.technician)
    except UnknownName:
        who = route.technician
        return [Violation(Kind.UNKNOWN_TECHNICIAN, (who,), f"technician {who} is not of this day")]
    known = {visit.id: visit for visit in problem.visits}
    visits = [known[visit] for visit in route.visits if visit in known]
    if not visits:
        return []
    places = [technician.start, *(visit.place for visit in visits), technician.end]
    legs = [int(leg) for leg in problem.travel.seconds(places, places).diagonal(1)]
    return [*fitness_faults(technician, visits), *time_faults(technician, visits, legs)]


def fitness_faults(technician: Technician, visits: list[Visit]) -> Iterator[Violation]:
    """Yield visits that this technician may not do, whatever the time."""
    for visit in visits:
        ids, missing = (visit.id, technician.id), sorted(visit.skills - technician.skills)
        if missing:
            sentence = f"technician {technician.id} lacks {', '.join(missing)} for {visit.id}"
            yield Violation(Kind.SKILL_MISSING, ids, sentence)
        if visit.pinned_technician is not None and visit.pinned_technician != technician.id:
            sentence = f"visit {visit.id} is pinned to {visit.pinned_technician}"
            yield Violation(Kind.PINNED_ELSEWHERE, ids, f"{sentence}, not {technician.id}")
    load = sum(visit.load for visit in visits)
    if technician.capacity is not None and load > technician.capacity:
        sentence = f"technician {technician.id} carries {load}, above {technician.capacity}"
        yield Violation(Kind.OVERLOADED, (technician.id,), sentence)


def time_faults(technician: Technician, visits: list[Visit], legs: list[int]) -> list[Violation]:
    """Return the time faults of the lunch choice that has the fewest, a kept lunch before none."""
    choices = [None] if technician.lunch is None else [None, *range(len(legs))]
    return min((driven(technician, visits, legs, choice) for choice in choices), key=gravity)


def gravity(faults: list[Violation]) -> tuple[int, bool]:
    """Return what orders lunch choices: how many faults, and whether lunch is one."""
    return len(faults), any(fault.kind is Kind.LUNCH_MISSED for fault in faults)


def driven(
    technician: Technician, visits: list[Visit], legs: list[int], lunch_leg: int | None
) -> list[Violation]:
    """Return the time faults of driving the legs with lunch on one of them, or on none."""
    faults: list[Violation] = []
    now = technician.shift.start
    for number, visit in enumerate(visits):
        now = at_far_end(technician, now, legs[number], number == lunch_leg, faults)
        openings = [max(now, window.start) for window in visit.windows if window.end >= now]
        if not openings:
            last = max(window.end for window in visit.windows)
            sentence = f"visit {visit.id} begins at {clock(now)}, after {clock(last)}"
            faults.append(Violation(Kind.WINDOW_MISSED, (visit.id, technician.id), sentence))
        now = min(openings, default=now) + visit.service_s
    now = at_far_end(technician, now, legs[-1], len(visits) == lunch_leg, faults)
    if lunch_leg is None and technician.lunch and now > technician.lunch.window.end:
        faults.append(no_lunch(technician, technician.lunch.window.end))
    if now > technician.shift.end:
        sentence = f"technician {technician.id} is back at {clock(now)}"
        sentence += f", after {clock(technician.shift.end)}"
        faults.append(Violation(Kind.SHIFT_EXCEEDED, (technician.id,), sentence))
    return faults


def at_far_end(
    technician: Technician, now: int, leg: int, with_lunch: bool, faults: list[Violation]
) -> int:
    """Return when a leg left `now` is over; lunch on it must be possible by its last start."""
    if not with_lunch or technician.lunch is None:
        return now + leg
    window = technician.lunch.window
    if now > window.end:
        faults.append(no_lunch(technician, window.end))
    return max(now + leg, window.start) + technician.lunch.seconds


def no_lunch(technician: Technician, last: int) -> Violation:
    """Return the fault of a lunch that has not started by its last moment."""
    sentence = f"technician {technician.id} cannot start lunch by {clock(last)}"
    return Violation(Kind.LUNCH_MISSED, (technician.id,), sentence)


def clock(second: int) -> str:
    """Return a second of the day as hh:mm:ss."""
    minutes, seconds = divmod(second, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
