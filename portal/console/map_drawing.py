"""A day's routes as a map without tiles. Pure geometry: degrees in, positions out.

Positions are in the drawing's own units, from its top left corner. The projection is a local
equirectangular one: over the fifty kilometres of a branch it is true to some hundred metres.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 620
BORDER = 56
KM_PER_DEGREE = 111.32
SMALLEST_KM = 1.0  # a map of one address does not zoom in further than this
MARKER = 13  # a marker's half width
NEAR = 2 * MARKER + 1
BAR_TARGET = 160  # the longest that the scale bar may be
LABEL_LETTER = 8.2
LABEL_HEIGHT = 17
MARKERS = ("circle", "square", "diamond", "hexagon", "triangle")

Degrees = tuple[float, float]  # lat, lon
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MappedVisit:
    """Where a visit is, and the words that go with it."""

    place: Degrees
    city: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class MappedRoute:
    """One technician's way: from `start` along the visits to `end`.

    `number` (from 0) stands for the technician on every day: it gives letter, shape and colour.
    """

    number: int
    name: str
    start: Degrees
    end: Degrees
    visits: tuple[MappedVisit, ...]


@dataclass(frozen=True, slots=True)
class Marker:
    """A numbered marker. `at` is where it is drawn, `place` where the address truly is."""

    visit: MappedVisit
    sign: str
    at: Point
    place: Point

    @property
    def is_moved(self) -> bool:
        """Whether it was put aside for another marker and needs a line to its place."""
        return self.at != self.place


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One route: its line as the `points` of an SVG polyline, its homes and its markers."""

    route: MappedRoute
    letter: str
    shape: str
    points: str
    homes: tuple[Point, ...]
    markers: tuple[Marker, ...]


@dataclass(frozen=True, slots=True)
class TownLabel:
    """A town's name, centred at a point."""

    name: str
    at: Point


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A distance in kilometres and how long it is on the drawing."""

    km: float
    length: float


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """The whole drawing."""

    width: int
    height: int
    routes: tuple[RouteLine, ...]
    towns: tuple[TownLabel, ...]
    scale: ScaleBar


@dataclass(frozen=True, slots=True)
class Projection:
    """From degrees to the drawing: `centre` is in its middle, `per_km` units are a kilometre."""

    centre: Degrees
    per_km: float

    def point(self, place: Degrees) -> Point:
        """Return where a place is on the drawing."""
        north_km = (place[0] - self.centre[0]) * KM_PER_DEGREE
        narrowing = math.cos(math.radians(self.centre[0]))
        east_km = (place[1] - self.centre[1]) * KM_PER_DEGREE * narrowing
        return (
            round(WIDTH / 2 + east_km * self.per_km, 1),
            round(HEIGHT / 2 - north_km * self.per_km, 1),
        )


def map_drawing(routes: Sequence[MappedRoute]) -> MapDrawing | None:
    """Return the drawing of routes that have visits, or None when there is nothing to draw."""
    drawn = [route for route in routes if route.visits]
    if not drawn:
        return None
    projection = projection_of([place for route in drawn for place in _places(route)])
    occupied: list[Point] = []
    lines = tuple(_line(projection, route, occupied) for route in drawn)
    return MapDrawing(
        width=WIDTH,
        height=HEIGHT,
        routes=lines,
        towns=tuple(_towns(lines, occupied)),
        scale=scale_bar(projection.per_km),
    )


def projection_of(places: Sequence[Degrees]) -> Projection:
    """Return the projection in which all places fit inside the border, as large as possible."""
    south, north = min(lat for lat, _ in places), max(lat for lat, _ in places)
    west, east = min(lon for _, lon in places), max(lon for _, lon in places)
    centre = ((south + north) / 2, (west + east) / 2)
    tall_km = (north - south) * KM_PER_DEGREE
    wide_km = (east - west) * KM_PER_DEGREE * math.cos(math.radians(centre[0]))
    per_km = min(
        (WIDTH - 2 * BORDER) / max(wide_km, SMALLEST_KM),
        (HEIGHT - 2 * BORDER) / max(tall_km, SMALLEST_KM),
    )
    return Projection(centre, per_km)


def scale_bar(per_km: float) -> ScaleBar:
    """Return the longest bar of 1, 2 or 5 times a power of ten that is not over its target."""
    longest_km = BAR_TARGET / per_km
    power = 10.0 ** math.floor(math.log10(longest_km))
    km = max(step * power for step in (1, 2, 5) if step * power <= longest_km * (1 + 1e-9))
    return ScaleBar(km, round(km * per_km, 1))


def free_spot(wanted: Point, occupied: Iterable[Point]) -> Point:
    """Return the nearest point on a spiral round `wanted` that keeps clear of occupied ones."""
    taken = tuple(occupied)
    for spot in _spiral(wanted):
        if all(math.dist(spot, other) >= NEAR for other in taken) and _is_inside(spot):
            return spot
    return wanted


def letter_of(number: int) -> str:
    """Return the letter of the route with this number, from 0: A to Z, then AA."""
    tens, ones = divmod(number, 26)
    return (letter_of(tens - 1) if tens else "") + chr(ord("A") + ones)


def shape_of(number: int) -> str:
    """Return the marker's shape of the route with this number, from 0."""
    return MARKERS[number % len(MARKERS)]


