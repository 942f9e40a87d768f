"""One small day through every compiled loop, so that they are ready when a real one comes."""

from __future__ import annotations

import math

from optimizer.columns.day import Day
from optimizer.columns.enumeration import routes_within
from optimizer.columns.pricing import Duals, priced
from optimizer.problem import Location, Problem, Technician, TimeWindow, Visit
from optimizer.tours import Network
from optimizer.travel import GreatCircle


def rehearse() -> int:
    """Return how many routes two visits of one technician allow, by pricing and enumeration."""
    home, hours = Location(52.0, 5.0), TimeWindow(0, 40_000)
    crew = (Technician("t", home, home, hours),)
    doors = tuple(Visit(f"v{n}", Location(52.0, 5.1 + n / 10), 600, (hours,)) for n in range(2))
    day = Day.of(
        Network(Problem("rehearsal", None, crew, doors, GreatCircle())), range(2), range(1)
    )
    base = priced(day, Duals((10_000.0, 10_000.0), ()), (), math.inf)
    if base is None:
        return 0
    return len(routes_within(day, base, (), 100_000, 10, math.inf) or ())
