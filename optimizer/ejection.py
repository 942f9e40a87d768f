"""Ejection chains: a visit takes another's place, that one a third one's, until the last has room.

Source: Glover (1996), doi:10.1016/0166-218X(94)00037-E; here by iterative deepening over pairs of
routes, every insertion at its cheapest place.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import combinations

from optimizer.tours import Network, Tour

# Visits that may lose their place on the way, and how many of them at once. Five technicians, 90 %
# full: two were enough for 25 of 34 refusals within 50 ms, three for 28.
DEEPEST, AT_ONCE = 3, 2


class TimeIsUp(Exception):
    """Ends a search from deep inside; never leaves this module."""


def ejected(
    network: Network, tours: Sequence[Tour], newcomer: int, deadline: float
) -> list[Tour] | None:
    """Return tours with the newcomer (a row) added, None when no chain was found in time.

    `deadline` is a moment of time.monotonic.
    """
    chains = Chains(network, deadline)
    try:
        for depth in range(DEEPEST + 1):
            found = chains.placed(tours, (newcomer,), depth)
            if found is not None:
                return found
    except TimeIsUp:
        pass
    return None


class Chains:
    """A depth-first search for places, of bounded depth and time."""

    def __init__(self, network: Network, deadline: float) -> None:
        self.network = network
        self.deadline = deadline

    def placed(
        self, tours: Sequence[Tour], homeless: tuple[int, ...], depth: int
    ) -> list[Tour] | None:
        """Return tours with all homeless visits in them after at most `depth` ejections."""
        if not homeless:
            return list(tours)
        visit, others = homeless[0], homeless[1:]
        for row, tour in self.places(tours, visit):
            found = self.placed(replaced(tours, row, tour), others, depth)
            if found is not None:
                return found
        for count in range(1, min(depth, AT_ONCE) + 1):
            for row, tour, out in self.exchanges(tours, visit, count):
                found = self.placed(replaced(tours, row, tour), (*others, *out), depth - count)
                if found is not None:
                    return found
        return None

    def places(self, tours: Sequence[Tour], visit: int) -> list[tuple[int, Tour]]:
        """Return (row, tour with the visit) wherever it fits, the cheapest first."""
        found = []
        for row in self.network.servers[visit]:
            insertion = self.network.insertion(tours[row], visit)
            if insertion is not None:
                found.append((*insertion, row))
        found.sort()
        return [(row, self.lengthened(tours[row], visit, at)) for _, at, row in found]

    def exchanges(
        self, tours: Sequence[Tour], visit: int, count: int
    ) -> Iterator[tuple[int, Tour, tuple[int, ...]]]:
        """Yield (row, tour with the visit, visits that left it); raises TimeIsUp."""
        for row in self.network.servers[visit]:
            for out in combinations(tours[row].visits, count):
                if time.monotonic() > self.deadline:
                    raise TimeIsUp
                kept = tuple(one for one in tours[row].visits if one not in out)
                smaller = self.network.tour(row, kept)
                insertion = self.network.insertion(smaller, visit)
                if insertion is not None:
                    yield row, self.lengthened(smaller, visit, insertion[1]), out

    def lengthened(self, tour: Tour, visit: int, at: int) -> Tour:
        """Return a tour with a visit put in."""
        return self.network.tour(tour.technician, (*tour.visits[:at], visit, *tour.visits[at:]))


def replaced(tours: Sequence[Tour], row: int, tour: Tour) -> list[Tour]:
    """Return the tours with one replaced."""
    return [*tours[:row], tour, *tours[row + 1 :]]
