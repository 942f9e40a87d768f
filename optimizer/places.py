"""Where things are, and what travel times between places promise."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, overload

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidProblem

Seconds = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in WGS84 degrees; x, y, z is the same on a globe of radius 1."""

    lat: float
    lon: float
    x: float = field(init=False, repr=False, compare=False)
    y: float = field(init=False, repr=False, compare=False)
    z: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):  # also refuses NaN
            raise InvalidProblem("place", f"lat {self.lat}, lon {self.lon} is not on earth")
        lat, lon = math.radians(self.lat), math.radians(self.lon)
        object.__setattr__(self, "x", math.cos(lat) * math.cos(lon))
        object.__setattr__(self, "y", math.cos(lat) * math.sin(lon))
        object.__setattr__(self, "z", math.sin(lat))


class TravelTimes(Protocol):
    """Whole seconds between places; the same place is 0 and the triangle inequality holds.

    `symmetric` promises that every way back takes as long as the way there.
    """

    @property
    def symmetric(self) -> bool:
        """Whether seconds are the same in both directions, for all places."""

    def seconds(self, origins: Sequence[Location], destinations: Sequence[Location]) -> Seconds:
        """Return an int64 array of shape (origins, destinations)."""

    def between(self, origin: Location, destination: Location) -> int:
        """Return the seconds of one trip, equal to what `seconds` says."""

    def along(self, places: Sequence[Location]) -> list[int]:
        """Return the seconds of every leg of a way through these places, one less than places."""


@dataclass(frozen=True, slots=True, eq=False)
class Places(Sequence[Location]):
    """Locations with their coordinates as arrays, so that a long row is not converted twice."""

    locations: tuple[Location, ...]
    xyz: Floats

    @staticmethod
    def of(locations: Sequence[Location]) -> Places:
        """Return the same locations as Places (itself when it is one already)."""
        if isinstance(locations, Places):
            return locations
        rows = [(one.x, one.y, one.z) for one in locations]
        xyz = np.array(rows, dtype=np.float64).reshape(-1, 3).T
        return Places(tuple(locations), np.ascontiguousarray(xyz))

    @staticmethod
    def joined(parts: Sequence[Places]) -> Places:
        """Return all parts after one another."""
        if not parts:
            return Places.of(())
        locations = tuple(itertools.chain.from_iterable(part.locations for part in parts))
        return Places(locations, np.concatenate([part.xyz for part in parts], axis=1))

    def spliced(self, first: int, last: int, inserted: Sequence[Location]) -> Places:
        """Return the same places with those from `first` to before `last` replaced."""
        locations = (*self.locations[:first], *inserted, *self.locations[last:])
        rows = [
            [one.x for one in inserted],
            [one.y for one in inserted],
            [one.z for one in inserted],
        ]
        xyz = (self.xyz[:, :first], np.array(rows), self.xyz[:, last:])
        return Places(locations, np.concatenate(xyz, axis=1))

    def __len__(self) -> int:
        return len(self.locations)

    @overload
    def __getitem__(self, index: int) -> Location: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Location]: ...
    def __getitem__(self, index: int | slice) -> Location | Sequence[Location]:
        return self.locations[index]
