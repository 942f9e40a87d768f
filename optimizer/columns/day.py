"""A day as column generation sees it: required visits as rows, kinds of equal technicians."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.columns.ground import Ground, Integers
from optimizer.problem import TimeWindow
from optimizer.slack import NEVER
from optimizer.tours import Network

# Buckets of time per shift; more make tighter completion bounds and take longer to fill.
BUCKETS = 96


@dataclass(frozen=True, slots=True)
class Kind:
    """Technicians that no route can tell apart: rows of the problem, and what they can do."""

    technicians: tuple[int, ...]
    ground: Ground
    buckets: int


@dataclass(frozen=True, slots=True)
class Day:
    """The visits that must be served (rows of the problem) and the kinds of technicians."""

    network: Network
    visits: tuple[int, ...]
    kinds: tuple[Kind, ...]
    kind_of: dict[int, int]

    @staticmethod
    def of(network: Network, visits: Sequence[int], technicians: Sequence[int]) -> Day:
        """Return the day of some visits and technicians of a network."""
        shared = shared_ground(network, visits)
        members: dict[tuple[object, ...], list[int]] = {}
        for row in technicians:
            members.setdefault(signature(network, visits, row), []).append(row)
        kinds = [kind_of(network, visits, tuple(rows), shared) for rows in members.values()]
        number = {row: place for place, kind in enumerate(kinds) for row in kind.technicians}
        return Day(network, tuple(visits), tuple(kinds), number)


@dataclass(frozen=True, slots=True)
class SharedGround:
    """What is the same for all technicians."""

    legs: Integers
    back: Integers
    service: Integers
    opens: Integers
    closes: Integers
    load: Integers


def shared_ground(network: Network, visits: Sequence[int]) -> SharedGround:
    """Return travel, ways back, services, windows and loads of some visits."""
    legs = network.seconds[np.ix_(visits, visits)]
    service = np.array([network.work[row].service_s for row in visits], dtype=np.int64)
    windows = [merged(network.work[row].windows) for row in visits]
    most = max(map(len, windows), default=1)
    padded = [[*some, *[some[-1]] * (most - len(some))] for some in windows]
    pairs = np.array(padded, dtype=np.int64).reshape(len(visits), most, 2)
    load = np.array([network.problem.visits[row].load for row in visits], dtype=np.int64)
    opens, closes = pairs[:, :, 0].copy(), pairs[:, :, 1].copy()
    return SharedGround(legs, ways_back(legs, service), service, opens, closes, load)


def merged(windows: Sequence[TimeWindow]) -> list[tuple[int, int]]:
    """Return the windows in order, those that touch or overlap made one."""
    result: list[tuple[int, int]] = []
    for window in sorted(windows, key=lambda one: one.start):
        if result and window.start <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], window.end))
        else:
            result.append((window.start, window.end))
    return result


def ways_back(legs: Integers, service: Integers) -> Integers:
    """Return the least time from leaving one visit to arriving at another, by any way.

    The diagonal holds the shortest round that leads back, so it is never 0. This lets go of the
    triangle inequality, which random matrices in tests and benchmarks do not keep.
    """
    ways = legs.copy()
    np.fill_diagonal(ways, NEVER)
    for via in range(len(ways)):
        ways = np.minimum(ways, ways[:, via, None] + service[via] + ways[None, via, :])
    return ways


def signature(network: Network, visits: Sequence[int], row: int) -> tuple[object, ...]:
    """Return what makes a technician equal to another on this day."""
    one, start = network.problem.technicians[row], network.size + 2 * row
    able = tuple(row in network.servers[visit] for visit in visits)
    first = tuple(network.seconds[start, list(visits)].tolist())
    last = tuple(network.seconds[list(visits), start + 1].tolist())
    return one.shift, one.lunch, one.capacity, able, first, last


def kind_of(
    network: Network, visits: Sequence[int], technicians: tuple[int, ...], shared: SharedGround
) -> Kind:
    """Return the kind of these equal technicians."""
    row = technicians[0]
    one, rule, start = network.problem.technicians[row], network.rules[row], network.size + 2 * row
    able = np.array([row in network.servers[visit] for visit in visits], dtype=np.int64)
    first, last = network.seconds[start, list(visits)], network.seconds[list(visits), start + 1]
    home = np.minimum(last, (shared.back + (shared.service + last)[None, :]).min(1, initial=NEVER))
    span = one.shift.end - one.shift.start
    width = min(max(1, span // BUCKETS), int(shared.service.min(initial=span + 1)))
    capacity = NEVER if one.capacity is None else one.capacity
    ground = Ground(
        legs=shared.legs,
        first=first.astype(np.int64),
        last=last.astype(np.int64),
        service=shared.service,
        opens=shared.opens,
        closes=shared.closes,
        back=shared.back,
        home=home.astype(np.int64),
        follow=followers(shared, able),
        able=able,
        load=shared.load,
        rule=np.array([one.shift.start, one.shift.end, *rule, capacity, width], dtype=np.int64),
    )
    return Kind(technicians, ground, span // width + 1)


def followers(shared: SharedGround, able: Integers) -> Integers:
    """Return the visits that can come straight after each, nearest first, padded with -1."""
    earliest = shared.opens.min(1, initial=NEVER) + shared.service
    possible = earliest[:, None] + shared.legs <= shared.closes[:, -1]
    possible &= (able[:, None] * able[None, :]).astype(np.bool_)
    np.fill_diagonal(possible, False)
    ranked = np.where(possible, shared.legs, NEVER).argsort(1, kind="stable")
    width = max(1, int(possible.sum(1).max(initial=0)))
    ranked = ranked[:, :width].astype(np.int64)
    ranked[np.arange(width)[None, :] >= possible.sum(1)[:, None]] = -1
    return ranked
