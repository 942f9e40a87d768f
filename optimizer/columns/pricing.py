"""Price all kinds of technicians at given duals: new columns, and a bound that always holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.columns.cuts import Triple
from optimizer.columns.day import Day
from optimizer.columns.ground import SCALE
from optimizer.columns.labels import labelled
from optimizer.columns.master import Column, prices_of

# New columns of one kind of technician in one round.
COLUMNS_PER_KIND = 20


@dataclass(frozen=True, slots=True)
class Duals:
    """Values of the visits' and cuts' rows; a cut's is never positive."""

    visit: tuple[float, ...]
    cut: tuple[float, ...]

    def towards(self, other: Duals, share: float) -> Duals:
        """Return the point that lies a share of the way to other duals."""
        return Duals(between(self.visit, other.visit, share), between(self.cut, other.cut, share))

    def with_cuts(self, cuts: int) -> Duals:
        """Return the same duals with room for more cuts, which cost nothing yet."""
        return Duals(self.visit, (*self.cut, *[0.0] * (cuts - len(self.cut))))


def between(one: Sequence[float], other: Sequence[float], share: float) -> tuple[float, ...]:
    """Return values a share of the way from one to the other."""
    return tuple(a + share * (b - a) for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class Priced:
    """What one round of exact pricing says: the bound and each kind's least cost, scaled."""

    duals: Duals
    bound: int
    least: tuple[int, ...]
    columns: tuple[Column, ...]

    @property
    def bound_s(self) -> int:
        """Whole seconds that no plan can go below: travel is whole, so rounding up is right."""
        return -(-self.bound // SCALE)


def priced(day: Day, duals: Duals, cuts: Sequence[Triple], deadline: float) -> Priced | None:
    """Return the bound and the best routes at some duals; None when time runs out.

    The bound is Lagrange's: what the duals are worth, and for every technician the cheapest route
    where that is less than staying at home. In whole numbers it holds whatever the duals.
    """
    prices = prices_of(day, duals.visit, duals.cut, cuts)
    bound, least = int(prices.visit.sum() - prices.cut.sum()), []
    columns: list[Column] = []
    for number, kind in enumerate(day.kinds):
        labels = labelled(kind, number, prices, limit=0, deadline=deadline)
        if labels is None:
            return None
        least.append(min(0, labels.least))
        bound += len(kind.technicians) * least[-1]
        columns += labels.routes(0, COLUMNS_PER_KIND)
    return Priced(duals, bound, tuple(least), tuple(columns))
