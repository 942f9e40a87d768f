"""One small day through the compiled loop, so that it is ready when a real one comes."""

from __future__ import annotations

from optimizer.problem import Location, Problem, Technician, TimeWindow, Visit
from optimizer.strings.annealing import Annealing
from optimizer.strings.ruin import Manner
from optimizer.strings.terrain import KEYS
from optimizer.tours import Network
from optimizer.travel import GreatCircle


def rehearse() -> int:
    """Return the least cost of two visits of one technician."""
    home, hours = Location(52.0, 5.0), TimeWindow(0, 40_000)
    crew = (Technician("t", home, home, hours),)
    doors = tuple(Visit(f"v{n}", Location(52.0, 5.1 + n / 10), 600, (hours,)) for n in range(2))
    network = Network(Problem("rehearsal", None, crew, doors, GreatCircle()))
    manner = Manner(1, 1, 0, [0] * KEYS, 0)
    annealing = Annealing(network, [10**6] * 2, manner, 1, fast=True)
    annealing.begin([network.tour(0, ())], range(2), 0)
    annealing.steps(heat=1.0, steps=2)
    return annealing.cost
