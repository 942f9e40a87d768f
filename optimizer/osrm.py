"""Travel times by OSRM, remembered per pair: a server asked over HTTP, or the library in here.

Where promises rely on removing a stop, wrap it: `travel.closed(OsrmTable(url), places)`. Raw
answers may miss the triangle inequality by the way that places snap to roads: of 9,900 pairs in
Kampen 584 are shorter by way of a third address, by 66 s at most.
"""

from __future__ import annotations

import http.client
import importlib
import json
import math
import urllib.request
from abc import ABC, abstractmethod
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
class RememberedTimes(ABC):
    """TravelTimes of a road network: seconds are rounded up, the same place is 0.

    What was asked once is remembered per pair, for the life of this object. Raises
    TravelUnavailable when there is no answer, or no way between two places.
    """

    _known: dict[tuple[Location, Location], int] = field(
        default_factory=dict, init=False, repr=False
    )

    @abstractmethod
    def _asked(self, rows: list[Location], columns: list[Location]) -> list[list[float]]:
        """Return seconds, shape (rows, columns)."""

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


@dataclass(slots=True, eq=False)
class OsrmTable(RememberedTimes):
    """TravelTimes from `{url}/table/v1/driving/`, each request within `timeout` seconds."""

    url: str
    timeout: float = 5.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InvalidProblem("travel", f"url {self.url!r} is not an http address")

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


@dataclass(slots=True, eq=False)
class OsrmLibrary(RememberedTimes):
    """TravelTimes from a prepared `.osrm` file by the package osrm-bindings (not a requirement)."""

    path: str
    _osrm: Any = field(init=False, repr=False)
    _engine: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        try:
            self._osrm = importlib.import_module("osrm")
            self._engine = self._osrm.OSRM(self.path)
        except ImportError as fault:
            raise TravelUnavailable("the package osrm-bindings is not installed") from fault
        except RuntimeError as fault:
            raise TravelUnavailable(f"OSRM cannot read {self.path!r}: {fault}") from fault

    def _asked(self, rows: list[Location], columns: list[Location]) -> list[list[float]]:
        """Return the library's durations, shape (rows, columns)."""
        parameters = self._osrm.TableParameters(
            coordinates=[(one.lon, one.lat) for one in (*rows, *columns)],
            sources=list(range(len(rows))),
            destinations=list(range(len(rows), len(rows) + len(columns))),
            annotations=["duration"],
        )
        try:
            table = self._engine.Table(parameters)["durations"]
        except RuntimeError as fault:
            raise TravelUnavailable(f"OSRM failed: {fault}") from fault
        answer = {"code": "Ok", "durations": [list(row) for row in table]}
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
