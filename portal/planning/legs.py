"""How far apart the stops of a region typically are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from optimizer.travel import Location, TravelTimes

SAMPLES = 40
TOUR = 6  # addresses that one technician serves in a region on a day
UNKNOWN_S = 600


def typical_leg_s(places: Sequence[Location], travel: TravelTimes, seed: int = 0) -> int:
    """Return the mean travel seconds between neighbours on sampled tours of due addresses.

    Each sample is a nearest-neighbour tour of a few addresses. Fewer than two places: ten minutes.
    """
    if len(places) < 2:
        return UNKNOWN_S
    rng = random.Random(seed)
    size = min(TOUR, len(places))
    tours = (_tour_legs(rng.sample(places, size), travel) for _ in range(SAMPLES))
    return max(1, round(fmean(leg for legs in tours for leg in legs)))


def _tour_legs(places: list[Location], travel: TravelTimes) -> list[int]:
    seconds = travel.seconds(places, places).tolist()
    order, left = [0], set(range(1, len(places)))
    while left:
        here = seconds[order[-1]]
        nearest = min(left, key=lambda place: (here[place], place))
        order.append(nearest)
        left.remove(nearest)
    return [int(seconds[a][b]) for a, b in pairwise(order)]
