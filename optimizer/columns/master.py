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

# What not serving a visit costs in the programme; 10^6 made GLOP end ABNORMAL, with junk duals.
PENALTY = 50_000.0


@dataclass(frozen=True, slots=True)
class Column:
    """A route of some kind of technician: visits in order (places in the day), travel seconds."""

    kind: int
    visits: tuple[int, ...]
    travel_s: int


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An optimum of the programme: cost, duals (visits, kinds, cuts), value of every column."""

    cost: float
    visit: tuple[float, ...]
    kind: tuple[float, ...]
    cut: tuple[float, ...]
    values: tuple[float, ...]


class Master:
    """The programme of a day, with columns and cuts that only grow."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.columns: list[Column] = []
        self.cuts: list[Triple] = []
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
        for row in self._visit_rows:
            missing = self._solver.NumVar(0, infinity, "")
            self._solver.Objective().SetCoefficient(missing, PENALTY)
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
        )


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
