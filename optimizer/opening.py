"""Which windows open where, and how many places they have: the steering wheel, seen from above.

A greedy model, chosen over CP-SAT for this size (some 20 regions x 50 days) because it repeats
exactly, needs no solver, and every place has a reason. Three rounds:
1. what is published stays;
2. choice floor: in any ten working days every region with due visits has three open days on
   different weekdays, with a morning and an afternoon, as far as capacity permits;
3. demand: places are added evenly to open days until 1.15 x what is due, and further days open
   where that does not suffice.
A region opens on the day that costs least: an empty one, else one whose regions lie near.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer.opening_values import Day, Opened, Published, Reason, Region, Rules
from optimizer.problem import TimeWindow
from optimizer.travel import GreatCircle

__all__ = ["Day", "Opened", "Published", "Reason", "Region", "Rules", "openings"]

NOON = 12 * 3600

# region, row of the day, row of the window
Cell = tuple[str, int, int]


class Openings:
    """The places given so far, and the seconds that are left in each half of each day."""

    def __init__(
        self,
        regions: Sequence[Region],
        days: Sequence[Day],
        windows: Sequence[TimeWindow],
        rules: Rules,
    ) -> None:
        self.regions = {one.id: one for one in regions}
        self.days = sorted(days, key=lambda day: day.date)
        self.windows = sorted(windows, key=lambda window: window.start)
        self.rules = rules
        keep = 1 - rules.reserve
        self.left = [
            [
                day.morning_s * keep - day.booked_morning_s if day.workday else 0.0,
                day.afternoon_s * keep - day.booked_afternoon_s if day.workday else 0.0,
            ]
            for day in self.days
        ]
        self.places: dict[Cell, int] = {}
        self.reasons: dict[Cell, Reason] = {}
        self.free = dict.fromkeys(self.regions, 0)
        places = [one.centroid for one in regions]
        km = GreatCircle().road_km(places, places).tolist()
        names = [one.id for one in regions]
        self.km = {(a, b): km[i][j] for i, a in enumerate(names) for j, b in enumerate(names)}

    def keep_published(self, published: Iterable[Published]) -> None:
        """Enter what is published; free places use up their seconds, taken ones are booked."""
        rows = {day.date: row for row, day in enumerate(self.days)}
        starts = {window.start: row for row, window in enumerate(self.windows)}
        for one in published:
            if one.date in rows and one.region in self.regions and one.window_start_s in starts:
                cell = one.region, rows[one.date], starts[one.window_start_s]
                self.places[cell], self.reasons[cell] = one.places, Reason.PUBLISHED
                free = max(one.places - one.taken, 0)
                self.free[one.region] += free
                self.left[cell[1]][self.half(cell[2])] -= free * self.cost_s(one.region)

    def half(self, window: int) -> int:
        """Return 0 for a window that starts in the morning, 1 for the afternoon."""
        return int(self.windows[window].start >= NOON)

    def cost_s(self, region: str) -> int:
        """Return the seconds that one place of a region takes."""
        return self.regions[region].service_s + self.regions[region].travel_s

    def availability(self, region: str, day: int) -> float:
        """Return the share of a region's customers who can be at home."""
        return self.days[day].availability.get(region, 1.0)

    def has_room(self, cell: Cell) -> bool:
        """Whether one more place fits the day, and the most that a window may have."""
        region, day, window = cell
        most = int(self.rules.most_places * self.availability(region, day))
        seconds = self.left[day][self.half(window)]
        return seconds >= self.cost_s(region) and self.places.get(cell, 0) < most

    def add(self, cell: Cell, reason: Reason) -> None:
        """Give one more place."""
        region, day, window = cell
        self.places[cell] = self.places.get(cell, 0) + 1
        if self.reasons.get(cell) in (None, Reason.PUBLISHED):
            self.reasons[cell] = reason
        self.free[region] += 1
        self.left[day][self.half(window)] -= self.cost_s(region)

    def is_open(self, region: str, day: int) -> bool:
        """Whether a region has any place on a day."""
        return any(self.places.get((region, day, row)) for row in range(len(self.windows)))

    def cells(self, region: str, day: int) -> list[Cell]:
        """Return a day's cells, the emptiest first, mornings and afternoons in turn."""
        every = [(region, day, row) for row in range(len(self.windows))]
        cells = [cell for cell in every if self.has_room(cell)]
        by_half = [[cell for cell in cells if self.half(cell[2]) == half] for half in (0, 1)]
        turn = {cell: rank for side in by_half for rank, cell in enumerate(side)}
        return sorted(cells, key=lambda cell: (self.places.get(cell, 0), turn[cell], cell[2]))

    def open_day(self, region: str, day: int, reason: Reason) -> None:
        """Open a region on a day with its first places."""
        for _ in range(self.rules.first_places):
            cells = self.cells(region, day)
            if cells:
                self.add(cells[0], reason)

    def price(self, region: str, day: int) -> tuple[int, float, int]:
        """Return what opening costs: halves without room, km and lost customers, earliness."""
        halves = self.halves_with_room(region, day)
        others = [one for one in self.regions if one != region and self.is_open(one, day)]
        nearest = min((self.km[region, one] for one in others), default=0.0)
        away = 20.0 * (1 - self.availability(region, day))
        return 2 - len(halves), nearest + 10.0 * len(others) + away, -day

    def halves_with_room(self, region: str, day: int) -> set[int]:
        """Return the halves (0, 1) of a day in which a place could be added."""
        return {self.half(cell[2]) for cell in self.cells(region, day)}

    def halves_open(self, region: str, days: Iterable[int]) -> set[int]:
        """Return the halves (0, 1) in which a region has places on any of these days."""
        rows = range(len(self.windows))
        return {
            self.half(row) for day in days for row in rows if self.places.get((region, day, row))
        }

    def thickness(self, cell: Cell) -> tuple[float, Cell]:
        """Return how full a cell would be with one more place, for the customers at home then."""
        share = max(self.availability(cell[0], cell[1]), 0.01)
        return (self.places.get(cell, 0) + 1) / share, cell


