"""What one customer is shown first: cheap for the routes, and still a real choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.booking.offering.offer import (
    FEWEST_DAYS,
    FEWEST_PER_HALF,
    FEWEST_WEEKDAYS,
    FIRST_TIER,
    NEARBY_S,
    WORTH_TELLING_MINUTES,
    OfferedWindow,
    lacks_choice,
    offer_of,
)
from portal.customers.liking import TOLD_WORTH_S
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


def test_a_liked_window_comes_first_unless_another_saves_twenty_minutes() -> None:
    liked = window(0, 8, 2000)
    for saved, first in ((TOLD_WORTH_S - 1, True), (TOLD_WORTH_S + 1, False)):
        unliked = replace(window(1, 8, 2000 - saved), dislike_s=TOLD_WORTH_S)
        assert (offer_of([liked, unliked]).best[0] == liked) is first


def test_the_best_day_stands_on_top_and_everything_by_date() -> None:
    offer = offer_of([window(day, 8, 1000 - day) for day in range(4)])
    assert [day.date.day for day in offer.first] == [11, 10, 9, 8]
    assert [day.date.day for day in offer.all] == [8, 9, 10, 11]


def test_what_is_kept_for_the_customer_stands_before_all_else() -> None:
    held = replace(window(5, 14, 9000), held_until=datetime(2027, 3, 1, 12, tzinfo=UTC))
    assert offer_of([held, *(window(day, 8) for day in range(5))]).best[0] == held


def test_saved_driving_is_told_in_whole_steps_and_only_near_a_route() -> None:
    near, far = window(0, 8, 0), window(1, 8, 0, joins_route=False)
    offer = offer_of([near, far, window(2, 8, 13 * 60), window(3, 8, 14 * 60)], usual_s=14 * 60)
    assert offer.saved_minutes(near) == 10
    assert offer.saved_minutes(far) == 0
    assert offer.saved_minutes(window(2, 8, 13 * 60)) == 0


@given(st.data())
def test_never_more_driving_is_told_than_is_saved(data: st.DataObject) -> None:
    offer = offer_of(data.draw(agendas()))
    for one in offer.windows:
        minutes = offer.saved_minutes(one)
        assert minutes == 0 or minutes >= WORTH_TELLING_MINUTES
        assert minutes * 60 <= max(0, offer.usual_s - one.extra_travel_s)


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
        lambda some: min(FEWEST_WEEKDAYS, len({one.window.date.weekday() for one in some})),
        lambda some: min(FEWEST_DAYS, len({one.window.date for one in some})),
        lambda some: min(FEWEST_PER_HALF, sum(one.window.is_morning for one in some)),
        lambda some: min(FEWEST_PER_HALF, sum(not one.window.is_morning for one in some)),
    ):
        assert count(first) == count(agenda)


@given(agendas())
def test_who_lacks_choice_sees_all_there_is_of_it(agenda: list[OfferedWindow]) -> None:
    offer = offer_of(agenda)
    first = [one for day in offer.first for one in day.windows]
    if lacks_choice(first):
        assert lacks_choice(agenda)


@given(agendas())
def test_the_days_on_top_are_in_the_order_of_their_best_window(agenda: list[OfferedWindow]) -> None:
    best = [min(one.rank for one in day.windows) for day in offer_of(agenda).first]
    assert best == sorted(best)
