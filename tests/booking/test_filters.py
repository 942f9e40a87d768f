"""Seeing fewer windows: what is hidden is told, and nothing that was asked for is lost."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.booking.offering.filters import NO_FILTERS, Filters, day_from, filters_from, shown_of
from portal.booking.offering.offer import OfferedWindow, offer_of
from portal.customers.models import DayPart
from portal.planning.windows import STANDARD_WINDOWS, Window
from portal.texts import spoken_to

MONDAY = date(2027, 3, 8)


def everything(days: int = 12) -> list[OfferedWindow]:
    return [
        OfferedWindow(
            day * 10 + at, Window(MONDAY + timedelta(days=day), *period), day * 60, joins_route=True
        )
        for day in range(days)
        if day % 7 < 5
        for at, period in enumerate(STANDARD_WINDOWS)
    ]


filters = st.builds(
    Filters,
    st.sampled_from(DayPart),
    st.integers(0, 127),
    st.none() | st.dates(MONDAY, MONDAY + timedelta(days=14)),
)


@given(filters)
def test_an_address_leads_back_to_the_same_filters(some: Filters) -> None:
    assert filters_from(MultiDict(some.query)) == some


@given(filters, st.booleans())
def test_what_is_shown_and_what_is_hidden_are_all_there_is(some: Filters, shows_all: bool) -> None:
    asked = MultiDict([*some.query, *([("all", "1")] if shows_all else [])])
    offer = offer_of(everything())
    shown = shown_of(offer, asked)
    seen = [one for day in shown.days for one in day.windows]
    assert all(some.shows(one.window) for one in seen)
    wanted = sum(some.shows(one.window) for one in offer.windows)
    assert wanted + shown.hidden == len(offer.windows)
    assert len(seen) == wanted if shows_all else shown.has_more == (len(seen) < wanted)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"part": "night"}, NO_FILTERS),
        ({"weekday": "9"}, NO_FILTERS),
        ({"from": "soon"}, NO_FILTERS),
        ({"part": "morning"}, Filters(DayPart.MORNING)),
        ({"weekday": "1"}, Filters(weekdays=1)),
        ({"from": "11-3-2027"}, Filters(from_on=date(2027, 3, 11))),
    ],
)
def test_what_cannot_be_understood_filters_nothing(
    asked: dict[str, str], expected: Filters
) -> None:
    assert filters_from(asked) == expected


@pytest.mark.parametrize("typed", ["", "x", "2027-02-30", "1-1-20270", "0001-01-01", "9999-12-31"])
def test_no_date_is_understood_where_there_is_none(typed: str) -> None:
    assert day_from(typed) is None


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_nothing(typed: str) -> None:
    assert day_from(typed) is None or isinstance(day_from(typed), date)


def test_what_is_shown_is_told_in_words(app: Flask) -> None:
    some = Filters(DayPart.MORNING, 0b101, date(2027, 3, 9))
    with app.test_request_context(), spoken_to("nl"):
        assert some.words == ("alleen ochtenden", "maandag, woensdag", "vanaf dinsdag 9 maart 2027")


def test_a_window_that_ends_at_noon_is_a_morning_one() -> None:
    assert Filters(DayPart.MORNING).shows(Window(MONDAY, time(10), time(12)))
    assert not Filters(DayPart.MORNING).shows(Window(MONDAY, time(12), time(14)))
