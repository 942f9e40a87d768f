"""Travel times between places: straight lines with a speed profile, or a given matrix."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, overload

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidProblem, UnknownPlace

Seconds = NDArray[np.int64]
Floats = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Location:
    """A place in WGS84 degrees."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):  # also refuses NaN
            raise InvalidProblem("place", f"lat {self.lat}, lon {self.lon} is not on earth")


class TravelTimes(Protocol):
    """Whole seconds between places; the same place is 0 and the triangle inequality holds."""

    def seconds(self, origins: Sequence[Location], destinations: Sequence[Location]) -> Seconds:
        """Return an int64 array of shape (origins, destinations)."""

    def between(self, origin: Location, destination: Location) -> int:
        """Return the seconds of one trip, equal to what `seconds` says."""


@dataclass(frozen=True, slots=True, eq=False)
class Places(Sequence[Location]):
    """Locations with their radians at hand, so that a long row of them is not converted twice."""

    locations: tuple[Location, ...]
    lat: Floats
    lon: Floats

    @staticmethod
    def of(locations: Sequence[Location]) -> Places:
        """Return the same locations as Places (itself when it is one already)."""
        if isinstance(locations, Places):
            return locations
        degrees = np.array([(one.lat, one.lon) for one in locations], dtype=np.float64)
        lat, lon = np.radians(degrees.reshape(-1, 2)).T
        return Places(tuple(locations), lat, lon)

    @staticmethod
    def joined(parts: Sequence[Places]) -> Places:
        """Return all parts after one another."""
        if not parts:
            return Places.of(())
        locations = tuple(itertools.chain.from_iterable(part.locations for part in parts))
        lat = np.concatenate([part.lat for part in parts])
        return Places(locations, lat, np.concatenate([part.lon for part in parts]))

    def __len__(self) -> int:
        return len(self.locations)

    @overload
    def __getitem__(self, index: int) -> Location: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Location]: ...
    def __getitem__(self, index: int | slice) -> Location | Sequence[Location]:
        return self.locations[index]


@dataclass(frozen=True, slots=True)
class GreatCircle:
    """Haversine line x `detour` at a speed that depends on the length of the trip.

    `speed_kmh` holds (road km, km/h) points; the speed is interpolated between them over road km
    and flat outside. Seconds are rounded up. A profile is refused unless longer trips are neither
    quicker nor slower per km than shorter ones: that is what keeps the triangle inequality.
    """

    detour: float = 1.3
    speed_kmh: tuple[tuple[float, float], ...] = ((2.0, 25.0), (20.0, 80.0))

    def __post_init__(self) -> None:
        if not (math.isfinite(self.detour) and self.detour >= 1):
            raise InvalidProblem("travel", "detour must be 1 or more")
        require_metric_profile(self.speed_kmh)

    def road_km(self, origins: Sequence[Location], destinations: Sequence[Location]) -> Floats:
        """Return the road kilometres, shape (origins, destinations)."""
        a, b = Places.of(origins), Places.of(destinations)
        half_lat = (a.lat[:, None] - b.lat[None, :]) / 2
        half_lon = (a.lon[:, None] - b.lon[None, :]) / 2
        cosines = np.cos(a.lat)[:, None] * np.cos(b.lat)[None, :]
        chord = np.sin(half_lat) ** 2 + cosines * np.sin(half_lon) ** 2
        km: Floats = np.arcsin(np.sqrt(np.minimum(chord, 1.0))) * (2 * EARTH_RADIUS_KM)
        return km * self.detour

    def seconds(self, origins: Sequence[Location], destinations: Sequence[Location]) -> Seconds:
        """Return whole seconds, rounded up, shape (origins, destinations)."""
        km = self.road_km(origins, destinations)
        lengths, speeds = zip(*self.speed_kmh, strict=True)
        rounded: Seconds = np.ceil(km * 3600 / np.interp(km, lengths, speeds)).astype(np.int64)
        return rounded

    def between(self, origin: Location, destination: Location) -> int:
        """Return the whole seconds of one trip."""
        return int(self.seconds((origin,), (destination,))[0, 0])

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
        object.__setattr__(self, "_row", rows)

    def seconds(self, origins: Sequence[Location], destinations: Sequence[Location]) -> Seconds:
        """Return whole seconds, shape (origins, destinations); raises UnknownPlace."""
        return self.table[np.ix_(self.rows_of(origins), self.rows_of(destinations))]

    def between(self, origin: Location, destination: Location) -> int:
        """Return the seconds of one trip; raises UnknownPlace."""
        row, column = self.rows_of((origin, destination))
        return int(self.table[row, column])

    def rows_of(self, places: Iterable[Location]) -> list[int]:
        """Return the row of each place; raises UnknownPlace."""
        try:
            return [self._row[place] for place in places]
        except KeyError as missing:
            raise UnknownPlace(f"the matrix has no {missing.args[0]}") from None


def require_matrix(table: Seconds, size: int) -> None:
    """Raise InvalidProblem unless `table` is square, not negative and 0 on its diagonal."""
    if table.shape != (size, size):
        fault = f"seconds has shape {table.shape}, order names {size} places"
        raise InvalidProblem("travel", fault)
    if (table < 0).any() or np.diagonal(table).any():
        raise InvalidProblem("travel", "seconds must not be negative, and 0 on the diagonal")


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
