"""What labels stand on: one kind of technician, the visits' prices, and the clock between visits.

Arrays and whole numbers only: the functions here are compiled into the loops that use them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import inlined
from optimizer.slack import NEVER

Integers = NDArray[np.int64]

SCALE = 1000
BITS = 62  # bits used of a word
# The place of a lone bit: powers of two differ modulo 67.
PLACE = np.array([{(1 << bit) % 67: bit for bit in range(BITS)}.get(rest, 0) for rest in range(67)])
FAR = 1 << 60  # a cost that is none


class Ground(NamedTuple):
    """One kind of technician among n visits. Times in seconds; lists padded with -1."""

    legs: Integers  # (n, n) travel
    first: Integers  # (n) travel from the start place
    last: Integers  # (n) travel to the end place
    service: Integers  # (n)
    opens: Integers  # (n, w) windows; a visit with fewer repeats its last
    closes: Integers
    back: Integers  # (n, n) from leaving one to arriving at the other, any way; diagonal: a round
    home: Integers  # (n) from leaving to the end place, any way
    follow: Integers  # (n, d) visits that can come next
    able: Integers  # (n) 1 = may be served
    load: Integers  # (n)
    rule: Integers  # shift start, shift end, lunch first, last and seconds, capacity, bucket width


class Prices(NamedTuple):
    """What a label earns and pays, in SCALE-ths of a second."""

    visit: Integers  # (n) earned
    cut: Integers  # (c) paid at the second and third of a cut's visits; never negative
    cuts_of: Integers  # (n, m) cuts that a visit is in, padded with -1
    members: Integers  # (c, 3)


@inlined
def begin_at(ground: Ground, visit: int, at: int) -> int:
    """Return the earliest begin at or after `at`, NEVER when all windows are over."""
    begin = NEVER
    for k in range(ground.opens.shape[1] - 1, -1, -1):
        if at <= ground.closes[visit, k]:
            begin = max(at, int(ground.opens[visit, k]))
    return begin


@inlined
def bucket_of(ground: Ground, buckets: int, at: int) -> int:
    """Return the time bucket of a moment."""
    bucket = (at - int(ground.rule[0])) // int(ground.rule[6])
    return min(max(bucket, 0), buckets - 1)


@inlined
def leaving(ground: Ground, due: int, taken: int, leg: int, visit: int) -> tuple[int, int]:
    """Return when the next visit is left, lunch due and taken; NEVER where that cannot be."""
    lunch_first, lunch_last, lunch_seconds = ground.rule[2], ground.rule[3], ground.rule[4]
    at_taken = taken + leg
    if due <= lunch_last:
        at_taken = min(at_taken, max(due + leg, lunch_first) + lunch_seconds)
    new_taken = begin_at(ground, visit, at_taken)
    new_due = begin_at(ground, visit, due + leg)
    new_taken, new_due = new_taken + ground.service[visit], new_due + ground.service[visit]
    if new_due > lunch_last or new_due + ground.home[visit] > ground.rule[1]:
        new_due = NEVER  # home is not reached before the last moment for lunch either
    if new_taken + ground.home[visit] > ground.rule[1]:
        new_taken = NEVER
    return new_due, new_taken


@inlined
def is_home(ground: Ground, due: int, taken: int, leg: int) -> bool:
    """Whether the end place is reached in time, with lunch had where it is needed."""
    shift_end, lunch_first, lunch_last = int(ground.rule[1]), ground.rule[2], int(ground.rule[3])
    if taken + leg <= shift_end or due + leg <= min(lunch_last, shift_end):
        return True
    with_lunch = max(due + leg, int(lunch_first)) + int(ground.rule[4])
    return due <= lunch_last and with_lunch <= shift_end
