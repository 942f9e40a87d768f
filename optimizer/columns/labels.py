"""Run the labels of one kind of technician, and read routes from them."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from optimizer.columns.completion import completed
from optimizer.columns.day import Kind
from optimizer.columns.ground import BITS, FAR, Ground, Integers, Prices
from optimizer.columns.kernel import CLOSE, DEAD, FIELDS, NODE, PARENT, Heap, begun, extended
from optimizer.columns.master import Column

# Labels extended between two looks at the clock, and the most that are kept (0.4 GB).
STEPS, MOST_LABELS = 500, 2_000_000
NO_REST = np.zeros((0, 0, 0, 0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Labels:
    """A finished run: the heap, and which labels are whole routes below the limit."""

    kind: Kind
    number: int
    heap: Heap

    @property
    def least(self) -> int:
        """The least cost of a route, FAR when there is none."""
        return int(self._closes().min(initial=FAR))

    def _closes(self) -> Integers:
        return self.heap.rows[: self.heap.words[2], CLOSE]

    def routes(self, below: int, most: int) -> list[Column]:
        """Return up to `most` routes that cost less than `below`, cheapest first.

        No more than a few end at the same visit, so that the columns differ.
        """
        closes = self._closes()
        ends = np.nonzero(closes < below)[0]
        ends = ends[closes[ends].argsort(kind="stable")]
        times: dict[int, int] = {}
        chosen = []
        for label in ends.tolist():
            node = int(self.heap.rows[label, NODE])
            if times.get(node, 0) < 2 and not self.heap.rows[label, DEAD]:
                times[node] = times.get(node, 0) + 1
                chosen.append(self.route(label))
            if len(chosen) >= most:
                break
        return chosen

    def route(self, label: int) -> Column:
        """Return the route that a label ends."""
        visits: list[int] = []
        while label >= 0:
            visits.append(int(self.heap.rows[label, NODE]))
            label = int(self.heap.rows[label, PARENT])
        return column(self.number, self.kind.ground, tuple(reversed(visits)))


def column(number: int, ground: Ground, visits: tuple[int, ...]) -> Column:
    """Return the column of an order of visits."""
    inner = sum(int(ground.legs[a, b]) for a, b in zip(visits, visits[1:], strict=False))  # noqa: RUF007
    return Column(number, visits, inner + int(ground.first[visits[0]] + ground.last[visits[-1]]))


def rest_of(kind: Kind, prices: Prices) -> Integers:
    """Return what completing a label costs at least, by lunch state, visit and bucket of time."""
    rest = np.empty((2, len(kind.ground.first), kind.buckets, 3), dtype=np.int64)
    completed(kind.ground, prices, rest)
    return rest


def labelled(
    kind: Kind,
    number: int,
    prices: Prices,
    *,
    limit: int,
    rest: Integers = NO_REST,
    deadline: float,
) -> Labels | None:
    """Return all labels that may end below `limit`; None when time or room ran out.

    Dropping dearer and later labels whatever their past was tried for the first rounds: it saves a
    third of 15 ms at 70 visits and gives no bound, so every round is exact.
    """
    visits = len(kind.ground.first)
    memory, cuts = -(-visits // BITS), -(-len(prices.cut) // BITS)
    heap = Heap(
        rows=np.empty((max(4096, 8 * visits), FIELDS + memory + cuts), dtype=np.int64),
        head=np.full(visits, -1, dtype=np.int64),
        queue=np.full(kind.buckets, -1, dtype=np.int64),
        words=np.array([memory, cuts, 0, 0], dtype=np.int64),
    )
    begun(kind.ground, prices, heap, rest, limit)
    while not extended(kind.ground, prices, heap, rest, limit, STEPS):
        if time.monotonic() > deadline or len(heap.rows) > MOST_LABELS:
            return None
        if int(heap.words[2]) + visits > len(heap.rows):
            heap = heap._replace(rows=np.concatenate([heap.rows, np.empty_like(heap.rows)]))
    return Labels(kind, number, heap)
