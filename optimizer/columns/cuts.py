"""Subset-row cuts: of three visits, all routes together hold two or more at most once.

Source: Jepsen, Petersen, Spoorendonk and Pisinger (2008), doi:10.1287/opre.1070.0449.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

Triple = tuple[int, int, int]

# Less than this is noise of the linear programme, or a cut that would hardly move the bound.
LEAST_EXCESS = 0.05


def violated(
    visits: int,
    routes: Sequence[Sequence[int]],
    values: Sequence[float],
    known: Collection[Triple],
    most: int,
) -> list[Triple]:
    """Return up to `most` new triples that the values exceed, worst first, each visit rarely."""
    inside = np.zeros((len(routes), visits))
    for number, route in enumerate(routes):
        inside[number, list(route)] = 1
    weights = np.array(values)
    pairs = (inside * weights[:, None]).T @ inside
    np.fill_diagonal(pairs, 0)
    found: list[tuple[float, Triple]] = []
    for first in range(visits - 2):
        found += excesses(first, inside, weights, pairs)
    found.sort(reverse=True)
    return spread(found, frozenset(known), most)


def excesses(
    first: int,
    inside: NDArray[np.float64],
    weights: NDArray[np.float64],
    pairs: NDArray[np.float64],
) -> list[tuple[float, Triple]]:
    """Return the exceeded triples whose least visit is `first`."""
    with_first = inside[:, first] > 0
    if not with_first.any():
        return []
    part = inside[with_first]
    all_three = (part * weights[with_first, None]).T @ part
    held = pairs[first][:, None] + pairs[first][None, :] + pairs - 2 * all_three
    held[: first + 1] = 0
    seconds, thirds = np.nonzero(np.triu(held, 1) > 1 + LEAST_EXCESS)
    return [
        (float(held[second, third]) - 1, (first, int(second), int(third)))
        for second, third in zip(seconds, thirds, strict=True)
    ]


def spread(
    found: Sequence[tuple[float, Triple]], known: frozenset[Triple], most: int
) -> list[Triple]:
    """Return the first `most` new triples in which no visit occurs more than five times."""
    times: Counter[int] = Counter()
    chosen: list[Triple] = []
    for _, triple in found:
        if len(chosen) >= most:
            break
        if triple in known or any(times[visit] >= 5 for visit in triple):
            continue
        times.update(triple)
        chosen.append(triple)
    return chosen
