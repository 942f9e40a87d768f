"""Every route within a cost limit, grown from its end backwards, without a single dead end.

Before a visit is put in front of a suffix, the exact labels of a forward run are asked whether any
of them completes it within the limit, cuts and lunch included. So each suffix that is kept belongs
to at least one route that is wanted, and the work is in proportion to what comes out.
"""

from __future__ import annotations

from typing import NamedTuple

from optimizer.columns.ground import BITS, PLACE, SCALE, Ground, Integers, Prices, begin_at
from optimizer.columns.kernel import COST, DUE, FIELDS, LOAD, NEXT, TAKEN, Heap
from optimizer.compiled import compiled, inlined
from optimizer.slack import NEVER, TOO_LATE

# Fields of a suffix; the words of its visits and cuts follow.
VISIT, LATE_DUE, LATE_TAKEN, PAID, TRAVEL, CARRIED, TRIED, SUFFIX = range(8)


class Harvest(NamedTuple):
    """Where routes go: `routes` (capacity, longest) padded with -1, their travel, and counts."""

    routes: Integers
    travel: Integers
    counts: Integers  # routes, 1 = there was no room for all
    stack: Integers  # (longest + 1, SUFFIX + words)


@inlined
def last_begin_at(ground: Ground, visit: int, late: int) -> int:
    """Return the latest begin at or before `late`, TOO_LATE when no window has opened."""
    best = TOO_LATE
    for k in range(ground.opens.shape[1]):
        if late >= ground.opens[visit, k]:
            best = max(best, min(late, ground.closes[visit, k]))
    return best


@inlined
def latest(ground: Ground, visit: int, coming: int, due: int, taken: int) -> tuple[int, int]:
    """Return the latest begins of a visit before `coming` (-1 = the end place), due and taken."""
    leg = ground.last[visit] if coming < 0 else ground.legs[visit, coming]
    lunch_first, lunch_last, lunch_seconds = ground.rule[2], ground.rule[3], ground.rule[4]
    late_due, late_taken = due - leg, taken - leg
    if lunch_first + lunch_seconds <= taken:
        late_due = max(late_due, min(lunch_last, taken - leg - lunch_seconds))
    service = ground.service[visit]
    return (
        last_begin_at(ground, visit, late_due - service),
        last_begin_at(ground, visit, late_taken - service),
    )


@inlined
def meets(
    ground: Ground, due: int, taken: int, leg: int, visit: int, late_due: int, late_taken: int
) -> bool:
    """Whether leaving at these times reaches a visit by its latest begins."""
    at_taken = taken + leg
    if due <= ground.rule[3]:
        at_taken = min(at_taken, max(due + leg, ground.rule[2]) + ground.rule[4])
    if begin_at(ground, visit, at_taken) <= late_taken:
        return True
    return due < NEVER and begin_at(ground, visit, due + leg) <= late_due


@inlined
def has_prefix(
    ground: Ground, prices: Prices, heap: Heap, suffix: Integers, node: int, limit: int
) -> bool:
    """Whether some label at `node` completes the suffix within the limit."""
    visit = suffix[VISIT]
    leg = ground.legs[node, visit]
    room = limit - suffix[PAID] - leg * SCALE
    here = heap.head[node]
    while here >= 0:
        row = heap.rows[here]
        here = row[NEXT]
        slack = room - row[COST]
        if slack < 0:
            return False
        apart = row[LOAD] + suffix[CARRIED] <= ground.rule[5]
        for word in range(heap.words[0]):
            if row[FIELDS + word] & suffix[SUFFIX + word]:
                apart = False
        if not apart or not meets(
            ground, row[DUE], row[TAKEN], leg, visit, suffix[LATE_DUE], suffix[LATE_TAKEN]
        ):
            continue
        for word in range(heap.words[1]):
            place = heap.words[0] + word
            bits = row[FIELDS + place] & suffix[SUFFIX + place]
            while bits:
                low = bits & -bits
                bits ^= low
                slack -= prices.cut[word * BITS + PLACE[low % 67]]
        if slack >= 0:
            return True
    return False


