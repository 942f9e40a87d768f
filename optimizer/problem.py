"""One branch-day to plan: places, windows, visits, technicians."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from optimizer.errors import InvalidProblem, UnknownName
from optimizer.travel import Location, TravelTimes

__all__ = ["Location", "Lunch", "Problem", "Technician", "TimeWindow", "Visit"]

# Times beyond this are mistakes (about 30 years) and would come near the sentinels of `slack`.
LARGEST_SECOND = 10**9


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A closed interval of whole seconds since local midnight; start == end is one moment."""

    start: int
    end: int

    def __post_init__(self) -> None:
        require_whole("window", start=self.start, end=self.end)
        if self.end < self.start:
            raise InvalidProblem("window", f"end {self.end} lies before start {self.start}")


@dataclass(frozen=True, slots=True)
class Lunch:
    """A break of `seconds` that starts within `window`, outside service, anywhere."""

    seconds: int
    window: TimeWindow

    def __post_init__(self) -> None:
        require_whole("lunch", seconds=self.seconds)
        if self.seconds <= 0:
            raise InvalidProblem("lunch", "seconds must be positive")


@dataclass(frozen=True, slots=True)
class Visit:
    """A service of `service_s` seconds at a place; it begins within one of `windows`.

    A visit that is not `optional` is a promise. `prize_s` is what leaving an optional visit out
    costs. `load` is taken from the technician's `capacity` (benchmarks and parts; 0 = nothing).
    """

    id: str
    place: Location
    service_s: int
    windows: tuple[TimeWindow, ...]
    skills: frozenset[str] = frozenset()
    optional: bool = False
    prize_s: int = 0
    pinned_technician: str | None = None
    load: int = 0

    def __post_init__(self) -> None:
        where = f"visit {self.id!r}"
        if not self.id:
            raise InvalidProblem(where, "id must not be empty")
        require_whole(where, service_s=self.service_s, prize_s=self.prize_s, load=self.load)
        require_service(where, self.service_s, self.windows)
        if min(self.prize_s, self.load) < 0:
            raise InvalidProblem(where, "prize_s and load must not be negative")


@dataclass(frozen=True, slots=True)
class Technician:
    """Somebody who leaves `start` at shift.start or later and is at `end` by shift.end."""

    id: str
    start: Location
    end: Location
    shift: TimeWindow
    lunch: Lunch | None = None
    skills: frozenset[str] = frozenset()
    capacity: int | None = None

    def __post_init__(self) -> None:
        where = f"technician {self.id!r}"
        if not self.id:
            raise InvalidProblem(where, "id must not be empty")
        if self.lunch and self.lunch.window.end < self.shift.start:
            raise InvalidProblem(where, "lunch.window ends before the shift: give no lunch")
        if self.capacity is not None:
            require_whole(where, capacity=self.capacity)
            if self.capacity < 0:
                raise InvalidProblem(where, "capacity must not be negative")

    def may_serve(self, skills: Collection[str], pinned_technician: str | None) -> bool:
        """Tell whether skills and pinning allow this technician to do the visit at all."""
        return pinned_technician in (None, self.id) and self.skills.issuperset(skills)


@dataclass(frozen=True, slots=True)
class Problem:
    """One branch-day. Ids are unique among visits and among technicians."""

    name: str
    date: datetime.date | None
    technicians: tuple[Technician, ...]
    visits: tuple[Visit, ...]
    travel: TravelTimes
    _visit_row: dict[str, int] = field(init=False, repr=False, compare=False)
    _technician_row: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        visit_row = rows_by_id("visits", [visit.id for visit in self.visits])
        technician_row = rows_by_id("technicians", [one.id for one in self.technicians])
        object.__setattr__(self, "_visit_row", visit_row)
        object.__setattr__(self, "_technician_row", technician_row)
        for row, visit in enumerate(self.visits):
            if visit.pinned_technician not in {None, *technician_row}:
                fault = f"pinned_technician {visit.pinned_technician!r} is no technician"
                raise InvalidProblem(f"visits[{row}] {visit.id!r}", fault)

    def visit_row(self, visit: str) -> int:
        """Return the place of a visit in `visits`; raises UnknownName."""
        return row_of(self._visit_row, "visit", visit)

    def technician_row(self, technician: str) -> int:
        """Return the place of a technician in `technicians`; raises UnknownName."""
        return row_of(self._technician_row, "technician", technician)

    def visit(self, visit: str) -> Visit:
        """Return the visit with this id; raises UnknownName."""
        return self.visits[self.visit_row(visit)]

    def technician(self, technician: str) -> Technician:
        """Return the technician with this id; raises UnknownName."""
        return self.technicians[self.technician_row(technician)]


def require_whole(where: str, **values: int) -> None:
    """Raise InvalidProblem unless every value is a whole number of a sensible size."""
    for name, value in values.items():
        if type(value) is not int:
            raise InvalidProblem(where, f"{name} must be a whole number, not {value!r}")
        if abs(value) > LARGEST_SECOND:
            raise InvalidProblem(where, f"{name} {value} is out of range")


def require_service(where: str, service_s: int, windows: Iterable[TimeWindow]) -> None:
    """Raise InvalidProblem unless a service has a duration and a window to begin in."""
    if service_s <= 0:
        raise InvalidProblem(where, "service_s must be positive")
    if not windows:
        raise InvalidProblem(where, "windows must not be empty")


def rows_by_id(field_name: str, ids: list[str]) -> dict[str, int]:
    """Return the row of every id; raises InvalidProblem for an id that occurs twice."""
    rows: dict[str, int] = {}
    for row, name in enumerate(ids):
        if name in rows:
            fault = f"id is taken by {field_name}[{rows[name]}]"
            raise InvalidProblem(f"{field_name}[{row}] {name!r}", fault)
        rows[name] = row
    return rows


def row_of(rows: dict[str, int], kind: str, name: str) -> int:
    """Return the row of an id; raises UnknownName."""
    try:
        return rows[name]
    except KeyError:
        raise UnknownName(f"the problem has no {kind} {name!r}") from None
