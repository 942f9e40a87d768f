"""How far apart a region's stops typically are: a measure that grows with the region."""

from __future__ import annotations

import pytest

from optimizer.travel import GreatCircle, Location, TravelTimes
from portal.planning.legs import UNKNOWN_S, typical_leg_s

ROADS = GreatCircle()


def street(addresses: int, step: float) -> list[Location]:
    """Return addresses in a row, `step` degrees of longitude apart."""
    return [Location(52.09, 5.12 + step * number) for number in range(addresses)]


@pytest.mark.parametrize("places", [[], [Location(52.09, 5.12)]])
def test_with_nothing_to_measure_ten_minutes_are_assumed(places: list[Location]):
    assert typical_leg_s(places, ROADS) == UNKNOWN_S == 600


def test_a_wider_region_has_longer_legs():
    near, far = typical_leg_s(street(12, 0.002), ROADS), typical_leg_s(street(12, 0.05), ROADS)
    assert 0 < near < far


def test_two_addresses_are_as_far_apart_as_the_road_between_them():
    places: list[Location] = street(2, 0.05)
    roads: TravelTimes = ROADS
    assert typical_leg_s(places, roads) == roads.seconds(places, places)[0][1]


def test_neighbours_count_and_not_every_pair():
    """Six in a row and one tour through them: five legs of one step, whatever lies at the ends."""
    places = street(6, 0.01)
    ends = int(ROADS.seconds(places, places)[0][5])
    assert typical_leg_s(places, ROADS) < ends / 2


def test_addresses_under_one_roof_still_take_a_moment():
    assert typical_leg_s([Location(52.09, 5.12)] * 4, ROADS) >= 1


def test_the_same_addresses_give_the_same_answer():
    places = street(30, 0.004)
    assert typical_leg_s(places, ROADS) == typical_leg_s(places, ROADS)
    assert typical_leg_s(places, ROADS, seed=1) > 0
