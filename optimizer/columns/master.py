"""The linear programme over the routes known so far, solved by GLOP through OR-Tools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp

from optimizer.columns.cuts import Triple
from optimizer.columns.day import Day
from optimizer.columns.ground import SCALE, Integers, Prices
from optimizer.errors import SearchFailed

# What not serving a visit costs in the programme: low at first, which keeps duals and so the number
# of labels small, then more, as long as it is paid. 10^6 made GLOP end ABNORMAL, with junk duals.
FIRST_PENALTY, LAST_PENALTY, DEARER = 5_000.0, 100_000.0, 4.0


@dataclass(frozen=True, slots=True)
class Column:
    """A route of some kind of technician: visits in order (places in the day), travel seconds."""

    kind: int
    visits: tuple[int, ...]
    travel_s: int


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An optimum of the programme: cost, duals (visits, kinds, cuts), value of every column.

    `missing` says how many visits it leaves out at the penalty.
    """

    cost: float
    visit: tuple[float, ...]
    kind: tuple[float, ...]
    cut: tuple[float, ...]
    values: tuple[float, ...]
    missing: float


class Master:
    """The programme of a day, with columns and cuts that only grow."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.columns: list[Column] = []
        self.cuts: list[Triple] = []
        self.penalty = FIRST_PENALTY
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        self._new_programme()

    def _new_programme(self) -> None:
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        # Without preprocessing GLOP starts from the last basis.
        self._solver.SetSolverSpecificParametersAsString("use_preprocessing: false")
        infinity = self._solver.infinity()
        self._visit_rows = [self._solver.Constraint(1, 1) for _ in self.day.visits]
        self._kind_rows = [
            self._solver.Constraint(-infinity, len(kind.technicians)) for kind in self.day.kinds
        ]
        self._cut_rows = [self._solver.Constraint(-infinity, 1) for _ in self.cuts]
        self._variables: list[pywraplp.Variable] = []
        self._missing = [self._solver.NumVar(0, infinity, "") for _ in self._visit_rows]
        for row, missing in zip(self._visit_rows, self._missing, strict=True):
            self._solver.Objective().SetCoefficient(missing, self.penalty)
            row.SetCoefficient(missing, 1)

    def add(self, columns: Iterable[Column]) -> int:
        """Take in columns that are new, or cheaper than one of the same set; return how many."""
        added = 0
        for column in columns:
            key = (column.kind, tuple(sorted(column.visits)))
            if column.travel_s < self._known.get(key, column.travel_s + 1):
                self._known[key] = column.travel_s
                self.columns.append(column)
                self._enter(column)
                added += 1
        return added

    def _enter(self, column: Column) -> None:
        variable = self._solver.NumVar(0, self._solver.infinity(), "")
        self._solver.Objective().SetCoefficient(variable, column.travel_s)
        self._kind_rows[column.kind].SetCoefficient(variable, 1)
        held = set(column.visits)
        for visit in column.visits:
            self._visit_rows[visit].SetCoefficient(variable, 1)
        for row, triple in zip(self._cut_rows, self.cuts, strict=True):
            if len(held.intersection(triple)) > 1:
                row.SetCoefficient(variable, 1)
        self._variables.append(variable)

    def rebuild(self, columns: Iterable[Column], cuts: Sequence[Triple]) -> None:
        """Start the programme anew with these columns and cuts."""
        self.cuts = list(cuts)
        self.columns, self._known = [], {}
        self._new_programme()
        self.add(columns)

    def solved(self) -> Relaxed:
        """Return an optimum; raises SearchFailed when GLOP ends without one."""
        status = self._solver.Solve()
        if status != pywraplp.Solver.OPTIMAL:
            raise SearchFailed(f"the linear programme ended with status {status}")
        return Relaxed(
            self._solver.Objective().Value(),
            tuple(row.dual_value() for row in self._visit_rows),
            tuple(row.dual_value() for row in self._kind_rows),
            tuple(row.dual_value() for row in self._cut_rows),
            tuple(one.solution_value() for one in self._variables),
            sum(one.solution_value() for one in self._missing),
        )

    def press(self, relaxed: Relaxed) -> bool:
        """Make visits that are left out dearer; False when none is, or no more can be done."""
        if relaxed.missing < 1e-6 or self.penalty >= LAST_PENALTY:
            return False
        self.penalty *= DEARER
        for missing in self._missing:
            self._solver.Objective().SetCoefficient(missing, self.penalty)
        return True


def prices_of(
    day: Day, visit: Sequence[float], cut: Sequence[float], cuts: Sequence[Triple]
) -> Prices:
    """Return duals as whole prices; cuts that cost nothing are left out."""
    paid = [(-round(price * SCALE), triple) for price, triple in zip(cut, cuts, strict=True)]
    paid = [(price, triple) for price, triple in paid if price > 0]
    lists: list[list[int]] = [[] for _ in day.visits]
    for number, (_, triple) in enumerate(paid):
        for member in triple:
            lists[member].append(number)
    width = max([1, *map(len, lists)])
    cuts_of = np.array([[*some, *[-1] * (width - len(some))] for some in lists], dtype=np.int64)
    return Prices(
        visit=np.array([round(price * SCALE) for price in visit], dtype=np.int64),
        cut=whole([price for price, _ in paid]),
        cuts_of=cuts_of.reshape(len(day.visits), width),
        members=whole([triple for _, triple in paid]).reshape(len(paid), 3),
    )


def whole(values: Sequence[object]) -> Integers:
    """Return values as an array of whole numbers."""
    return np.array(values, dtype=np.int64)