def _places(route: MappedRoute) -> Iterator[Degrees]:
    yield route.start
    yield from (visit.place for visit in route.visits)
    yield route.end


def _line(projection: Projection, route: MappedRoute, occupied: list[Point]) -> RouteLine:
    letter = letter_of(route.number)
    points = [projection.point(place) for place in _places(route)]
    markers = []
    for order, (visit, place) in enumerate(zip(route.visits, points[1:-1], strict=True), start=1):
        at = free_spot(place, occupied)
        occupied.append(at)
        markers.append(Marker(visit, f"{letter}{order}", at, place))
    return RouteLine(
        route=route,
        letter=letter,
        shape=shape_of(route.number),
        points=" ".join(f"{x},{y}" for x, y in points),
        homes=tuple(dict.fromkeys((points[0], points[-1]))),
        markers=tuple(markers),
    )


def _spiral(centre: Point) -> Iterator[Point]:
    yield centre
    for turn in range(1, 7):
        for eighth in range(8 * turn):
            angle = eighth * math.tau / (8 * turn)
            reach = turn * NEAR / 1.5
            x, y = centre[0] + reach * math.cos(angle), centre[1] + reach * math.sin(angle)
            yield round(x, 1), round(y, 1)


def _is_inside(point: Point) -> bool:
    return MARKER <= point[0] <= WIDTH - MARKER and MARKER <= point[1] <= HEIGHT - MARKER


def _towns(lines: Sequence[RouteLine], occupied: Sequence[Point]) -> Iterator[TownLabel]:
    """Yield every town's name near its visits, largest first; one without room is left out."""
    places: dict[str, list[Point]] = defaultdict(list)
    for line in lines:
        for marker in line.markers:
            places[marker.visit.city].append(marker.at)
    placed: list[TownLabel] = []
    for city, points in sorted(places.items(), key=lambda one: (-len(one[1]), one[0])):
        for at in _label_spots(points):
            label = TownLabel(city, at)
            if _is_clear(label, occupied, placed):
                placed.append(label)
                yield label
                break


def _label_spots(points: Sequence[Point]) -> Iterator[Point]:
    x = round(sum(x for x, _ in points) / len(points), 1)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    middle = round((top + bottom) / 2, 1)
    for lift in (26, 42, 60):
        yield x, top - lift
        yield x, bottom + lift + 8
    yield x, middle
    for aside in (70, -70, 110, -110):
        yield x + aside, middle


def _is_clear(label: TownLabel, markers: Iterable[Point], placed: Iterable[TownLabel]) -> bool:
    half = _half_width(label)
    x, y = label.at
    if not (half <= x <= WIDTH - half and LABEL_HEIGHT <= y <= HEIGHT - LABEL_HEIGHT):
        return False
    near_marker = any(
        abs(x - mx) < half + MARKER and abs(y - LABEL_HEIGHT / 3 - my) < LABEL_HEIGHT / 2 + MARKER
        for mx, my in markers
    )
    near_label = any(
        abs(x - other.at[0]) < half + _half_width(other) and abs(y - other.at[1]) < LABEL_HEIGHT
        for other in placed
    )
    return not near_marker and not near_label


def _half_width(label: TownLabel) -> float:
    return len(label.name) * LABEL_LETTER / 2