def openings(
    regions: Sequence[Region],
    days: Sequence[Day],
    windows: Sequence[TimeWindow],
    published: Iterable[Published] = (),
    rules: Rules | None = None,
) -> tuple[Opened, ...]:
    """Return all places per region, date and window, ordered so; the same input, the same answer.

    Published places never sink. A day without technicians or work opens nothing new. Regions
    without due visits open nothing new either.
    """
    state = Openings(regions, days, windows, rules or Rules())
    state.keep_published(published)
    wanted = sorted((one for one in regions if one.due), key=lambda one: (-one.due, one.id))
    for span in spans(state):
        for region in wanted:
            keep_floor(state, region.id, span)
    for region in wanted:
        meet_demand(state, region)
    return tuple(
        Opened(region, state.days[day].date, state.windows[row].start, places, state.reasons[cell])
        for cell, places in sorted(state.places.items())
        for region, day, row in [cell]
    )


def spans(state: Openings) -> list[list[int]]:
    """Return every run of ten working days, as rows of days; one short run if there are fewer."""
    rows = [row for row, day in enumerate(state.days) if day.workday]
    length = state.rules.floor_span
    return [rows[first : first + length] for first in range(max(len(rows) - length + 1, 1))]


def keep_floor(state: Openings, region: str, span: list[int]) -> None:
    """Open days until the span has enough weekdays, mornings and afternoons, or no room is left."""
    while True:
        open_days = [day for day in span if state.is_open(region, day)]
        weekdays = {state.days[day].date.weekday() for day in open_days}
        spare = [day for day in span if day not in open_days and state.cells(region, day)]
        if len(weekdays) < state.rules.floor_days:
            spare = [day for day in spare if state.days[day].date.weekday() not in weekdays]
        else:
            lacking = {0, 1} - state.halves_open(region, open_days)
            spare = [day for day in spare if lacking & state.halves_with_room(region, day)]
        if not spare:
            return
        best = min(spare, key=lambda day: state.price(region, day))
        state.open_day(region, best, Reason.CHOICE)


def meet_demand(state: Openings, region: Region) -> None:
    """Add places one by one where a region is thinnest, on open days first, then on new ones."""
    target = region.due * state.rules.spare_places
    while state.free[region.id] < target:
        open_days = [day for day in range(len(state.days)) if state.is_open(region.id, day)]
        cells = [cell for day in open_days for cell in state.cells(region.id, day)]
        if cells:
            state.add(min(cells, key=state.thickness), Reason.DEMAND)
            continue
        shut = [day for day in range(len(state.days)) if day not in open_days]
        shut = [day for day in shut if state.cells(region.id, day)]
        if not shut:
            return
        best = min(shut, key=lambda day: state.price(region.id, day))
        state.open_day(region.id, best, Reason.DEMAND)
