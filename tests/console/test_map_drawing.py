"""The map's geometry: north is up, distances are true, nothing lies on top of something else."""

from __future__ import annotations

import math
import random
from itertools import combinations, pairwise

import pytest

from portal.console.map_drawing import (
    BORDER,
    HEIGHT,
    NEAR,
    WIDTH,
    MappedRoute,
    MappedVisit,
    Projection,
    free_spot,
    letter_of,
    map_drawing,
    projection_of,
    scale_bar,
    shape_of,
)

UTRECHT, ZEIST, KAMPEN = (52.0907, 5.1213), (52.0893, 5.2320), (52.5558, 5.9115)


def visit(place: tuple[float, float], city: str = "Utrecht") -> MappedVisit:
    return MappedVisit(place, city, "Ann, 08:10", "/x")


def route(*places: tuple[float, float], number: int = 0) -> MappedRoute:
    return MappedRoute(number, "Anouk", UTRECHT, UTRECHT, tuple(visit(place) for place in places))


def test_without_visits_there_is_no_map():
    assert map_drawing([]) is None
    assert map_drawing([route()]) is None


def test_north_is_up_and_east_is_right():
    projection = projection_of([UTRECHT, KAMPEN])
    (x, y), (other_x, other_y) = projection.point(UTRECHT), projection.point(KAMPEN)
    assert other_x > x
    assert other_y < y


def test_every_place_fits_inside_the_border():
    places = [UTRECHT, ZEIST, KAMPEN]
    projection = projection_of(places)
    for x, y in map(projection.point, places):
        assert BORDER - 0.1 <= x <= WIDTH - BORDER + 0.1
        assert BORDER - 0.1 <= y <= HEIGHT - BORDER + 0.1


def test_distances_are_true_to_a_percent():
    projection = projection_of([UTRECHT, ZEIST])
    drawn_km = math.dist(projection.point(UTRECHT), projection.point(ZEIST)) / projection.per_km
    assert drawn_km == pytest.approx(7.57, rel=0.01)  # great circle Utrecht - Zeist


def test_one_address_is_drawn_in_the_middle_without_zooming_in_forever():
    drawing = map_drawing([route(UTRECHT)])
    assert drawing is not None
    assert drawing.routes[0].homes == ((WIDTH / 2, HEIGHT / 2),)
    assert drawing.scale.km <= 1


def test_a_route_runs_from_home_past_every_visit_to_home():
    drawing = map_drawing([route(ZEIST, KAMPEN)])
    assert drawing is not None
    line = drawing.routes[0]
    points = line.points.split()
    assert len(points) == 4
    assert points[0] == points[-1]
    assert [marker.sign for marker in line.markers] == ["A1", "A2"]


def test_a_technician_keeps_letter_and_shape_when_another_stays_at_home():
    drawing = map_drawing([route(), route(ZEIST, number=3)])
    assert drawing is not None
    assert drawing.routes[0].letter == letter_of(3) == "D"
    assert drawing.routes[0].shape == shape_of(3)


def test_neighbouring_routes_differ_by_more_than_colour():
    assert all(shape_of(a) != shape_of(b) for a, b in pairwise(range(10)))
    assert [letter_of(n) for n in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]


def test_markers_of_one_street_do_not_lie_on_top_of_each_other():
    rng = random.Random(1)
    street = [(52.09 + rng.random() / 1e4, 5.12 + rng.random() / 1e4) for _ in range(20)]
    drawing = map_drawing([route(*street, KAMPEN)])
    assert drawing is not None
    markers = drawing.routes[0].markers
    assert all(math.dist(a.at, b.at) >= NEAR for a, b in combinations(markers, 2))
    assert any(marker.is_moved for marker in markers)


def test_a_marker_with_room_stands_where_the_address_is():
    assert free_spot((100, 100), [(200, 200)]) == (100, 100)


def test_a_marker_without_any_room_stays_where_the_address_is():
    crowd = [(float(x), float(y)) for x in range(0, 400, 5) for y in range(0, 400, 5)]
    assert free_spot((200, 200), crowd) == (200, 200)


@pytest.mark.parametrize("per_km", [0.3, 2.0, 17.0, 40.0, 500.0])
def test_the_scale_bar_is_a_round_number_of_a_fitting_length(per_km: float):
    bar = scale_bar(per_km)
    assert float(f"{bar.km:.0e}"[0]) in (1, 2, 5)
    assert 160 / 2.5 - 1 <= bar.length <= 160.1


def test_towns_are_named_once_and_inside_the_drawing():
    visits = tuple(visit(place, city) for place, city in ((UTRECHT, "Utrecht"), (ZEIST, "Zeist")))
    drawing = map_drawing([MappedRoute(0, "Anouk", KAMPEN, KAMPEN, visits + visits)])
    assert drawing is not None
    assert sorted(town.name for town in drawing.towns) == ["Utrecht", "Zeist"]
    for town in drawing.towns:
        assert 0 < town.at[0] < WIDTH
        assert 0 < town.at[1] < HEIGHT


def test_a_projection_is_centred():
    assert Projection(UTRECHT, 10).point(UTRECHT) == (WIDTH / 2, HEIGHT / 2)