@inlined
def pushed(
    ground: Ground, prices: Prices, heap: Heap, stack: Integers, depth: int, visit: int
) -> None:
    """Write the suffix at `depth` with a visit in front into the next place of the stack."""
    old, new = stack[depth], stack[depth + 1]
    coming = old[VISIT]
    leg = ground.last[visit] if coming < 0 else ground.legs[visit, coming]
    late = latest(ground, visit, coming, old[LATE_DUE], old[LATE_TAKEN])
    for k in range(len(new)):
        new[k] = old[k]
    new[VISIT], new[LATE_DUE], new[LATE_TAKEN], new[TRIED] = visit, late[0], late[1], 0
    new[PAID] += leg * SCALE - prices.visit[visit]
    new[TRAVEL] += leg
    new[CARRIED] += ground.load[visit]
    new[SUFFIX + visit // BITS] |= 1 << (visit % BITS)
    for cut in prices.cuts_of[visit]:
        if cut < 0:
            break
        place, bit = SUFFIX + heap.words[0] + cut // BITS, cut % BITS
        if new[place] >> bit & 1:
            new[PAID] += prices.cut[cut]
        new[place] ^= 1 << bit


@inlined
def better_swapped(ground: Ground, stack: Integers, depth: int) -> bool:
    """Whether the second and third visit of the suffix at `depth`, swapped, serve it better."""
    if depth < 3:
        return False
    tail, second, third = stack[depth - 3], stack[depth - 2, VISIT], stack[depth - 1, VISIT]
    visit, coming = stack[depth, VISIT], tail[VISIT]
    travel = tail[TRAVEL] + ground.legs[visit, second] + ground.legs[second, third]
    travel += ground.last[third] if coming < 0 else ground.legs[third, coming]
    if travel >= stack[depth, TRAVEL]:
        return False
    due, taken = latest(ground, third, coming, tail[LATE_DUE], tail[LATE_TAKEN])
    due, taken = latest(ground, second, third, due, taken)
    due, taken = latest(ground, visit, second, due, taken)
    return due >= int(stack[depth, LATE_DUE]) and taken >= int(stack[depth, LATE_TAKEN])


@inlined
def recorded(ground: Ground, harvest: Harvest, depth: int, limit: int) -> None:
    """Keep the suffix as a whole route when the start place reaches it within the limit."""
    row = harvest.stack[depth]
    visit, away = row[VISIT], ground.rule[0]
    due, taken = (NEVER, away) if ground.rule[3] < away else (away, NEVER)
    leg = ground.first[visit]
    if row[PAID] + leg * SCALE > limit or row[CARRIED] > ground.rule[5]:
        return
    if not meets(ground, due, taken, leg, visit, row[LATE_DUE], row[LATE_TAKEN]):
        return
    number = harvest.counts[0]
    if number >= len(harvest.travel):
        harvest.counts[1] = 1
        return
    for place in range(harvest.routes.shape[1]):
        harvest.routes[number, place] = harvest.stack[depth - place, VISIT] if place < depth else -1
    harvest.travel[number] = row[TRAVEL] + leg
    harvest.counts[0] += 1


@compiled
def gathered(
    ground: Ground, prices: Prices, heap: Heap, harvest: Harvest, limit: int, steps: int
) -> bool:
    """Walk up to `steps` suffixes on; True when all are done or there is no more room.

    `counts[2]` is the depth of the walk, so that it can be taken up again.
    """
    stack, counts = harvest.stack, harvest.counts
    for _ in range(steps):
        depth = counts[2]
        if depth < 0 or counts[1]:
            return True
        row = stack[depth]
        visit = row[TRIED]
        if visit >= len(ground.first):
            counts[2] -= 1
            continue
        row[TRIED] += 1
        if not ground.able[visit] or row[SUFFIX + visit // BITS] >> (visit % BITS) & 1:
            continue
        if depth > 0 and not has_prefix(ground, prices, heap, row, visit, limit):
            continue
        pushed(ground, prices, heap, stack, depth, visit)
        if stack[depth + 1, LATE_TAKEN] <= TOO_LATE and stack[depth + 1, LATE_DUE] <= TOO_LATE:
            continue
        if better_swapped(ground, stack, depth + 1):
            continue
        recorded(ground, harvest, depth + 1, limit)
        counts[2] = depth + 1
    return False
