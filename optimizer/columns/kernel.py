"""Labels: partial routes of one kind of technician, extended visit by visit, dominated ones left.

A label holds one order of visits in both lunch states (`slack`): the earliest leaving with lunch
due and with lunch taken. Costs are whole: travel times SCALE minus the prices of the visits, so
that a bound made of them is exact. Of the visits behind a label only those are remembered that it
could still return to, and of the cuts only those that could still be paid: with windows of two
hours that is little, and labels of different pasts become comparable without any loss.
Source: Feillet et al. (2004), doi:10.1002/net.20033; cuts as in Jepsen et al. (2008),
doi:10.1287/opre.1070.0449.

Everything here is compiled as it stands, hence loops and whole numbers only.
"""

from __future__ import annotations

from typing import NamedTuple

from optimizer.columns.ground import (
    BITS,
    FAR,
    PLACE,
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

# Fields of a label; the memory's words and the cuts' words follow.
NODE, DUE, TAKEN, COST, LOAD, PARENT, NEXT, DEAD, CLOSE, WAITING, FIELDS = range(11)


class Heap(NamedTuple):
    """The labels of one run. `head` and `queue` start lists by node and by time; -1 ends them."""

    rows: Integers  # (capacity, fields + words)
    head: Integers  # (n) cheapest label at a node, linked by NEXT
    queue: Integers  # (buckets) labels to extend, linked by WAITING
    words: Integers  # words of memory, words of cuts, labels in use, first bucket in use


@inlined
def forget(ground: Ground, prices: Prices, heap: Heap, new: int) -> None:
    """Clear what a new label need not remember: visits and cuts out of reach."""
    rows, back, closes, members = heap.rows, ground.back, ground.closes, prices.members
    node, last = rows[new, NODE], closes.shape[1] - 1
    at = min(rows[new, DUE], rows[new, TAKEN])
    for word in range(heap.words[0]):
        bits = rows[new, FIELDS + word]
        while bits:
            low = bits & -bits
            bits ^= low
            visit = word * BITS + PLACE[low % 67]
            if at + back[node, visit] > closes[visit, last]:
                rows[new, FIELDS + word] ^= low
    for word in range(heap.words[1]):
        bits = rows[new, FIELDS + heap.words[0] + word]
        while bits:
            low = bits & -bits
            bits ^= low
            alive = False
            cut = word * BITS + PLACE[low % 67]
            for k in range(3):
                member = members[cut, k]
                seen = rows[new, FIELDS + member // BITS] >> (member % BITS) & 1
                if not seen and at + back[node, member] <= closes[member, last]:
                    alive = True
            if not alive:
                rows[new, FIELDS + heap.words[0] + word] ^= low


@inlined
def beats(ground: Ground, prices: Prices, heap: Heap, one: int, other: int) -> bool:
    """Whether nothing after `other` could be better than the same after `one`."""
    rows, words = heap.rows, heap.words
    if (
        rows[one, DUE] > rows[other, DUE]
        or rows[one, TAKEN] > rows[other, TAKEN]
        or rows[one, LOAD] > rows[other, LOAD]
    ):
        return False
    back, closes, last = ground.back, ground.closes, ground.closes.shape[1] - 1
    node, at = rows[other, NODE], min(rows[other, DUE], rows[other, TAKEN])
    for word in range(words[0]):
        bits = rows[one, FIELDS + word] & ~rows[other, FIELDS + word]
        while bits:
            low = bits & -bits
            bits ^= low
            visit = word * BITS + PLACE[low % 67]
            if at + back[node, visit] <= closes[visit, last]:
                return False
    slack = rows[other, COST] - rows[one, COST]
    for word in range(words[1]):
        place = FIELDS + words[0] + word
        bits = rows[one, place] & ~rows[other, place]
        while bits:
            low = bits & -bits
            bits ^= low
            slack -= prices.cut[word * BITS + PLACE[low % 67]]
            if slack < 0:
                return False
    return True


@inlined
def settle(ground: Ground, prices: Prices, heap: Heap, new: int) -> bool:
    """Put a label into its node's list, sorted by cost, unless it is beaten; drop those it beats.

    A label that forgot more than another is not beaten by it for that: `forget` keeps what matters.
    """
    rows, node = heap.rows, heap.rows[new, NODE]
    cost, before, here = rows[new, COST], -1, heap.head[node]
    while here >= 0 and rows[here, COST] <= cost:
        if beats(ground, prices, heap, here, new):
            return False
        before, here = here, rows[here, NEXT]
    rows[new, NEXT] = here
    if before < 0:
        heap.head[node] = new
    else:
        rows[before, NEXT] = new
    before = new
    while here >= 0:
        if beats(ground, prices, heap, new, here):
            rows[here, DEAD] = 1
            rows[before, NEXT] = rows[here, NEXT]
        else:
            before = here
        here = rows[here, NEXT]
    return True


@inlined
def serve(ground: Ground, prices: Prices, heap: Heap, new: int, visit: int) -> None:
    """Enter a visit into a label that has its times already: prices, cuts, memory, way home."""
    rows, cuts_of, memory = heap.rows, prices.cuts_of, heap.words[0]
    rows[new, NODE] = visit
    rows[new, COST] -= prices.visit[visit]
    for k in range(cuts_of.shape[1]):
        cut = cuts_of[visit, k]
        if cut < 0:
            break
        place, bit = FIELDS + memory + cut // BITS, cut % BITS
        if rows[new, place] >> bit & 1:
            rows[new, COST] += prices.cut[cut]
        rows[new, place] ^= 1 << bit
    rows[new, FIELDS + visit // BITS] |= 1 << (visit % BITS)
    forget(ground, prices, heap, new)
    leg = ground.last[visit]
    rows[new, CLOSE] = FAR
    if is_home(ground, rows[new, DUE], rows[new, TAKEN], leg):
        rows[new, CLOSE] = rows[new, COST] + leg * SCALE


@inlined
def queued(ground: Ground, heap: Heap, new: int) -> None:
    """Line a label up by the time that it leaves."""
    at = min(heap.rows[new, DUE], heap.rows[new, TAKEN])
    bucket = bucket_of(ground, len(heap.queue), at)
    heap.rows[new, WAITING] = heap.queue[bucket]
    heap.queue[bucket] = new


@inlined
def hopeless(ground: Ground, heap: Heap, rest: Integers, limit: int, new: int) -> bool:
    """Whether no completion of a label costs less than `limit`, going by the bounds in `rest`."""
    if not len(rest):
        return False
    best, rows, node = FAR, heap.rows, heap.rows[new, NODE]
    for state in range(2):
        at = rows[new, DUE + state]
        if at < NEVER:
            bucket = bucket_of(ground, rest.shape[2], at)
            cost, visit = rest[state, node, bucket, 0], rest[state, node, bucket, 1]
            if visit >= 0 and rows[new, FIELDS + visit // BITS] >> (visit % BITS) & 1:
                cost = rest[state, node, bucket, 2]
            best = min(best, cost)
    return best >= FAR or rows[new, COST] + best >= limit


@inlined
def grown(
    ground: Ground, prices: Prices, heap: Heap, rest: Integers, limit: int, old: int, visit: int
) -> bool:
    """Extend label `old` (-1 = the start place) by a visit; True when a new label came of it."""
    new = heap.words[2]
    rows = heap.rows
    if old < 0:
        away, leg = ground.rule[0], ground.first[visit]
        if ground.rule[3] < away:
            due, taken = NEVER, away
        else:
            due, taken = away, NEVER
    else:
        due, taken, leg = rows[old, DUE], rows[old, TAKEN], ground.legs[rows[old, NODE], visit]
    due, taken = leaving(ground, due, taken, leg, visit)
    if due >= NEVER and taken >= NEVER:
        return False
    for k in range(rows.shape[1]):
        rows[new, k] = rows[old, k] if old >= 0 else 0
    rows[new, LOAD] += ground.load[visit]
    if rows[new, LOAD] > ground.rule[5]:
        return False
    rows[new, DUE], rows[new, TAKEN], rows[new, PARENT], rows[new, DEAD] = due, taken, old, 0
    rows[new, COST] += leg * SCALE
    serve(ground, prices, heap, new, visit)
    if hopeless(ground, heap, rest, limit, new) or not settle(ground, prices, heap, new):
        return False
    queued(ground, heap, new)
    heap.words[2] += 1
    return True


@compiled
def begun(ground: Ground, prices: Prices, heap: Heap, rest: Integers, limit: int) -> None:
    """Make the labels of every first visit."""
    for visit in range(len(ground.first)):
        if ground.able[visit]:
            grown(ground, prices, heap, rest, limit, -1, visit)


@compiled
def extended(
    ground: Ground, prices: Prices, heap: Heap, rest: Integers, limit: int, steps: int
) -> bool:
    """Extend up to `steps` labels in order of time; True when none is left to extend."""
    rows, words, late = heap.rows, heap.words, ground.closes[:, -1]
    for _ in range(steps):
        while words[3] < len(heap.queue) and heap.queue[words[3]] < 0:
            words[3] += 1
        if words[3] >= len(heap.queue):
            return True
        if words[2] + len(ground.first) > len(rows):
            return False  # the caller must give it more room
        old = heap.queue[words[3]]
        heap.queue[words[3]] = rows[old, WAITING]
        if rows[old, DEAD]:
            continue
        legs, at = ground.legs[rows[old, NODE]], min(rows[old, DUE], rows[old, TAKEN])
        for visit in ground.follow[rows[old, NODE]]:
            if visit < 0:
                break
            if at + legs[visit] > late[visit]:
                continue
            if not rows[old, FIELDS + visit // BITS] >> (visit % BITS) & 1:
                grown(ground, prices, heap, rest, limit, old, visit)
    return False
