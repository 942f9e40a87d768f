"""Travel times between places: straight lines with a speed profile, or a given matrix."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from optimizer.errors import InvalidProblem, UnknownPlace
from optimizer.places import Floats, Location, Places, Seconds, TravelTimes

__all__ = [
    "Floats",
    "GreatCircle",
    "Location",
    "Matrix",
    "Places",
    "Seconds",
    "TravelTimes",
    "closed",
]

EARTH_RADIUS_KM = 6371.0
# Longer ways than this are mistakes; sums of them stay far from the sentinels of `slack`.
LONGEST_WAY = 10**9

# Half chords (of a globe of radius 1) up to here, 255 km, are turned into arcs by four terms of the
# arcsine's series: the next one is below 1e-15, and additions and products give the same last bit
# one by one and in a row, which library functions do not promise.
NEAR = 0.02


class Piece(NamedTuple):
    """From road km `start`, over `length` km, the speed rises by `slope` km/h a km."""

    start: float
    length: float
    slope: float


@dataclass(frozen=True, slots=True)
class GreatCircle:
    """Haversine line x `detour` at a speed that depends on the length of the trip.

    `speed_kmh` holds (road km, km/h) points; the speed is interpolated between them over road km
    and flat outside. Seconds are rounded up. A profile is refused unless longer trips are neither
    quicker nor slower per km than shorter ones: that is what keeps the triangle inequality.
    The usual values are calibrated (docs/benchmarks.md, `python -m benchmarks.roads`).
    """

    detour: float = 1.5
    speed_kmh: tuple[tuple[float, float], ...] = (
        (0.75, 17.0),
        (1.5, 20.0),
        (3.0, 26.0),
        (6.0, 36.0),
        (12.0, 52.0),
        (30.0, 85.0),
    )
    _pieces: tuple[Piece, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.detour) and self.detour >= 1):
            raise InvalidProblem("travel", "detour must be 1 or more")
        require_metric_profile(self.speed_kmh)
        pieces = (
            Piece(km, next_km - km, (next_speed - speed) / (next_km - km))
            for (km, speed), (next_km, next_speed) in itertools.pairwise(self.speed_kmh)
        )
        object.__setattr__(self, "_pieces", tuple(pieces))

    @property
    def symmetric(self) -> bool:
        """Always: a line is as long in either direction."""
        return True

    def road_km(self, origins: Sequence[Location], destinations: Sequence[Location]) -> Floats:
        """Return the road kilometres, shape (origins, destinations)."""
        a, b = Places.of(origins).xyz, Places.of(destinations).xyz
        lines = a[:, :, None] - b[:, None, :]
        lines *= lines
        square = (lines[0] + lines[1] + lines[2]) * 0.25
        half_chord = np.sqrt(square)
        arc: Floats = half_chord * (1 + square * (1 / 6 + square * (3 / 40 + square * (15 / 336))))
        if half_chord.max(initial=0.0) > NEAR:
            far = np.flatnonzero(half_chord > NEAR)
            arc.flat[far] = np.arcsin(np.minimum(half_chord.flat[far], 1.0))
        arc *= 2 * EARTH_RADIUS_KM * self.detour
        return arc

    def seconds(self, origins: Sequence[Location], destinations: Sequence[Location]) -> Seconds:
        """Return whole seconds, rounded up, shape (origins, destinations)."""
        km = self.road_km(origins, destinations)
        speed = np.full_like(km, self.speed_kmh[0][1])
        part = np.empty_like(km)
        for start, length, slope in self._pieces:
            np.subtract(km, start, out=part)
            np.maximum(part, 0.0, out=part)
            np.minimum(part, length, out=part)
            part *= slope
            speed += part
        km *= 3600
        km /= speed
        rounded: Seconds = np.ceil(km, out=km).astype(np.int64)
        return rounded

    def between(self, origin: Location, destination: Location) -> int:
        """Return the whole seconds of one trip."""
        return self.along((origin, destination))[0]

    def along(self, places: Sequence[Location]) -> list[int]:
        """Return the whole seconds of every leg of a way through these places.

        The arithmetic of `seconds` to the last bit, one by one: quicker below some 30 legs.
        """
        legs, km_per_arc, least = [], 2 * EARTH_RADIUS_KM * self.detour, self.speed_kmh[0][1]
        for a, b in itertools.pairwise(places):
            x, y, z = a.x - b.x, a.y - b.y, a.z - b.z
            square = (x * x + y * y + z * z) * 0.25
            half_chord = math.sqrt(square)
            if half_chord > NEAR:
                legs.append(int(self.seconds((a,), (b,))[0, 0]))
                continue
            arc = half_chord * (1 + square * (1 / 6 + square * (3 / 40 + square * (15 / 336))))
            km, speed = arc * km_per_arc, least
            for start, length, slope in self._pieces:
                part = km - start
                if part <= 0:
                    break
                speed += (part if part < length else length) * slope
            legs.append(math.ceil(km * 3600 / speed))
        return legs

    def road_metres(self, origin: Location, destination: Location) -> int:
        """Return the road distance of one trip in metres, rounded, for showing kilometres."""
        return round(float(self.road_km((origin,), (destination,))[0, 0]) * 1000)


def require_metric_profile(profile: Sequence[tuple[float, float]]) -> None:
    """Raise InvalidProblem unless time rises with length and time per km does not.

    On a piece v(x) = v0 + m (x - x0) time x / v(x) rises when v0 >= m x0; a speed that never falls
    gives falling time per km. Together: t(x + y) <= t(x) + t(y) and t monotone.
    """
    if not profile:
        raise InvalidProblem("travel", "speed_kmh must not be empty")
    if any(not (math.isfinite(km) and km >= 0 and 0 < v < math.inf) for km, v in profile):
        raise InvalidProblem("travel", "speed_kmh needs lengths of 0 or more, speeds above 0")
    for (km, speed), (next_km, next_speed) in itertools.pairwise(profile):
        if next_km <= km or next_speed < speed:
            raise InvalidProblem("travel", "speed_kmh must rise in length and not fall in speed")
        if speed * (next_km - km) < (next_speed - speed) * km:
            fault = f"speed_kmh rises so fast after {km} km that a longer trip is quicker"
            raise InvalidProblem("travel", fault)


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Given seconds between given places, closed to shortest paths unless `closure` is off.

    Several places may share one location when their rows and columns are equal. Benchmarks switch
    the closure off to stay comparable; removing a stop may then break a route.
    """

    places: tuple[Location, ...]
    table: Seconds
    closure: bool = True
    symmetric: bool = field(init=False)
    _row: dict[Location, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        table = np.array(self.table, dtype=np.int64)
        require_matrix(table, len(self.places))
        table = shortest_paths(table) if self.closure else table
        rows: dict[Location, int] = {}
        for row, place in enumerate(self.places):
            first = rows.setdefault(place, row)
            same = (table[first] == table[row]).all() and (table[:, first] == table[:, row]).all()
            if not same:
                raise InvalidProblem("travel", f"rows {first} and {row} are one place but differ")
        table.flags.writeable = False
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "symmetric", bool((table == table.T).all()))
        object.__setattr__(self, "_row", rows)

    def seconds(self, origins: Sequence[Location], destinations: Sequence[Location]) -> Seconds:
        """Return whole seconds, shape (origins, destinations); raises UnknownPlace."""
        return self.table[np.ix_(self.rows_of(origins), self.rows_of(destinations))]

    def between(self, origin: Location, destination: Location) -> int:
        """Return the seconds of one trip; raises UnknownPlace."""
        row, column = self.rows_of((origin, destination))
        return int(self.table[row, column])

    def along(self, places: Sequence[Location]) -> list[int]:
        """Return the whole seconds of every leg of a way through these places."""
        rows = self.rows_of(places)
        legs: list[int] = self.table[rows[:-1], rows[1:]].tolist()
        return legs

    def rows_of(self, places: Iterable[Location]) -> list[int]:
        """Return the row of each place; raises UnknownPlace."""
        try:
            return [self._row[place] for place in places]
        except KeyError as missing:
            raise UnknownPlace(f"the matrix has no {missing.args[0]}") from None


def require_matrix(table: Seconds, size: int) -> None:
    """Raise InvalidProblem unless `table` is square, in range and 0 on its diagonal."""
    if table.shape != (size, size):
        fault = f"seconds has shape {table.shape}, order names {size} places"
        raise InvalidProblem("travel", fault)
    if (table < 0).any() or np.diagonal(table).any():
        raise InvalidProblem("travel", "seconds must not be negative, and 0 on the diagonal")
    if table.max(initial=0) > LONGEST_WAY:
        raise InvalidProblem("travel", f"seconds must not be above {LONGEST_WAY}")


def shortest_paths(table: Seconds) -> Seconds:
    """Return the closure of a matrix under driving through other places (Floyd-Warshall)."""
    closed = table.copy()
    for via in range(len(closed)):
        np.minimum(closed, closed[:, via, None] + closed[None, via, :], out=closed)
    return closed


def closed(travel: TravelTimes, places: Sequence[Location]) -> Matrix:
    """Return a closed Matrix over these places: what promises need when `travel` is a service."""
    distinct = tuple(dict.fromkeys(places))
    return Matrix(distinct, travel.seconds(distinct, distinct))
