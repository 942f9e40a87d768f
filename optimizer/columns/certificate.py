"""Column generation over a day: a bound that only rises, plans that only get better, in any time.

The duals are smoothed towards those of the best bound (Wentges 1997); pricing is exact in every
round, so every round gives a bound. Where the programme has closed, cuts are added and all routes
that a better plan could contain are enumerated; when these fit, the best choice among them is the
best plan there is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from optimizer.columns.cuts import violated
from optimizer.columns.day import Day
from optimizer.columns.diving import SMALL_DAY, dived
from optimizer.columns.enumeration import routes_within
from optimizer.columns.ground import SCALE
from optimizer.columns.master import Column, Master, Relaxed
from optimizer.columns.partition import chosen
from optimizer.columns.pool import Pool
from optimizer.columns.pricing import Duals, Priced, priced
from optimizer.errors import SearchFailed

# The share of the way from the best duals to the programme's that is priced at.
SHARE = 0.4
# What the first pricing may take: seconds, or a share of the time if that is more.
FIRST_S, FIRST_SHARE = 2.0, 0.1
# The programme is made anew with its most useful columns when it has grown to so many.
MOST_COLUMNS, KEPT_COLUMNS = 9_000, 4_000
# Columns among which a better plan is looked for after every closing, and the seconds for it.
CHOICE, CHOICE_S = 2_000, 3.0
# Programme and bound of a day to dive from may lie this share of the cost apart.
ROUGH = 0.004
# A gap that enumeration is likely to close, as a share of the travel.
NARROW = 0.003
MOST_CUTS, CUTS_PER_ROUND = 120, 30
# Routes that are worth enumerating; 40,000 were settled by CP-SAT, millions never.
MOST_ROUTES = 40_000


# Makes a plan's columns cheaper, until a moment.
Polish = Callable[[tuple[Column, ...], float], tuple[Column, ...]]


@dataclass(slots=True)
class Certificate:
    """What is known: the best plan's columns and travel, the bound, and how it was reached."""

    best: tuple[Column, ...]
    best_s: int
    bound_s: int
    rounds: int = 0
    cuts: int = 0
    enumerated: int = 0

    @property
    def proven(self) -> bool:
        """Whether no plan is better than the best."""
        return self.bound_s >= self.best_s


