"""Several ticked windows, one for each: compared with trying everything."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from optimizer import batch
from optimizer.batch import Assignment, assigned
from optimizer.check import violations
from optimizer.insertion import Candidate
from optimizer.wishes import Day
from tests.optimizer.evenings import Evening, evening, least_travel, travel_of

AMPLE = 60.0  # seconds: the number of steps ends the search, so equal seeds give equal answers


def answer(given: Evening, seed: int = 1, seconds: float = AMPLE) -> Assignment:
    days, waiting, places = given
    return assigned(days, waiting, places, seconds=seconds, seed=seed)


@pytest.mark.parametrize("seed", range(8))
def test_it_finds_what_trying_everything_finds(seed: int) -> None:
    given = evening(seed)
    days, waiting, places = given
    assert answer(given).travel_s == least_travel(days, waiting, places)


@pytest.mark.parametrize("seed", range(12, 16))
def test_it_finds_it_with_two_technicians_and_few_places(seed: int) -> None:
    days, waiting, places = evening(seed, crew=2, stops=4)
    held = Counter(one.held.opening for one in waiting if one.held)
    tight = {name: max(1, held[name]) for name in places}
    found = assigned(days, waiting, tight, seconds=AMPLE, seed=1)
    assert found.travel_s == least_travel(days, waiting, tight)


@pytest.mark.parametrize("seed", range(20, 26))
def test_nobody_loses_the_window_that_is_held_and_no_rule_is_broken(seed: int) -> None:
    given = evening(seed, people=12, days=4, ticks=4, crew=3, stops=12)
    days, waiting, places = given
    found = answer(given, seconds=0.4)
    assert set(found.chosen) == {one.id for one in waiting}
    assert all(found.chosen[one.id] in one.wishes for one in waiting)
    assert [fault for day in found.days for fault in violations(day.problem, day.plan)] == []
    taken = Counter(wish.opening for wish in found.chosen.values())
    assert all(number <= places[name] for name, number in taken.items())
    assert found.held_travel_s == travel_of(days)
    assert found.travel_s == travel_of(found.days) <= found.held_travel_s


@pytest.mark.parametrize("seed", range(3))
def test_the_windows_of_others_and_their_order_stay(seed: int) -> None:
    given = evening(seed, people=5, stops=5)
    for before, after in zip(given[0], answer(given).days, strict=True):
        for route in before.plan.routes:
            others = [name for name in route.visits if name.startswith("p")]
            kept = after.plan.route_of(route.technician).visits
            assert [name for name in kept if name.startswith("p")] == others


def test_the_same_seed_gives_the_same_answer() -> None:
    given = evening(5, people=6, days=3, stops=4)
    first, again = answer(given, seed=3), answer(given, seed=3)
    assert first.chosen == again.chosen
    assert [day.plan for day in first.days] == [day.plan for day in again.days]


def test_without_time_the_answer_is_no_worse_than_what_is_held() -> None:
    given = evening(5, people=6, days=3, stops=4)
    found = answer(given, seconds=0.0)
    assert len(found.chosen) == len(given[1])
    assert found.travel_s <= found.held_travel_s


def test_an_opening_without_a_place_goes_to_nobody() -> None:
    days, waiting, _ = evening(3)
    only_held = Counter(one.held.opening for one in waiting if one.held)
    found = assigned(days, waiting, only_held, seconds=AMPLE)
    assert Counter(wish.opening for wish in found.chosen.values()) == only_held


def test_whoever_lost_the_technician_of_the_held_window_gets_another() -> None:
    days, waiting, places = evening(4, people=1, crew=2)
    [one] = waiting
    assert one.held
    away = days[one.held.day]
    days[one.held.day] = Day(away.problem, away.plan.without([one.stop]))
    found = assigned(days, waiting, places, seconds=AMPLE)
    assert found.chosen[one.id] in one.wishes
    assert violations(found.days[one.held.day].problem, found.days[one.held.day].plan) == ()


def test_whoever_has_nothing_and_fits_nowhere_gets_nothing_and_takes_nothing() -> None:
    days, waiting, places = evening(4, people=2)
    lost = replace(waiting[0], id="lost", service_s=9 * 3600, held=None, stop="")
    found = assigned(days, [*waiting, lost], places, seconds=AMPLE)
    assert set(found.chosen) == {one.id for one in waiting}


def test_nobody_waits_and_nothing_changes() -> None:
    days, _, places = evening(4, people=0)
    found = assigned(days, [], places, seconds=AMPLE)
    assert found.chosen == {}
    assert found.travel_s == found.held_travel_s == travel_of(days)


def test_what_check_objects_to_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a search that puts everybody in without looking, what is held is the answer."""
    given = evening(6, people=4)
    held = {one.id: one.held for one in given[1]}
    look = batch.DayRoutes.places

    def blind(day: batch.DayRoutes, name: str, asked: Candidate) -> object:
        found = look(day, name, asked)
        first = day.problem.technicians[0].id
        return {window: batch.Place(-9999, first, 0) for window in asked.windows} or found

    monkeypatch.setattr(batch.DayRoutes, "places", blind)
    assert answer(given).chosen == held
