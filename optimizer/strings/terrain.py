"""A day as flat lists of whole numbers: what ruin and recreate stands on.

Nodes 0..visits-1 are the visits; `visits + 2k` and one more are start and end of technician k. A
table of rows and columns is one flat list, row after row, so that lists and arrays serve alike: the
same loops run compiled over arrays and as plain Python over lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.tours import Network

Flat = NDArray[np.int64] | list[int]

# Entries of a technician's rule.
SHIFT_START, SHIFT_END, LUNCH_FIRST, LUNCH_LAST, LUNCH_S, CAPACITY, RULE = range(7)
# Ways to sort the visits that are put back, least first; MISSED is learnt on the way.
MISSED, FAR, NEAR, NARROW, EARLY, LATE, RARE, KEYS = range(8)
# Sums of all weights stay below this, so that costs fit a word.
MOST_WEIGHT = 1 << 60


class Terrain(NamedTuple):
    """What stays as it is. Times in seconds."""

    visits: int
    crew: int
    windows: int
    legs: Flat  # (nodes, nodes) travel
    service: Flat  # (visits)
    opens: Flat  # (visits, windows); a visit with fewer repeats its last
    closes: Flat
    load: Flat  # (visits)
    able: Flat  # (visits, crew) 1 = may serve
    near: Flat  # (visits, visits) all visits, nearest first, itself at the head
    rule: Flat  # (crew, RULE)


def terrain_of(network: Network) -> Terrain:
    """Return the terrain of a day, in lists."""
    problem, size = network.problem, network.size
    most = max((len(one.windows) for one in problem.visits), default=1)
    windows = [
        [*one.windows, *[one.windows[-1]] * (most - len(one.windows))] for one in network.work
    ]
    crew = range(len(problem.technicians))
    distance = network.seconds[:size, :size]
    near = (distance + distance.T).copy()
    np.fill_diagonal(near, -1)
    return Terrain(
        visits=size,
        crew=len(crew),
        windows=most,
        legs=network.seconds.ravel().tolist(),
        service=[one.service_s for one in network.work],
        opens=[window.start for some in windows for window in some],
        closes=[window.end for some in windows for window in some],
        load=[one.load for one in problem.visits],
        able=[int(one in able) for able in map(frozenset, network.servers) for one in crew],
        near=near.argsort(kind="stable").ravel().tolist(),
        rule=[entry for row in crew for entry in rule_of(network, row)],
    )


def rule_of(network: Network, row: int) -> tuple[int, ...]:
    """Return a technician's shift, lunch and capacity; without limit the sum of all loads."""
    one = network.problem.technicians[row]
    total = sum(visit.load for visit in network.problem.visits)
    room = total if one.capacity is None else one.capacity
    return (one.shift.start, one.shift.end, *network.rules[row], room)


def keys_of(network: Network) -> list[int]:
    """Return (KEYS, visits) by which visits are sorted before they are put back."""
    size = network.size
    homes = network.seconds[size:, :size].min(axis=0, initial=1 << 40).tolist()
    first = [min(window.start for window in one.windows) for one in network.work]
    last = [max(window.end for window in one.windows) for one in network.work]
    width = [sum(window.end - window.start for window in one.windows) for one in network.work]
    far = [-seconds for seconds in homes]
    rare = [len(able) for able in network.servers]
    return [*[-1] * size, *far, *homes, *width, *first, *last, *rare]


def fitted(weights: Sequence[int]) -> list[int]:
    """Return weights in the same order whose sum fits a word; most come back as they are."""
    shift = max(0, sum(weights).bit_length() - MOST_WEIGHT.bit_length() + 1)
    return [weight >> shift for weight in weights]