class Generation:
    """One run of column generation from a plan that serves all visits of the day.

    Without such a plan (`best` is empty) one is looked for that costs less than `below_s`, and the
    certificate's `best_s` is that limit until one is found.
    """

    def __init__(
        self,
        day: Day,
        best: Sequence[Column],
        pool: Iterable[Column],
        *,
        bound_s: int,
        seed: int,
        below_s: int | None = None,
        start: Duals | None = None,
        told: Callable[[Certificate], None] = lambda _: None,
        polish: Polish | None = None,
    ) -> None:
        self.day, self.seed, self.told, self.polish = day, seed, told, polish
        travel_s = sum(one.travel_s for one in best) if below_s is None else below_s
        self.certificate = Certificate(tuple(best), travel_s, bound_s)
        self.master = Master(day)
        self.master.add([*best, *pool])
        self.start = start or shared_out(day, best)
        self.centre: Priced | None = None

    def run(self, deadline: float) -> Certificate:
        """Return the certificate as it stands when all is proven, tried, or `deadline` has come."""
        try:
            if len(self.master.columns) > len(self.certificate.best):
                self.choose(deadline)
            if len(self.day.visits) > SMALL_DAY and self.converged(deadline, ROUGH):
                self.dive(deadline)
            while self.converged(deadline):
                if self.certificate.proven or time.monotonic() > deadline:
                    break
                self.dive(deadline)
                self.choose(deadline)
                if self.certificate.proven or self.enumerated(deadline) or not self.cut():
                    break
        except SearchFailed:  # the bound and the plan so far hold all the same
            pass
        return self.certificate

    def converged(self, deadline: float, within: float = 0.0) -> bool:
        """Close the programme with the cuts it has; False when time ran out first.

        `within` is the share of the cost that programme and bound may still lie apart.
        """
        share = SHARE
        while not self.certificate.proven:
            relaxed = self.relaxed()
            at = Duals(relaxed.visit, relaxed.cut)
            if self.centre is None:  # days of wide windows have too many labels: give up soon
                now = time.monotonic()
                until = min(deadline, now + max(FIRST_S, FIRST_SHARE * (deadline - now)))
                round_ = priced(self.day, self.start, self.master.cuts, until)
            else:
                smooth = self.centre.duals.towards(at, share)
                round_ = priced(self.day, smooth, self.master.cuts, deadline)
            if round_ is None:
                return False
            self.certificate.rounds += 1
            self.heard(round_)
            added = self.master.add(self.useful(round_, relaxed))
            dry = self.closed(relaxed, within) or (added == 0 and share == 1)
            if dry and not self.master.press(relaxed):
                return True
            share = SHARE if added else 1.0
            if time.monotonic() > deadline:
                return False
        return True

    def relaxed(self) -> Relaxed:
        """Return the programme's optimum, after thinning it out where it has grown too large."""
        relaxed = self.master.solved()
        if len(self.master.columns) > MOST_COLUMNS:
            self.thin(relaxed)
            relaxed = self.master.solved()
        return relaxed

    def thin(self, relaxed: Relaxed) -> None:
        """Keep the best plan and the columns of least reduced cost."""
        master = self.master
        reduced = [self.reduced(one, relaxed) for one in master.columns]
        order = sorted(range(len(reduced)), key=reduced.__getitem__)[:KEPT_COLUMNS]
        kept = [master.columns[number] for number in order]
        master.rebuild([*self.certificate.best, *kept], master.cuts)

    def reduced(self, column: Column, relaxed: Relaxed) -> float:
        """Return the reduced cost of a column."""
        cost = column.travel_s - relaxed.kind[column.kind]
        cost -= sum(relaxed.visit[visit] for visit in column.visits)
        if any(relaxed.cut):
            held = set(column.visits)
            for price, triple in zip(relaxed.cut, self.master.cuts, strict=True):
                if price and len(held.intersection(triple)) > 1:
                    cost -= price
        return cost

    def useful(self, round_: Priced, relaxed: Relaxed) -> list[Column]:
        """Return the priced columns that would make the programme cheaper."""
        return [one for one in round_.columns if self.reduced(one, relaxed) < -1e-3]

    def heard(self, round_: Priced) -> None:
        """Keep the duals of the best bound, and tell of a bound that has risen."""
        if self.centre is None or round_.bound > self.centre.bound:
            self.centre = round_
        if round_.bound_s > self.certificate.bound_s:
            self.certificate.bound_s = min(round_.bound_s, self.certificate.best_s)
            self.told(self.certificate)

    def closed(self, relaxed: Relaxed, within: float) -> bool:
        """Whether the programme's cost and the bound have met, or nearly."""
        apart = max(SCALE / 20, within * relaxed.cost * SCALE)
        return self.centre is not None and relaxed.cost * SCALE - self.centre.bound < apart

    def dive(self, deadline: float) -> None:
        """Look for a better plan by diving where the gap is too wide to enumerate."""
        best = self.certificate
        if len(self.day.visits) <= SMALL_DAY or best.best_s - best.bound_s < NARROW * best.best_s:
            return
        found = dived(self, deadline)
        if found is not None and self.polish is not None:
            found = self.polish(found, deadline)
        if found is not None and sum(one.travel_s for one in found) < best.best_s:
            best.best, best.best_s = found, sum(one.travel_s for one in found)
            self.master.add(found)
            self.told(best)

    def choose(self, deadline: float) -> None:
        """Look for a better plan among the columns of least reduced cost."""
        if self.certificate.proven:
            return
        relaxed = self.master.solved()
        gap = self.certificate.best_s - relaxed.cost
        near = [one for one in self.master.columns if self.reduced(one, relaxed) <= gap]
        near = sorted(near, key=lambda one: self.reduced(one, relaxed))[:CHOICE]
        seconds = min(CHOICE_S, deadline - time.monotonic())
        self.settle([*near, *self.certificate.best], seconds)

    def settle(self, columns: Sequence[Column], seconds: float) -> bool:
        """Take the best choice of columns if it is better; True when no better one is left."""
        best = self.certificate
        result = chosen(
            self.day, list(dict.fromkeys(columns)), best.best_s, seconds, seed=self.seed
        )
        if result.columns is not None:
            best.best, best.best_s = result.columns, sum(one.travel_s for one in result.columns)
            self.told(best)
        return result.settled

    def enumerated(self, deadline: float) -> bool:
        """Enumerate what a better plan could contain and choose among it; True when settled."""
        best, base = self.certificate, self.centre
        if base is None:
            return False
        gap = best.best_s - 1 - base.bound_s
        routes = routes_within(self.day, base, self.master.cuts, gap, MOST_ROUTES, deadline)
        if routes is None:
            return False
        best.enumerated = len(routes)
        pool = Pool(self.day, routes, best.best_s, best.bound_s, list(self.master.cuts))
        pool.tightened(base.duals, deadline)
        best.bound_s = pool.bound_s
        if not best.proven and not self.settle(pool.routes, deadline - time.monotonic()):
            return False
        best.bound_s = best.best_s
        self.told(best)
        return True

    def cut(self) -> bool:
        """Add cuts that the programme's optimum violates; False when there are none to add."""
        relaxed, master = self.master.solved(), self.master
        used = [(c, x) for c, x in zip(master.columns, relaxed.values, strict=True) if x > 1e-6]
        room = min(MOST_CUTS - len(master.cuts), CUTS_PER_ROUND)
        routes, values = [one.visits for one, _ in used], [value for _, value in used]
        found = violated(len(self.day.visits), routes, values, master.cuts, room)
        if not found:
            return False
        if self.centre is not None:
            centre = self.centre
            duals = centre.duals.with_cuts(len(master.cuts) + len(found))
            self.centre = Priced(duals, centre.bound, centre.least, centre.columns)
        master.rebuild(list(master.columns), [*master.cuts, *found])
        self.certificate.cuts = len(master.cuts)
        return True


def shared_out(day: Day, best: Sequence[Column]) -> Duals:
    """Return first duals: each visit its even share of its route's travel."""
    shares = {visit: one.travel_s / len(one.visits) for one in best for visit in one.visits}
    return Duals(tuple(shares.get(visit, 0.0) for visit in range(len(day.visits))), ())
