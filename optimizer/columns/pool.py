"""Once all routes of any better plan are known, pricing is a product: tighten until few are left.

Each round closes the linear programme over the enumerated routes, drops those too dear for a better
plan by their reduced cost, and cuts again; whole numbers keep the bound exact.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from optimizer.columns.cuts import Triple, violated
from optimizer.columns.day import Day
from optimizer.columns.ground import SCALE, Integers, Prices
from optimizer.columns.master import Column, Master, Relaxed, prices_of
from optimizer.columns.pricing import Duals

# Routes that enter the programme at once, and when there are few enough for CP-SAT.
ENTERING, FEW = 400, 600
CUTS_PER_ROUND, MOST_CUTS = 40, 400


class Pool:
    """Routes that hold every plan cheaper than `best_s`; `bound_s` is below all such plans."""

    def __init__(
        self, day: Day, routes: Sequence[Column], best_s: int, bound_s: int, cuts: Sequence[Triple]
    ) -> None:
        self.day, self.best_s, self.bound_s = day, best_s, bound_s
        self.routes, self.cuts = list(routes), list(cuts)
        self._kinds = np.array([one.kind for one in routes], dtype=np.int64)
        self._travel = np.array([one.travel_s for one in routes], dtype=np.int64) * SCALE
        self._inside = np.zeros((len(routes), len(day.visits)), dtype=np.int32)
        for row, one in enumerate(routes):
            self._inside[row, list(one.visits)] = 1

    def tightened(self, start: Duals, deadline: float) -> None:
        """Shrink the pool and raise the bound until few routes are left or nothing helps."""
        nearest = self.reduced(prices_of(self.day, start.visit, start.cut, self.cuts)).argsort()
        master = Master(self.day)
        master.rebuild([self.routes[row] for row in nearest[: 5 * ENTERING]], self.cuts)
        while time.monotonic() < deadline and self.bound_s < self.best_s:
            relaxed = self.closed(master, deadline)
            if relaxed is None or self.bound_s >= self.best_s or len(self.routes) <= FEW:
                return
            used = [(c, x) for c, x in zip(master.columns, relaxed.values, strict=True) if x > 1e-6]
            room = min(CUTS_PER_ROUND, MOST_CUTS - len(self.cuts))
            routes, values = [one.visits for one, _ in used], [value for _, value in used]
            found = violated(len(self.day.visits), routes, values, self.cuts, room)
            if not found:
                return
            self.cuts += found
            kept = set(self.routes)
            master.rebuild([one for one in master.columns if one in kept], self.cuts)

    def closed(self, master: Master, deadline: float) -> Relaxed | None:
        """Return the programme's optimum over the whole pool, which is thinned on the way."""
        while time.monotonic() < deadline:
            relaxed = master.solved()
            prices = prices_of(self.day, relaxed.visit, relaxed.cut, self.cuts)
            costs = self.reduced(prices)
            limits = np.array(relaxed.kind)[self._kinds] * SCALE
            order = (costs - limits).argsort()[:ENTERING]
            entering = [self.routes[row] for row in order if costs[row] < limits[row]]
            self.drop(prices, costs)
            if self.bound_s >= self.best_s:
                return relaxed
            if master.add(entering) == 0 and not master.press(relaxed):
                return relaxed
        return None

    def reduced(self, prices: Prices) -> Integers:
        """Return the routes' reduced costs, scaled, technicians' duals left out of account."""
        costs = self._travel - self._inside @ prices.visit
        for members, price in zip(prices.members, prices.cut, strict=True):
            one, two, three = (self._inside[:, member] for member in members)
            costs += price * (one + two + three > 1)
        return costs

    def drop(self, prices: Prices, costs: Integers) -> None:
        """Raise the bound by these prices, and drop the routes that no better plan can hold."""
        least = np.zeros(len(self.day.kinds), dtype=np.int64)
        np.minimum.at(least, self._kinds, costs)
        crew = np.array([len(kind.technicians) for kind in self.day.kinds], dtype=np.int64)
        bound = int(prices.visit.sum() - prices.cut.sum() + (crew * least).sum())
        self.bound_s = min(self.best_s, max(self.bound_s, -(-bound // SCALE)))
        keep = costs - least[self._kinds] <= (self.best_s - 1) * SCALE - bound
        if not keep.all():
            self.routes = [one for one, kept in zip(self.routes, keep, strict=True) if kept]
            self._kinds, self._travel = self._kinds[keep], self._travel[keep]
            self._inside = self._inside[keep]
