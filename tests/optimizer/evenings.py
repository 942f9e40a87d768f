"""Evenings for a batch: planned days, people who ticked windows, and the least travel there is."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from optimizer.check import Kind, violations
from optimizer.insertion import Candidate, evaluate, snapshot
from optimizer.plan import Plan
from optimizer.problem import Location, Lunch, Problem, Technician, TimeWindow, Visit
from optimizer.schedule import timed
from optimizer.travel import GreatCircle
from optimizer.wishes import Day, Waiting, Wish

HOUR = 3600
WINDOWS = tuple(TimeWindow(hour * HOUR, (hour + 2) * HOUR) for hour in (8, 10, 12, 14))
SHIFT = TimeWindow(8 * HOUR, int(16.5 * HOUR))
LUNCH = Lunch(1800, TimeWindow(int(11.5 * HOUR), 13 * HOUR))

Evening = tuple[list[Day], list[Waiting], dict[str, int]]


def evening(
    seed: int, *, people: int = 3, days: int = 2, ticks: int = 3, crew: int = 1, stops: int = 3
) -> Evening:
    """Return days, people who wait with one of their windows held, and places of openings."""
    rng = random.Random(seed)
    colleagues = [technician(rng, row) for row in range(crew)]
    planned_days = [planned(rng, colleagues, stops) for _ in range(days)]
    every = [
        Wish(row, window, f"{row}/{window.start // HOUR}")
        for row in range(days)
        for window in WINDOWS
    ]
    waiting: list[Waiting] = []
    for number in range(people):
        new = visit(rng, f"new{number}", WINDOWS[0])
        wishes = rng.sample(every, min(ticks, len(every)))
        one = Waiting(new.id, new.place, new.service_s, tuple(wishes), new.skills)
        held = next((one for wish in wishes if (one := hold(planned_days, one, wish)).held), one)
        waiting += [held] if held.held else []
    return planned_days, waiting, {wish.opening: 2 for wish in every}


def hold(days: list[Day], one: Waiting, wish: Wish) -> Waiting:
    """Put a stop for one of the windows on a route, if it fits; return who then holds it."""
    stop = replace(one.visit(wish), id=f"hold-{one.id}")
    with_it = booked(days[wish.day], stop)
    if with_it is None:
        return one
    days[wish.day] = with_it
    return replace(one, held=wish, stop=stop.id)


def planned(rng: random.Random, people: Sequence[Technician], stops: int) -> Day:
    """Return a day on which so many visits at most were booked where they fitted."""
    day = Day(Problem("day", None, tuple(people), (), GreatCircle()), Plan())
    for number in range(stops):
        day = booked(day, visit(rng, f"p{number}", rng.choice(WINDOWS))) or day
    return day


def booked(day: Day, new: Visit) -> Day | None:
    """Return the day with a visit at its cheapest place, None when it does not fit."""
    asked = Candidate(new.place, new.service_s, new.windows, new.skills)
    for found in evaluate(asked, [snapshot(day.problem, day.plan)]):
        problem = replace(day.problem, visits=(*day.problem.visits, new))
        return Day(problem, day.plan.inserted(new.id, found.technician, found.position))
    return None


def visit(rng: random.Random, name: str, window: TimeWindow) -> Visit:
    skills = frozenset({"gas"}) if rng.random() < 0.1 else frozenset[str]()
    return Visit(name, address(rng), rng.choice(range(1800, 3601, 300)), (window,), skills)


def technician(rng: random.Random, row: int) -> Technician:
    home = address(rng)
    skills = frozenset({"gas"}) if row % 2 == 0 else frozenset[str]()
    return Technician(f"t{row}", home, home, SHIFT, LUNCH, skills)


def address(rng: random.Random) -> Location:
    return Location(52.09 + rng.uniform(-0.1, 0.1), 5.12 + rng.uniform(-0.15, 0.15))


def travel_of(days: Sequence[Day]) -> int:
    """Return the travel seconds of all days, timed anew."""
    return sum(timed(day.problem, route).travel_s for day in days for route in day.plan.routes)


def least_travel(days: Sequence[Day], waiting: Sequence[Waiting], places: dict[str, int]) -> int:
    """Return the least travel of any choice for all, by trying every choice, order and place."""
    bare = [without_holds(day) for day in days]
    best: list[int] = []
    for wishes in itertools.product(*(one.wishes for one in waiting)):
        taken = Counter(wish.opening for wish in wishes)
        if all(number <= places[name] for name, number in taken.items()):
            pairs = list(zip(waiting, wishes, strict=True))
            least = [
                min(
                    every_travel(day, [one.visit(w) for one, w in pairs if w.day == row]),
                    default=-1,
                )
                for row, day in enumerate(bare)
            ]
            best += [sum(least)] if min(least) >= 0 else []
    return min(best)


def without_holds(day: Day) -> Day:
    held = [visit.id for visit in day.problem.visits if visit.id.startswith("hold")]
    others = tuple(visit for visit in day.problem.visits if visit.id not in held)
    return Day(replace(day.problem, visits=others), day.plan.without(held))


def every_travel(day: Day, new: Sequence[Visit]) -> Iterator[int]:
    """Yield the travel of every plan with these visits put in, whatever the order and place."""
    if not new:
        faults = violations(day.problem, day.plan)
        if all(fault.kind is Kind.UNSERVED for fault in faults):
            yield travel_of([day])
        return
    first, rest = new[0], new[1:]
    problem = replace(day.problem, visits=(*day.problem.visits, first))
    for one in day.problem.technicians:
        for at in range(len(day.plan.route_of(one.id).visits) + 1):
            yield from every_travel(Day(problem, day.plan.inserted(first.id, one.id, at)), rest)
