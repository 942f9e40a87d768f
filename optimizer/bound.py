"""A lower bound on the travel of any plan that keeps all promises: an assignment problem.

Each promise has one successor and one predecessor, each technician leaves and returns at most once.
The cheapest such pairing may consist of closed rounds without a technician, so it costs no more
than the best plan. Pairs that no clock or skill allows are priced out first. Optional visits are
left out, which the triangle inequality makes a bound too: without it there is none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import Problem, Visit
from optimizer.tours import Network

Integers = NDArray[np.int64]

# A pair that cannot be: dearer than any sum of real travel seconds, exact as a float.
IMPOSSIBLE = 1 << 40


def travel_bound(network: Network) -> int | None:
    """Return seconds that every plan with all promises needs, None where there is no such bound."""
    promises = [row for row, one in enumerate(network.problem.visits) if not one.optional]
    if len(promises) < network.size and not is_metric(network.seconds):
        return None
    cost = pair_costs(network, promises)
    total = int(cost[np.arange(len(cost)), cheapest_assignment(cost)].sum())
    return None if total >= IMPOSSIBLE else total


def is_metric(seconds: Integers) -> bool:
    """Whether no way round is shorter than the direct way."""
    return all(
        (seconds <= seconds[:, via, None] + seconds[None, via, :]).all()
        for via in range(len(seconds))
    )


def pair_costs(network: Network, promises: list[int]) -> Integers:
    """Return the cost of "row comes just before column": promises first, then technicians.

    A technician's row is the start of the route, the column its end; both paired = stays at home.
    """
    problem, size = network.problem, len(promises)
    crew = range(len(problem.technicians))
    starts = [network.size + 2 * row for row in crew]
    ends = [network.size + 2 * row + 1 for row in crew]
    cost = network.seconds[np.ix_([*promises, *starts], [*promises, *ends])].copy()
    cost[size:, size:] = IMPOSSIBLE
    cost[range(size, len(cost)), range(size, len(cost))] = 0
    visits = [problem.visits[row] for row in promises]
    able = [frozenset(network.servers[row]) for row in promises]
    for row, visit in enumerate(visits):
        cost[row, row] = IMPOSSIBLE
        barred = [size + one for one in crew if one not in able[row]]
        cost[row, barred] = cost[barred, row] = IMPOSSIBLE
        for column, later in enumerate(visits):
            if not (able[row] & able[column] and can_follow(visit, later, int(cost[row, column]))):
                cost[row, column] = IMPOSSIBLE
    for one in crew:
        price_out_far(problem, one, visits, cost)
    return cost


def can_follow(visit: Visit, later: Visit, leg: int) -> bool:
    """Whether `later` may begin after an earliest `visit`, lunch and shift left aside."""
    first = min(window.start for window in visit.windows)
    return first + visit.service_s + leg <= max(window.end for window in later.windows)


def price_out_far(problem: Problem, one: int, visits: list[Visit], cost: Integers) -> None:
    """Mark the first and last visits that one technician's shift cannot hold."""
    shift, node = problem.technicians[one].shift, len(visits) + one
    for row, visit in enumerate(visits):
        if shift.start + cost[node, row] > max(window.end for window in visit.windows):
            cost[node, row] = IMPOSSIBLE
        first = max(shift.start, min(window.start for window in visit.windows))
        if first + visit.service_s + cost[row, node] > shift.end:
            cost[row, node] = IMPOSSIBLE


def cheapest_assignment(cost: Integers) -> Integers:
    """Return the column of each row in a cheapest assignment of a square matrix.

    Shortest augmenting paths with potentials (Jonker and Volgenant 1987, doi:10.1007/BF02278710),
    O(n^3) with the inner loop in NumPy: 0.1 s for 240 rows.
    """
    size = len(cost)
    row_price, column_price = np.zeros(size + 1, np.int64), np.zeros(size + 1, np.int64)
    owner = np.full(size + 1, size, dtype=np.int64)  # row of each column; `size` means none
    for row in range(size):
        owner[size] = row
        column, way = size, np.full(size, size, dtype=np.int64)
        least = np.full(size, np.iinfo(np.int64).max // 2)
        reached = np.zeros(size + 1, dtype=np.bool_)
        while owner[column] != size:
            reached[column] = True
            here = owner[column]
            open_columns = ~reached[:size]
            slack = cost[here] - row_price[here] - column_price[:size]
            shorter = open_columns & (slack < least)
            least[shorter], way[shorter] = slack[shorter], column
            nearest = int(np.where(open_columns, least, np.iinfo(np.int64).max).argmin())
            step = least[nearest]
            row_price[owner[reached]] += step
            column_price[reached] -= step
            least[open_columns] -= step
            column = nearest
        while column != size:
            before = int(way[column])
            owner[column] = owner[before]
            column = before
    columns = np.empty(size, dtype=np.int64)
    columns[owner[:size]] = np.arange(size)
    return columns
