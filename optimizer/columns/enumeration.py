"""All routes that a plan better than the best known could contain."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from optimizer.columns.cuts import Triple
from optimizer.columns.day import Day, Kind
from optimizer.columns.ground import SCALE, Prices
from optimizer.columns.kernel import Heap
from optimizer.columns.labels import labelled, rest_of
from optimizer.columns.master import Column, prices_of
from optimizer.columns.pricing import Priced
from optimizer.columns.suffixes import LATE_DUE, LATE_TAKEN, SUFFIX, VISIT, Harvest, gathered

# Suffixes walked between two looks at the clock.
STEPS = 200_000


def routes_within(
    day: Day, base: Priced, cuts: Sequence[Triple], gap_s: int, most: int, deadline: float
) -> list[Column] | None:
    """Return every route of a plan that costs at most `gap_s` more than the bound in `base`.

    Of routes with the same technician and visits only the cheapest is of use, and returned. None
    when there are more than `most`, or no time.
    """
    prices = prices_of(day, base.duals.visit, base.duals.cut, cuts)
    spare = (gap_s + 1) * SCALE  # more than the gap of the bound before it was rounded up
    found: list[Column] = []
    for number, kind in enumerate(day.kinds):
        limit = base.least[number] + spare
        routes = routes_of(kind, number, prices, limit, most - len(found), deadline)
        if routes is None:
            return None
        found += routes
    return found


def routes_of(
    kind: Kind, number: int, prices: Prices, limit: int, most: int, deadline: float
) -> list[Column] | None:
    """Return the routes of one kind that cost at most `limit` (scaled, prices taken off)."""
    rest = rest_of(kind, prices)
    labels = labelled(kind, number, prices, limit=limit + 1, rest=rest, deadline=deadline)
    if labels is None:
        return None
    # Orders of the same visits come out apart: allow for some of each.
    harvest = empty_harvest(kind, labels.heap, 4 * max(most, 0) + 1)
    while not gathered(kind.ground, prices, labels.heap, harvest, limit, STEPS):
        if time.monotonic() > deadline:
            return None
    if harvest.counts[1]:
        return None
    best = cheapest_of_each_set(number, harvest)
    return best if len(best) <= most else None


def empty_harvest(kind: Kind, heap: Heap, room: int) -> Harvest:
    """Return a harvest with the empty suffix, the end place, on its stack."""
    ground = kind.ground
    visits, shift = len(ground.service), int(ground.rule[1] - ground.rule[0])
    longest = min(visits, shift // int(ground.service.min(initial=shift + 1)) + 1)
    words = int(heap.words[0] + heap.words[1])
    stack = np.zeros((longest + 2, SUFFIX + words), dtype=np.int64)
    stack[0, VISIT] = -1
    stack[0, LATE_DUE] = min(ground.rule[1], ground.rule[3])
    stack[0, LATE_TAKEN] = ground.rule[1]
    return Harvest(
        routes=np.empty((room, longest + 1), dtype=np.int64),
        travel=np.empty(room, dtype=np.int64),
        counts=np.zeros(3, dtype=np.int64),
        stack=stack,
    )


def cheapest_of_each_set(number: int, harvest: Harvest) -> list[Column]:
    """Return one column per set of visits."""
    best: dict[frozenset[int], Column] = {}
    count = int(harvest.counts[0])
    for row, travel in zip(
        harvest.routes[:count].tolist(), harvest.travel[:count].tolist(), strict=True
    ):
        visits = tuple(visit for visit in row if visit >= 0)
        held = frozenset(visits)
        if held not in best or travel < best[held].travel_s:
            best[held] = Column(number, visits, travel)
    return list(best.values())
