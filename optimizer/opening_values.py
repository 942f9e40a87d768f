"""What opening windows starts from and comes back with."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from optimizer.errors import InvalidProblem
from optimizer.problem import require_whole
from optimizer.travel import Location


class Reason(enum.StrEnum):
    """Why a window has its places."""

    PUBLISHED = "published"
    CHOICE = "choice"
    DEMAND = "demand"


@dataclass(frozen=True, slots=True)
class Region:
    """Part of a branch. `due` counts the visits still to be booked within the days given.

    A place costs `service_s` + `travel_s`: mean service, mean travel between two stops.
    """

    id: str
    due: int
    centroid: Location
    service_s: int
    travel_s: int

    def __post_init__(self) -> None:
        where = f"region {self.id!r}"
        require_whole(where, due=self.due, service_s=self.service_s, travel_s=self.travel_s)
        if self.service_s <= 0 or min(self.due, self.travel_s) < 0:
            raise InvalidProblem(where, "service_s must be positive, due and travel_s 0 or more")


@dataclass(frozen=True, slots=True)
class Day:
    """A date with the technicians' seconds before and after noon, and what is booked of them.

    `availability` is the share of customers of a region who can be at home (school holidays);
    a region that is not in it has 1.0.
    """

    date: datetime.date
    workday: bool
    morning_s: int
    afternoon_s: int
    booked_morning_s: int = 0
    booked_afternoon_s: int = 0
    availability: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(not 0 <= share <= 1 for share in self.availability.values()):
            raise InvalidProblem(f"day {self.date}", "availability must lie within 0 and 1")


@dataclass(frozen=True, slots=True)
class Published:
    """Places that customers may have seen already, and how many of them are taken."""

    region: str
    date: datetime.date
    window_start_s: int
    places: int
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """All places, published ones included, of one window of one region on one day."""

    region: str
    date: datetime.date
    window_start_s: int
    places: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Rules:
    """How to open. `reserve` is kept free for breakdowns (winter 0.25-0.4, summer 0.05)."""

    reserve: float = 0.15
    floor_days: int = 3
    floor_span: int = 10
    first_places: int = 3
    most_places: int = 6
    spare_places: float = 1.15
