"""What completing a label costs at least: visits may come again, but not by way of the last one.

Time is cut into buckets and rounded down, which only makes completions cheaper: the result is a
bound for every label that leaves a visit within the bucket. Cuts are left out, they only cost.
"""

from __future__ import annotations

from optimizer.columns.ground import (
    FAR,
    SCALE,
    Ground,
    Integers,
    Prices,
    bucket_of,
    is_home,
    leaving,
)
from optimizer.compiled import compiled, inlined
from optimizer.slack import NEVER


@inlined
def tail(rest: Integers, state: int, visit: int, bucket: int, before: int) -> int:
    """Return the bound after a visit, for completions that do not go straight back to `before`."""
    if rest[state, visit, bucket, 1] == before:
        return int(rest[state, visit, bucket, 2])
    return int(rest[state, visit, bucket, 0])


@compiled
def completed(ground: Ground, prices: Prices, rest: Integers) -> None:
    """Fill `rest` (2 lunch states, n, buckets, 3): least cost, its next visit, least with another.

    A bucket must be no longer than the shortest service, so that every step leads to a later one.
    """
    for bucket in range(rest.shape[2] - 1, -1, -1):
        at = ground.rule[0] + bucket * ground.rule[6]
        for node in range(rest.shape[1]):
            for state in range(2):
                due, taken = (at, NEVER) if state == 0 else (NEVER, at)
                best, coming, second = FAR, -1, FAR
                if state == 1 or at <= ground.rule[3]:
                    if is_home(ground, due, taken, ground.last[node]):
                        best = ground.last[node] * SCALE
                    for visit in ground.follow[node]:
                        if visit < 0:
                            break
                        leg = ground.legs[node, visit]
                        new_due, new_taken = leaving(ground, due, taken, leg, visit)
                        cost = FAR
                        if new_due < NEVER:
                            later = bucket_of(ground, rest.shape[2], new_due)
                            cost = min(cost, tail(rest, 0, visit, later, node))
                        if new_taken < NEVER:
                            later = bucket_of(ground, rest.shape[2], new_taken)
                            cost = min(cost, tail(rest, 1, visit, later, node))
                        if cost >= FAR:
                            continue
                        cost += leg * SCALE - prices.visit[visit]
                        if cost < best:
                            best, coming, second = cost, visit, best
                        elif cost < second:
                            second = cost
                rest[state, node, bucket, 0] = best
                rest[state, node, bucket, 1] = coming
                rest[state, node, bucket, 2] = second
