"""What one customer is shown first: cheap for the routes, and still a real choice."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.booking.offer import (
    FEWEST_DAYS,
    FEWEST_PER_HALF,
    FIRST_TIER,
    NEARBY_S,
    OfferedWindow,
    offer_of,
)
from portal.planning.windows import STANDARD_WINDOWS, Window

MONDAY = date(2027, 3, 8)


def window(
    day: int, start: int, extra_travel_s: int = 0, *, joins_route: bool = True
) -> OfferedWindow:
    on = MONDAY + timedelta(days=day)
    period = Window(on, time(start), time(start + 2))
    return OfferedWindow(day * 100 + start, period, extra_travel_s, joins_route)


@st.composite
def agendas(draw: st.DrawFn) -> list[OfferedWindow]:
    days = draw(st.sets(st.integers(0, 40), min_size=0, max_size=12))
    return [
        window(day, start.hour, draw(st.integers(-600, 4000)))
        for day in sorted(days)
        for start, _ in STANDARD_WINDOWS
        if draw(st.booleans())
    ]


def test_nothing_to_choose_is_an_empty_offer() -> None:
    assert offer_of([]).is_empty


def test_the_cheapest_window_is_always_shown_first() -> None:
    offer = offer_of([window(day, 8, 1000 - day) for day in range(20)])
    assert offer.best[0].extra_travel_s == 981


def test_near_means_a_few_minutes_of_extra_travel() -> None:
    assert window(0, 8, NEARBY_S).is_nearby
    assert not window(0, 8, NEARBY_S + 1).is_nearby


def test_nobody_is_near_on_a_day_without_other_visits() -> None:
    assert not window(0, 8, 0, joins_route=False).is_nearby


def test_dear_mornings_are_added_when_all_cheap_windows_are_in_the_afternoon() -> None:
    cheap = [window(day, 14, day) for day in range(10)]
    dear = [window(day, 8, 3000) for day in range(10)]
    mornings = [one for one in offer_of(cheap + dear).best if one.window.is_morning]
    assert len(mornings) == FEWEST_PER_HALF


def test_examples_are_on_different_dates() -> None:
    offer = offer_of([window(day, hour, day) for day in range(5) for hour in (8, 10, 12, 14)])
    assert len({one.date for one in offer.examples}) == len(offer.examples) == 3


@given(agendas())
def test_all_windows_are_in_the_offer_once_and_in_order(agenda: list[OfferedWindow]) -> None:
    shown = [one for day in offer_of(agenda).all for one in day.windows]
    assert shown == sorted(agenda, key=lambda one: one.window)


@given(agendas())
def test_the_first_tier_is_part_of_the_offer_and_short(agenda: list[OfferedWindow]) -> None:
    offer = offer_of(agenda)
    first = [one for day in offer.first for one in day.windows]
    assert set(first) <= set(agenda)
    assert len(first) <= FIRST_TIER + FEWEST_DAYS + FEWEST_PER_HALF
    assert offer.has_more == (len(first) < len(agenda))


@given(agendas())
def test_the_first_tier_has_choice_whenever_the_agenda_has(agenda: list[OfferedWindow]) -> None:
    first = [one for day in offer_of(agenda).first for one in day.windows]
    for count in (
        lambda some: min(FEWEST_DAYS, len({one.window.date for one in some})),
        lambda some: min(FEWEST_PER_HALF, sum(one.window.is_morning for one in some)),
        lambda some: min(FEWEST_PER_HALF, sum(not one.window.is_morning for one in some)),
    ):
        assert count(first) == count(agenda)
