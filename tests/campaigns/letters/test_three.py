"""Three windows that give a choice: other days, other parts of the day, not all in one week."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.booking.offering.offer import OfferedWindow
from portal.campaigns.letters.policy import most_held, room_for_letters
from portal.campaigns.letters.three import three_windows
from portal.planning.windows import STANDARD_WINDOWS, Window

MONDAY = date(2027, 4, 5)
ENDS = dict(STANDARD_WINDOWS)


def offered(ahead: int, hour: int, extra_s: int = 600, *, wish: bool = False) -> OfferedWindow:
    day, start = MONDAY + timedelta(days=ahead), time(hour)
    return OfferedWindow(ahead * 10 + hour, Window(day, start, ENDS[start]), extra_s, True,
                         is_wish=wish)  # fmt: skip


def told(windows: tuple[OfferedWindow, ...]) -> list[tuple[int, int]]:
    return [((one.window.date - MONDAY).days, one.window.start.hour) for one in windows]


def test_the_best_comes_and_the_others_differ_from_it():
    every = [offered(ahead, hour) for ahead in (0, 1, 8, 16) for hour in (8, 10, 12, 14)]
    best = offered(8, 10, extra_s=60)
    chosen = three_windows([*every, best])
    assert best in chosen
    assert len({one.window.date for one in chosen}) == 3
    assert {one.window.is_morning for one in chosen} == {True, False}
    assert len({one.window.date.weekday() for one in chosen}) >= 2


def test_they_are_printed_in_order_of_time():
    chosen = three_windows([offered(16, 8, 10), offered(8, 14, 20), offered(1, 10, 30)])
    assert told(chosen) == [(1, 10), (8, 14), (16, 8)]


def test_two_days_are_no_choice():
    assert three_windows([offered(0, 8), offered(0, 14), offered(1, 8), offered(1, 14)]) == ()
    assert three_windows([]) == ()


def test_what_is_near_is_taken_rather_than_nothing():
    chosen = three_windows([offered(0, 8), offered(1, 8), offered(2, 8)])
    assert told(chosen) == [(0, 8), (1, 8), (2, 8)]


def test_whoever_told_us_mornings_gets_mornings_if_there_are_three():
    mornings = [offered(ahead, 8, 900, wish=True) for ahead in (0, 8, 16)]
    afternoons = [offered(ahead, 14, 0) for ahead in (1, 9, 17)]
    assert three_windows([*mornings, *afternoons]) == tuple(mornings)
    assert set(three_windows([*mornings[:2], *afternoons])) & set(afternoons)


def test_letters_leave_two_thirds_of_each_day_to_others():
    assert [most_held(places) for places in (0, 2, 3, 5, 6, 12)] == [0, 0, 1, 1, 2, 4]


def test_a_letter_takes_room_for_three():
    assert room_for_letters(free_places=40, unanswered=6) == 10
    assert room_for_letters(free_places=3, unanswered=6) == 0


WINDOWS = st.builds(
    offered, st.integers(0, 30), st.sampled_from((8, 10, 12, 14)), st.integers(0, 3000),
    wish=st.booleans(),
)  # fmt: skip


@given(st.lists(WINDOWS, max_size=25))
def test_three_or_none_always_on_different_dates_and_out_of_those_offered(candidates):
    chosen = three_windows(candidates)
    dates = {one.window.date for one in candidates}
    assert len(chosen) == (3 if len(dates) >= 3 else 0)
    assert len({one.window.date for one in chosen}) == len(chosen)
    assert set(chosen) <= set(candidates)
    assert list(chosen) == sorted(chosen, key=lambda one: one.window)
