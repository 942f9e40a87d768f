"""Travel times of an OSRM server, asked over HTTP and remembered per pair.

Where promises rely on removing a stop, wrap it: `travel.closed(OsrmTable(url), places)`. Raw
answers may miss the triangle inequality by the way that places snap to roads.
"""

from __future__ import annotations

import http.client
import json
import math
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from optimizer.errors import InvalidProblem, TravelUnavailable
from optimizer.travel import Location, Seconds

# Coordinates per request: osrm-routed refuses more than --max-table-size, 100 unless set.
MOST_PLACES = 100


@dataclass(slots=True, eq=False)
class OsrmTable:
    """TravelTimes from `{url}/table/v1/driving/`; seconds are rounded up, the same place is 0.

    Raises TravelUnavailable when the server does not answer within `timeout` seconds a request,
    refuses, or knows no way between two places.
    """

    url: str
    timeout: float = 5.0
    _known: dict[tuple[Location, Location], int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InvalidProblem("travel", f"url {self.url!r} is not an http address")

    @property
    def symmetric(self) -> bool:
        """Never promised: there are one-way streets."""
        return False

    def seconds(self, origins: Sequence[Location], destinations: Sequence[Location]) -> Seconds:
        """Return whole seconds, shape (origins, destinations)."""
        half = MOST_PLACES // 2
        rows, columns = list(dict.fromkeys(origins)), list(dict.fromkeys(destinations))
        for row in range(0, len(rows), half):
            for column in range(0, len(columns), half):
                self._learn(rows[row : row + half], columns[column : column + half])
        found = [self._known[a, b] for a in origins for b in destinations]
        return np.array(found, dtype=np.int64).reshape(len(origins), len(destinations))

    def between(self, origin: Location, destination: Location) -> int:
        """Return the whole seconds of one trip."""
        return int(self.seconds((origin,), (destination,))[0, 0])

    def along(self, places: Sequence[Location]) -> list[int]:
        """Return the whole seconds of every leg of a way through these places, asked at once."""
        legs: list[int] = self.seconds(places[:-1], places[1:]).diagonal().tolist()
        return legs

    def _learn(self, origins: list[Location], destinations: list[Location]) -> None:
        """Ask for the rows and columns of which some pair is not known yet."""
        lacking = [(a, b) for a in origins for b in destinations if (a, b) not in self._known]
        self._known.update({(a, b): 0 for a, b in lacking if a == b})
        lacking = [(a, b) for a, b in lacking if a != b]
        if not lacking:
            return
        rows = list(dict.fromkeys(a for a, _ in lacking))
        columns = list(dict.fromkeys(b for _, b in lacking))
        for origin, durations in zip(rows, self._asked(rows, columns), strict=True):
            for destination, duration in zip(columns, durations, strict=True):
                if origin != destination:
                    self._known[origin, destination] = math.ceil(duration)

    def _asked(self, rows: list[Location], columns: list[Location]) -> list[list[float]]:
        """Return the server's durations, shape (rows, columns)."""
        points = ";".join(f"{one.lon:.6f},{one.lat:.6f}" for one in (*rows, *columns))
        sources = ";".join(map(str, range(len(rows))))
        targets = ";".join(str(len(rows) + column) for column in range(len(columns)))
        query = f"sources={sources}&destinations={targets}&annotations=duration"
        address = f"{self.url.rstrip('/')}/table/v1/driving/{points}?{query}"
        try:
            with urllib.request.urlopen(address, timeout=self.timeout) as response:
                answer = json.load(response)
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise TravelUnavailable(f"the routing service failed: {fault}") from fault
        return durations_in(answer, len(rows), len(columns))


def durations_in(answer: Any, rows: int, columns: int) -> list[list[float]]:
    """Return the durations of a table answer; raises TravelUnavailable unless it is whole."""
    if not isinstance(answer, dict) or answer.get("code") != "Ok":
        raise TravelUnavailable("the routing service refused the table")
    table = answer.get("durations")
    if not isinstance(table, list) or not all(isinstance(row, list) for row in table):
        raise TravelUnavailable("the routing service sent no table")
    if [len(row) for row in table] != [columns] * rows:
        raise TravelUnavailable("the routing service sent a table of another size")
    for cell in (cell for row in table for cell in row):
        if type(cell) not in (int, float) or not 0 <= cell < math.inf:
            raise TravelUnavailable("the routing service knows no way between two places")
    return table
