"""Made-up branch-days around a Dutch town, the same for the same seed.

Visits lie around a few villages, half an hour from end to end; they last 30 to 60 minutes and are
promised one of four two-hour windows (one in ten the whole day). One in ten needs a skill.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from optimizer.plan import Plan, Route
from optimizer.problem import Location, Lunch, Problem, Technician, TimeWindow, Visit
from optimizer.travel import GreatCircle

HOUR = 3600
WINDOWS = tuple(TimeWindow(hour * HOUR, (hour + 2) * HOUR) for hour in (8, 10, 12, 14))
WHOLE_DAY = TimeWindow(8 * HOUR, 16 * HOUR)
LUNCH = Lunch(1800, TimeWindow(int(11.5 * HOUR), 13 * HOUR))
SHIFT = TimeWindow(8 * HOUR, int(16.5 * HOUR))
GAS = frozenset({"gas"})
SERVICES = range(1800, 3601, 300)


@dataclass(frozen=True, slots=True)
class Area:
    """Where people live: village centres with their spread in degrees of latitude."""

    centres: tuple[Location, ...]
    spread: float = 0.02

    @staticmethod
    def around(rng: random.Random, lat: float = 52.09, lon: float = 5.12) -> Area:
        """Return six villages within some 12 km of a town."""
        centres = [
            Location(lat + rng.uniform(-0.11, 0.11), lon + rng.uniform(-0.17, 0.17))
            for _ in range(6)
        ]
        return Area(tuple(centres))

    def place(self, rng: random.Random) -> Location:
        """Return somebody's address."""
        centre = rng.choice(self.centres)
        lat = centre.lat + rng.gauss(0, self.spread)
        return Location(lat, centre.lon + rng.gauss(0, 1.6 * self.spread))


def crew(rng: random.Random, area: Area, size: int) -> tuple[Technician, ...]:
    """Return technicians who start at home, with lunch; two in five have the skill."""
    people = []
    for row in range(size):
        home = area.place(rng)
        skills = GAS if row % 5 < 2 else frozenset()
        people.append(Technician(f"t{row + 1}", home, home, SHIFT, LUNCH, skills))
    return tuple(people)


def visit(rng: random.Random, area: Area, name: str, windows: tuple[TimeWindow, ...]) -> Visit:
    """Return a visit with these windows."""
    skills = GAS if rng.random() < 0.1 else frozenset()
    return Visit(name, area.place(rng), rng.choice(SERVICES), windows, skills)


def branch_day(seed: int, technicians: int, visits: int) -> Problem:
    """Return a day of so many promises; whether all can be kept is for a solver to say."""
    rng = random.Random(seed)
    area = Area.around(rng)
    people = crew(rng, area, technicians)
    wanted = (rng.choice(WINDOWS) if rng.random() < 0.9 else WHOLE_DAY for _ in range(visits))
    promises = tuple(
        visit(rng, area, f"v{row + 1}", (window,)) for row, window in enumerate(wanted)
    )
    return Problem(f"K{technicians}n{visits}g{seed}", None, people, promises, GreatCircle())


def booked_day(rng: random.Random, technicians: int, stops: int) -> tuple[Problem, Plan]:
    """Return a day as bookings made it: each visit was put where it fitted, six a technician."""
    from optimizer.insertion import Candidate, evaluate, snapshot, with_route

    area = Area.around(rng)
    people = crew(rng, area, technicians)
    day = snapshot(Problem("day", None, people, (), GreatCircle()), Plan())
    routes: dict[str, list[Visit]] = {one.id: [] for one in people}
    for number in range(stops):
        new = visit(rng, area, f"v{number}", WINDOWS)
        fits = evaluate(Candidate(new.place, new.service_s, WINDOWS, new.skills), [day])
        if fits:
            chosen = rng.choice(fits)
            booked = Visit(new.id, new.place, new.service_s, (chosen.window,), new.skills)
            routes[chosen.technician].insert(chosen.position, booked)
            day = with_route(day, chosen.technician, routes[chosen.technician])
    promises = tuple(one for route in routes.values() for one in route)
    plan = Plan(tuple(Route(name, tuple(v.id for v in route)) for name, route in routes.items()))
    return Problem("day", None, people, promises, GreatCircle()), plan
