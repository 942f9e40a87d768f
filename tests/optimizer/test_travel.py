from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InvalidProblem, UnknownPlace
from optimizer.travel import GreatCircle, Location, Matrix, closed

UTRECHT, AMERSFOORT = Location(52.0907, 5.1214), Location(52.1561, 5.3878)

# The example profile of the day instance format.
PLAIN = GreatCircle(1.3, ((2, 25), (20, 80)))

places = st.builds(Location, st.floats(50, 54), st.floats(3, 8))


def test_seconds_follow_from_road_kilometres_and_the_interpolated_speed():
    travel = PLAIN
    # line 19.58 km by the haversine, 25.46 km by road: beyond 20 km the speed stays 80
    half_lat = math.radians(AMERSFOORT.lat - UTRECHT.lat) / 2
    half_lon = math.radians(AMERSFOORT.lon - UTRECHT.lon) / 2
    cosines = math.cos(math.radians(UTRECHT.lat)) * math.cos(math.radians(AMERSFOORT.lat))
    chord = math.sin(half_lat) ** 2 + cosines * math.sin(half_lon) ** 2
    km = 1.3 * 2 * 6371.0 * math.asin(math.sqrt(chord))
    assert km == pytest.approx(25.46, abs=0.1)
    assert travel.between(UTRECHT, AMERSFOORT) == math.ceil(km * 3600 / 80)
    assert travel.road_metres(UTRECHT, AMERSFOORT) == round(km * 1000)


def test_short_trips_are_slower():
    # 0.01 degree of latitude: 1.112 km of line, 1.4456 km by road at 25 km/h
    travel = PLAIN
    near = Location(52.1007, 5.1214)
    assert travel.between(UTRECHT, near) == math.ceil(1.44556 * 3600 / 25)
    # 0.05 degree: 7.2278 km at 25 + 55 * (7.2278 - 2) / 18 = 40.974 km/h
    assert travel.between(UTRECHT, Location(52.1407, 5.1214)) == math.ceil(7.2278 * 3600 / 40.974)


@given(a=places, b=places, c=places)
def test_no_detour_is_shorter_and_standing_still_takes_no_time(a, b, c):
    seconds = GreatCircle().seconds((a, b, c), (a, b, c))
    assert (np.diagonal(seconds) == 0).all()
    # one second for rounding in the last binary digit of collinear places
    assert seconds[0, 2] <= seconds[0, 1] + seconds[1, 2] + 1
    assert GreatCircle().between(a, c) == seconds[0, 2]


anywhere = st.builds(Location, st.floats(-90, 90), st.floats(-180, 180))


@given(way=st.lists(places | anywhere, min_size=1, max_size=6))
def test_one_by_one_and_in_a_table_times_are_equal_to_the_second(way):
    travel = GreatCircle()
    square = travel.seconds(way, way)
    assert travel.along(way) == square.diagonal(1).tolist()
    assert [travel.between(way[0], one) for one in way] == square[0].tolist()
    assert (square == square.T).all()


@given(a=anywhere, b=anywhere)
def test_lines_are_those_of_the_haversine(a, b):
    half_lat, half_lon = math.radians(a.lat - b.lat) / 2, math.radians(a.lon - b.lon) / 2
    cosines = math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat))
    chord = math.sin(half_lat) ** 2 + cosines * math.sin(half_lon) ** 2
    km = 2 * 6371.0 * math.asin(math.sqrt(min(chord, 1.0)))
    line = GreatCircle(detour=1.0).road_km([a], [b])[0, 0]
    assert line == pytest.approx(km, rel=1e-7, abs=1e-6)


@pytest.mark.parametrize(
    ("profile", "fault"),
    [
        ((), "speed_kmh must not be empty"),
        (((2, 25), (2, 80)), "must rise in length"),
        (((2, 80), (20, 25)), "not fall in speed"),
        (((2, 0),), "speeds above 0"),
        (((2, math.inf),), "speeds above 0"),
        (((10, 10), (11, 100)), "a longer trip is quicker"),
    ],
)
def test_a_profile_that_breaks_the_triangle_inequality_is_refused(profile, fault):
    with pytest.raises(InvalidProblem, match=fault):
        GreatCircle(speed_kmh=profile)


@pytest.mark.parametrize("detour", [0.9, math.nan, math.inf])
def test_a_detour_below_the_straight_line_is_refused(detour):
    with pytest.raises(InvalidProblem, match="detour"):
        GreatCircle(detour)


@pytest.mark.parametrize(("lat", "lon"), [(91, 5), (52, 181), (math.nan, 5)])
def test_a_place_that_is_not_on_earth_is_refused(lat, lon):
    with pytest.raises(InvalidProblem, match="not on earth"):
        Location(lat, lon)


A, B, C = Location(0, 0), Location(0, 1), Location(0, 2)


def test_a_matrix_is_closed_to_shortest_paths():
    table = [[0, 5, 50], [5, 0, 5], [50, 5, 0]]
    assert Matrix((A, B, C), table).between(A, C) == 10
    assert Matrix((A, B, C), table, closure=False).between(A, C) == 50


def test_a_matrix_knows_whether_ways_back_are_as_long():
    assert Matrix((A, B), [[0, 3], [3, 0]]).symmetric
    one_way = Matrix((A, B), [[0, 3], [5, 0]])
    assert not one_way.symmetric
    assert one_way.along([A, B, A, A]) == [3, 5, 0]


def test_a_matrix_answers_for_its_own_places_only():
    with pytest.raises(UnknownPlace, match="lat=0, lon=2"):
        Matrix((A, B), [[0, 1], [1, 0]]).between(A, C)


def test_two_rows_for_one_place_must_agree():
    Matrix((A, A, B), [[0, 0, 3], [0, 0, 3], [2, 2, 0]])
    with pytest.raises(InvalidProblem, match="rows 0 and 1 are one place but differ"):
        Matrix((A, A, B), [[0, 1, 3], [1, 0, 3], [2, 2, 0]])


@pytest.mark.parametrize("table", [[[0, 1]], [[0, -1], [1, 0]], [[1, 1], [1, 0]]])
def test_a_matrix_that_is_no_table_of_times_is_refused(table):
    with pytest.raises(InvalidProblem, match="travel: seconds"):
        Matrix((A, B), table)


def test_any_travel_can_be_closed_over_places():
    raw = Matrix((A, B, C), [[0, 5, 50], [5, 0, 5], [50, 5, 0]], closure=False)
    assert closed(raw, [A, B, C, A]).between(A, C) == 10
