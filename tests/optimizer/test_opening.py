from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidProblem
from optimizer.opening import Day, Opened, Published, Reason, Region, Rules, openings
from optimizer.problem import Location, TimeWindow

HOUR = 3600
WINDOWS = tuple(TimeWindow(hour * HOUR, (hour + 2) * HOUR) for hour in (8, 10, 12, 14))
MONDAY = datetime.date(2027, 3, 1)


def weeks(count: int, technicians: int = 4, **changes: object) -> list[Day]:
    """Return whole weeks from a Monday; a technician brings four hours to each half of a day."""
    half = technicians * 4 * HOUR
    dates = [MONDAY + datetime.timedelta(days=row) for row in range(7 * count)]
    return [replace(Day(one, one.weekday() < 5, half, half), **changes) for one in dates]


def region(name: str, due: int = 20, lat: float = 52.0, lon: float = 5.0) -> Region:
    return Region(name, due, Location(lat, lon), service_s=2700, travel_s=900)


def open_dates(found: tuple[Opened, ...], name: str) -> set[datetime.date]:
    return {one.date for one in found if one.region == name and one.places}


def seconds_by_half(found: tuple[Opened, ...]) -> dict[tuple[datetime.date, bool], int]:
    """Return the seconds that places take per date and half; a place of `region` takes 3,600."""
    used: dict[tuple[datetime.date, bool], int] = defaultdict(int)
    for one in found:
        used[one.date, one.window_start_s >= 12 * HOUR] += 3600 * one.places
    return used


@settings(max_examples=30, deadline=None)
@given(due=st.lists(st.integers(1, 60), min_size=1, max_size=6), length=st.integers(2, 4))
def test_any_ten_working_days_offer_three_weekdays_with_a_morning_and_an_afternoon(due, length):
    regions = [region(f"r{row}", count, 52 + row / 20) for row, count in enumerate(due)]
    days = weeks(length, technicians=6)
    found = openings(regions, days, WINDOWS)
    working = [day.date for day in days if day.workday]
    for first in range(len(working) - 9):
        span = set(working[first : first + 10])
        for one in regions:
            mine = [cell for cell in found if cell.region == one.id and cell.date in span]
            assert len({cell.date.weekday() for cell in mine}) >= 3
            assert {cell.window_start_s >= 12 * HOUR for cell in mine} == {False, True}


def test_weekends_and_days_without_technicians_stay_shut():
    days = [replace(day, morning_s=0) if day.date == MONDAY else day for day in weeks(2)]
    found = openings([region("r", due=200)], days, WINDOWS)
    assert all(one.date.weekday() < 5 for one in found)
    assert all(one.window_start_s >= 12 * HOUR for one in found if one.date == MONDAY)
    assert openings([region("r")], weeks(2, technicians=0), WINDOWS) == ()


def test_a_reserve_for_breakdowns_stays_free():
    found = openings([region("r", due=10_000)], weeks(2), WINDOWS, rules=Rules(reserve=0.25))
    assert max(seconds_by_half(found).values()) <= 0.75 * 4 * 4 * HOUR


def test_what_is_booked_already_leaves_fewer_places():
    crowd = [region("r", due=10_000)]
    free = sum(one.places for one in openings(crowd, weeks(2), WINDOWS))
    booked = weeks(2, booked_morning_s=8 * HOUR, booked_afternoon_s=8 * HOUR)
    assert 0 < sum(one.places for one in openings(crowd, booked, WINDOWS)) < free


def test_places_reach_what_is_due_and_some_more():
    found = openings([region("r", due=20)], weeks(3), WINDOWS)
    assert sum(one.places for one in found) >= 23
    assert {one.reason for one in found} <= {Reason.CHOICE, Reason.DEMAND}


def test_a_school_holiday_gets_fewer_places_in_its_own_region():
    holiday = {MONDAY + datetime.timedelta(days=row) for row in range(7)}
    days = [
        replace(day, availability={"north": 0.5}) if day.date in holiday else day
        for day in weeks(2, technicians=8)
    ]
    found = openings([region("north", 80), region("south", 80, 51.0)], days, WINDOWS)
    places = {
        (name, within): sum(
            one.places for one in found if one.region == name and (one.date in holiday) is within
        )
        for name in ("north", "south")
        for within in (True, False)
    }
    assert places["north", True] < places["north", False]
    assert places["north", True] < places["south", True]


def test_neighbouring_regions_share_their_days():
    # two pairs, 100 km apart: with one technician a day holds few regions
    pairs = [region("a1"), region("a2", lat=52.01), region("b1", lat=53.0), region("b2", lat=53.01)]
    found = openings(pairs, weeks(2, technicians=3), WINDOWS)
    together = len(open_dates(found, "a1") & open_dates(found, "a2"))
    apart = len(open_dates(found, "a1") & open_dates(found, "b1"))
    assert together >= apart


def test_published_places_never_sink():
    day = weeks(2)[1].date
    kept = [Published("r", day, 8 * HOUR, places=5, taken=2)]
    (one,) = (
        cell
        for cell in openings([region("r", due=0)], weeks(2, technicians=0), WINDOWS, kept)
        if cell.places
    )
    assert one == Opened("r", day, 8 * HOUR, 5, Reason.PUBLISHED)


@settings(max_examples=20, deadline=None)
@given(due=st.integers(0, 80), later=st.integers(0, 80))
def test_opening_again_only_raises_places(due, later):
    first = openings([region("r", due), region("s", 30, 52.2)], weeks(2), WINDOWS)
    shown = [Published(one.region, one.date, one.window_start_s, one.places) for one in first]
    again = openings([region("r", later), region("s", 5, 52.2)], weeks(2), WINDOWS, shown)
    places = {(one.region, one.date, one.window_start_s): one.places for one in again}
    for one in first:
        assert places[one.region, one.date, one.window_start_s] >= one.places


def test_published_places_of_unknown_days_regions_and_windows_are_left_alone():
    strange = [
        Published("nowhere", MONDAY, 8 * HOUR, 3),
        Published("r", datetime.date(2030, 1, 1), 8 * HOUR, 3),
        Published("r", MONDAY, 9 * HOUR, 3),
    ]
    assert openings([region("r", due=0)], weeks(2), WINDOWS, strange) == ()


def test_the_order_of_the_input_does_not_matter():
    regions = [region(f"r{row}", 10 + row % 2, 52 + row / 10) for row in range(4)]
    days = weeks(2)
    assert openings(regions, days, WINDOWS) == openings(regions[::-1], days[::-1], WINDOWS[::-1])


def test_a_region_without_duration_and_a_share_above_one_are_refused():
    with pytest.raises(InvalidProblem, match="region 'r': service_s must be positive"):
        Region("r", 1, Location(52, 5), 0, 0)
    with pytest.raises(InvalidProblem, match="availability must lie within 0 and 1"):
        Day(MONDAY, True, 0, 0, availability={"r": 1.5})
