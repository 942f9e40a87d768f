"""The times of a route: when its technician leaves, arrives, works, has lunch and is home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from optimizer.plan import Route, Stop, TimedRoute
from optimizer.problem import Problem, Technician, Visit
from optimizer.slack import TOO_LATE, LunchRule, Slack, Work, first_begin, slack_of
from optimizer.travel import TravelTimes


class Course(NamedTuple):
    """One way to drive an order: lunch on leg `lunch_leg` (None = not taken).

    `times` holds (arrive, begin, leave) of each stop; `late_s` sums how far windows, lunch rule
    and shift are overrun, so 0 means that all are kept.
    """

    late_s: int
    home: int
    lunch_leg: int | None
    lunch: tuple[int, int] | None
    times: tuple[tuple[int, int, int], ...]


def timed(problem: Problem, route: Route) -> TimedRoute:
    """Return the earliest schedule of a route, with the lunch that gets its technician home first.

    The technician leaves home as late as the first begin allows, never before the shift. Raises
    UnknownName for a visit or technician that the problem does not have.
    """
    technician = problem.technician(route.technician)
    visits = [problem.visit(visit) for visit in route.visits]
    legs = legs_of(problem.travel, technician, visits)
    if not visits:
        home = technician.shift.start
        return TimedRoute(technician.id, home, (), None, home, 0, 0, feasible=True)
    slack = slack_of(technician, [Work(one.service_s, one.windows) for one in visits], legs)
    course = best_course(technician, visits, legs)
    return timed_from(technician, visits, legs, course, slack)


def legs_of(travel: TravelTimes, technician: Technician, visits: Sequence[Visit]) -> list[int]:
    """Return the n + 1 travel seconds of start, n visits, end."""
    return travel.along([technician.start, *[visit.place for visit in visits], technician.end])


def best_course(technician: Technician, visits: Sequence[Visit], legs: Sequence[int]) -> Course:
    """Return the course that is least late, then home first, then without or with early lunch."""
    choices: list[int | None] = [None]
    if technician.lunch:
        choices += range(len(legs))
    courses = (course_of(technician, visits, legs, choice) for choice in choices)
    return min(courses, key=lambda course: (course.late_s, course.home))


def course_of(
    technician: Technician, visits: Sequence[Visit], legs: Sequence[int], lunch_leg: int | None
) -> Course:
    """Return the course with lunch on a given leg; it carries on when it is late."""
    rule = LunchRule.of(technician)
    clock, late_s, lunch, times = technician.shift.start, 0, None, []
    for number, leg in enumerate(legs):
        leave, clock = clock, clock + leg
        if number == lunch_leg:
            late_s += max(leave - rule.last, 0)
            start = max(min(max(clock, rule.first), rule.last), leave)
            lunch, clock = (start, start + rule.seconds), max(clock, rule.first) + rule.seconds
        if number < len(visits):
            visit = visits[number]
            begin, overrun = begin_of(visit, clock)
            late_s += overrun
            times.append((clock, begin, begin + visit.service_s))
            clock = begin + visit.service_s
    if technician.lunch and lunch is None:
        late_s += max(clock - rule.last, 0)
    late_s += max(clock - technician.shift.end, 0)
    return Course(late_s, clock, lunch_leg, lunch, tuple(times))


def begin_of(visit: Visit, arrive: int) -> tuple[int, int]:
    """Return begin of service and its lateness; after the last window it begins on arrival."""
    over = arrive - max(window.end for window in visit.windows)
    if over > 0:
        return arrive, over
    return first_begin(visit.windows, arrive), 0


def timed_from(
    technician: Technician,
    visits: Sequence[Visit],
    legs: Sequence[int],
    course: Course,
    slack: Slack,
) -> TimedRoute:
    """Return the timed route of a course, leaving home no earlier than the first begin asks."""
    leave, lunch = departure(technician, legs[0], course)
    stops = [
        Stop(visit.id, *times, latest_begin(technician, course, slack, number))
        for number, (visit, times) in enumerate(zip(visits, course.times, strict=True))
    ]
    stops[0] = replace(stops[0], arrive=stops[0].begin)
    busy_s = sum(visit.service_s for visit in visits) + sum(legs)
    if lunch and lunch[0] >= leave:
        busy_s += lunch[1] - lunch[0]
    return TimedRoute(
        technician=technician.id,
        leave_start=leave,
        stops=tuple(stops),
        lunch=lunch,
        arrive_end=course.home,
        travel_s=sum(legs),
        wait_s=course.home - leave - busy_s,
        feasible=slack.feasible,
    )


def latest_begin(technician: Technician, course: Course, slack: Slack, number: int) -> int | None:
    """Return the latest begin of a stop that keeps the rest, given when this course has lunch."""
    past_lunch = course.lunch_leg is not None and course.lunch_leg <= number
    taken = past_lunch or technician.lunch is None
    latest = (slack.latest_taken if taken else slack.latest_due)[number]
    return None if latest <= TOO_LATE // 2 else latest


def departure(
    technician: Technician, leg: int, course: Course
) -> tuple[int, tuple[int, int] | None]:
    """Return the latest leaving that keeps the first begin, and the lunch that goes with it.

    A lunch on the first leg moves along with the leaving; where the leaving would pass the last
    moment for lunch, it is had at home before.
    """
    first_begin_at = course.times[0][1]
    if course.lunch_leg != 0 or course.lunch is None:
        return first_begin_at - leg, course.lunch
    rule = LunchRule.of(technician)
    leave = max(first_begin_at - rule.seconds - leg, technician.shift.start)
    if leave > rule.last:
        return first_begin_at - leg, (rule.last, rule.last + rule.seconds)
    start = min(max(leave + leg, rule.first), rule.last)
    return leave, (start, start + rule.seconds)
