"""Why not Thursday? Every window is offered or has one reason, and each reason can be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.booking.offering.reasons import (
    Door,
    Facts,
    Promise,
    Reason,
    Wish,
    reason_of,
    sentence_of,
    why_not,
)
from portal.clock import AMSTERDAM
from portal.planning.windows import STANDARD_WINDOWS, Window
from portal.regions.branch_calendar import Rest
from portal.texts import Tone, spoken_to

NOW = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)
DUE = date(2027, 4, 7)
WISH = Wish(NOW, DUE, first_on=date(2027, 3, 3), last_on=date(2027, 5, 10))
TUESDAY = date(2027, 3, 9)
KINGS_DAY = date(2027, 4, 27)


def at(day: date, hour: int = 10) -> Window:
    return Window(day, time(hour), time(hour + 2))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts(at(TUESDAY), promise=Promise.APPOINTMENT), Reason.YOURS_ALREADY),
        (Facts(at(TUESDAY), promise=Promise.HOLD), Reason.HELD_FOR_YOU),
        (Facts(at(date(2027, 2, 26))), Reason.PAST),
        (Facts(at(date(2027, 3, 1), 8)), Reason.PAST),
        (Facts(at(date(2027, 3, 1), 14)), Reason.TOO_SOON),
        (Facts(at(date(2027, 3, 2))), Reason.TOO_SOON),
        (Facts(at(date(2027, 5, 11))), Reason.TOO_FAR_AHEAD),
        (Facts(at(date(2027, 5, 20))), Reason.TOO_LATE),
        (Facts(at(date(2027, 3, 13)), Door.NOWHERE, Rest.WEEKEND), Reason.NO_WORKDAY),
        (Facts(at(KINGS_DAY), Door.CLOSED, Rest.PUBLIC_HOLIDAY), Reason.PUBLIC_HOLIDAY),
        (Facts(at(TUESDAY), Door.ELSEWHERE, Rest.CLOSED), Reason.COMPANY_CLOSED),
        (Facts(at(TUESDAY), Door.ELSEWHERE), Reason.NOT_OPEN_IN_REGION),
        (Facts(at(TUESDAY), Door.NOWHERE), Reason.NOT_OPENED),
        (Facts(at(TUESDAY), Door.CLOSED), Reason.CLOSED_BY_PLANNER),
        (Facts(at(TUESDAY), Door.FULL), Reason.FULL),
        (Facts(at(TUESDAY), is_skilled=False), Reason.NO_SKILL),
        (Facts(at(TUESDAY)), Reason.DOES_NOT_FIT),
    ],
)
def test_each_window_has_the_reason_that_comes_first(facts: Facts, reason: Reason) -> None:
    assert reason_of(WISH, facts) is reason


def test_a_saturday_that_was_opened_and_is_full_is_full() -> None:
    saturday = Facts(at(date(2027, 3, 13)), Door.FULL, Rest.WEEKEND)
    assert reason_of(WISH, saturday) is Reason.FULL


def test_an_early_day_is_too_early_for_the_boiler() -> None:
    wish = replace(WISH, first_on=date(2027, 3, 15))
    assert reason_of(wish, Facts(at(TUESDAY))) is Reason.TOO_EARLY


def test_what_is_no_longer_due_or_has_no_place_says_so() -> None:
    facts = Facts(at(TUESDAY))
    assert reason_of(replace(WISH, is_due=False), facts) is Reason.NOTHING_DUE
    assert reason_of(replace(WISH, is_on_the_map=False), facts) is Reason.NOT_ON_THE_MAP


all_facts = st.builds(
    Facts,
    st.builds(
        lambda days, period: Window(NOW.date() + timedelta(days=days), *period),
        st.integers(-400, 800),
        st.sampled_from(STANDARD_WINDOWS),
    ),
    st.sampled_from(Door),
    st.none() | st.sampled_from([Rest.WEEKEND, Rest.CLOSED]),
    st.sampled_from(Promise),
    st.booleans(),
)
wishes = st.builds(
    lambda first, length, due, is_due, has_place: Wish(
        NOW,
        due,
        NOW.date() + timedelta(days=first),
        NOW.date() + timedelta(days=first + length),
        is_due=is_due,
        is_on_the_map=has_place,
    ),
    st.integers(2, 300),
    st.integers(-300, 70),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.booleans(),
    st.booleans(),
)


@given(wishes, all_facts)
def test_whatever_is_known_there_is_one_reason(wish: Wish, facts: Facts) -> None:
    assert isinstance(reason_of(wish, facts), Reason)


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("locale", ["nl", "en"])
def test_every_reason_can_be_said_and_blames_nobody(app: Flask, locale: str, tone: Tone) -> None:
    with app.test_request_context(), spoken_to(locale, tone):
        said = {reason: sentence_of(reason, WISH, KINGS_DAY) for reason in Reason}
    assert len(set(said.values())) == len(Reason)
    for sentence in said.values():
        assert sentence.endswith(".")
        assert not set(sentence.lower().split()) & {"fout", "helaas", "sorry", "unfortunately"}


def test_a_holiday_is_called_by_its_name_in_each_language(app: Flask) -> None:
    facts = Facts(at(KINGS_DAY), Door.NOWHERE, Rest.PUBLIC_HOLIDAY)
    with app.test_request_context():
        with spoken_to("nl"):
            assert why_not(WISH, facts).sentence == "Dan is het Koningsdag."
        with spoken_to("en"):
            assert why_not(WISH, facts).sentence == "It is King's Day then."


def test_who_asks_before_the_turn_of_the_boiler_hears_no_last_day(app: Flask) -> None:
    wish = replace(WISH, first_on=date(2027, 8, 1), due_on=date(2027, 9, 26))
    with app.test_request_context(), spoken_to("en"):
        told = why_not(wish, Facts(at(date(2027, 8, 3))))
    assert told.reason is Reason.TOO_FAR_AHEAD
    assert told.sentence == "We plan 10 weeks ahead. Your boiler's turn comes later."
