"""Choose routes so that every visit is in one: set partitioning by CP-SAT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.columns.day import Day
from optimizer.columns.master import Column


@dataclass(frozen=True, slots=True)
class Partition:
    """The routes chosen, None when there is no better choice or none was found.

    `least_s` is what any choice among the columns costs at least; when `settled`, no choice below
    the limit exists other than the one given, if any, which is the best.
    """

    columns: tuple[Column, ...] | None
    least_s: int
    settled: bool


def chosen(
    day: Day,
    columns: Sequence[Column],
    below_s: int,
    seconds: float,
    *,
    seed: int,
    hint: Sequence[Column] = (),
) -> Partition:
    """Return the best choice of columns that costs less than `below_s`, within some seconds."""
    model = cp_model.CpModel()
    literals = [model.new_bool_var("") for _ in columns]
    by_visit: list[list[cp_model.IntVar]] = [[] for _ in day.visits]
    by_kind: list[list[cp_model.IntVar]] = [[] for _ in day.kinds]
    for literal, column in zip(literals, columns, strict=True):
        by_kind[column.kind].append(literal)
        for visit in column.visits:
            by_visit[visit].append(literal)
    for some in by_visit:
        model.add_exactly_one(some)
    for some, kind in zip(by_kind, day.kinds, strict=True):
        if len(kind.technicians) == 1:
            model.add_at_most_one(some)
        else:
            model.add(sum(some) <= len(kind.technicians))
    cost = cp_model.LinearExpr.weighted_sum(literals, [one.travel_s for one in columns])
    model.add(cost <= below_s - 1)
    model.minimize(cost)
    for literal, column in zip(literals, columns, strict=True):
        model.add_hint(literal, column in hint)
    return solved(model, literals, columns, seconds, seed)


def solved(
    model: cp_model.CpModel,
    literals: Sequence[cp_model.IntVar],
    columns: Sequence[Column],
    seconds: float,
    seed: int,
) -> Partition:
    """Return what CP-SAT makes of the model on one thread."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.random_seed = seed % (1 << 31)
    status = solver.solve(model)
    settled = status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Partition(None, 0, settled)
    picked = tuple(
        column
        for column, literal in zip(columns, literals, strict=True)
        if solver.boolean_value(literal)
    )
    return Partition(picked, round(solver.best_objective_bound), settled)
