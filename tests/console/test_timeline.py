"""The timeline's geometry: hours become positions, in order and inside the drawing."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from itertools import pairwise

import pytest

from portal.console.timeline import (
    BAR,
    GUTTER,
    MARGIN,
    WIDTH,
    Axis,
    Doing,
    TimedDay,
    TimedVisit,
    axis_of,
    fitted,
    seconds_of,
    spans_of,
    timeline,
)


def visit(arrive: time, begin: time, leave: time, start: int = 8) -> TimedVisit:
    return TimedVisit(arrive, begin, leave, (time(start), time(start + 2)), "Zeist", "Ann", "/x")


FIRST = visit(time(8, 10), time(8, 10), time(8, 55))
SECOND = visit(time(9, 5), time(10), time(10, 45), start=10)
DAY = TimedDay(
    number=0,
    name="Anouk",
    shift=(time(8), time(16, 30)),
    leaves=time(8),
    returns=time(11, 40),
    lunch=None,
    travel_s=(10 + 10 + 55) * 60,
    visits=(FIRST, SECOND),
)


def doings(day: TimedDay) -> list[tuple[Doing, int, int]]:
    """Return what is done, from and until which minute of the day."""
    return [(span.doing, span.start // 60, span.end // 60) for span in spans_of(day)]


def test_a_day_is_travel_and_waiting_between_its_visits():
    assert doings(DAY) == [
        (Doing.TRAVEL, 480, 490),
        (Doing.TRAVEL, 535, 545),
        (Doing.WAIT, 545, 600),
        (Doing.TRAVEL, 645, 700),
    ]


def test_lunch_on_the_way_leaves_the_travel_as_long_as_it_was():
    noon = (time(11, 30), time(12))
    day = replace(DAY, returns=time(12, 20), lunch=noon, travel_s=(10 + 10 + 40) * 60)
    assert doings(day)[3:] == [
        (Doing.TRAVEL, 645, 685),
        (Doing.WAIT, 685, 690),
        (Doing.LUNCH, 690, 720),
        (Doing.TRAVEL, 720, 740),
    ]


def test_lunch_at_home_before_leaving_stands_on_its_own():
    day = replace(DAY, leaves=time(8), lunch=(time(7), time(7, 30)))
    assert doings(day)[0] == (Doing.LUNCH, 420, 450)


def test_the_parts_of_a_day_never_overlap():
    day = replace(DAY, returns=time(12, 20), lunch=(time(11), time(11, 30)))
    spans = spans_of(day)
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_nobody_travels_on_a_day_without_visits():
    assert spans_of(replace(DAY, visits=(), lunch=(time(12), time(12, 30)))) == ()


def test_the_axis_holds_every_shift_and_every_route():
    late = replace(DAY, returns=time(17, 5))
    assert (axis_of([DAY]).first, axis_of([DAY]).last) == (8, 17)
    assert axis_of([DAY, late]).last == 18
    assert axis_of([]) == Axis(8, 17)


def test_the_axis_ends_at_midnight_at_the_latest():
    assert axis_of([replace(DAY, returns=time(23, 59))]).hours[-1].at == time(0)


def test_hours_run_from_the_names_to_the_margin():
    axis = Axis(8, 17)
    assert axis.x(seconds_of(time(8))) == GUTTER
    assert axis.x(seconds_of(time(17))) == WIDTH - MARGIN
    places = [hour.x for hour in axis.hours]
    assert places == sorted(places)


def test_everything_is_drawn_inside_the_drawing():
    drawing = timeline([DAY, replace(DAY, number=1)])
    for row in drawing.rows:
        for block in (*row.blocks, *row.visits):
            assert block.x >= GUTTER
            assert block.x + block.width <= WIDTH
            assert row.y <= block.y
            assert block.y + block.height <= drawing.height


def test_a_visit_is_as_wide_as_its_work_takes():
    row = timeline([DAY]).rows[0]
    hour = (WIDTH - GUTTER - MARGIN) / 9
    assert row.visits[0].width == pytest.approx(hour * 0.75, abs=0.2)
    assert row.visits[0].height == BAR
    assert row.visits[0].times == "1 · 08:10"


def test_a_very_short_visit_is_wide_enough_to_click_and_keeps_its_number():
    short = visit(time(9), time(9), time(9, 5))
    block = timeline([replace(DAY, visits=(short,))]).rows[0].visits[0]
    assert block.width >= 14
    assert (block.times, block.place) == ("1", "")


def test_two_visits_in_one_window_share_its_bracket():
    row = timeline([replace(DAY, visits=(FIRST, FIRST, SECOND))]).rows[0]
    assert len(row.brackets) == 2
    assert row.brackets[0].right < row.brackets[1].left


def test_a_window_that_overlaps_another_stands_higher():
    odd = replace(SECOND, window=(time(9), time(11)))
    low, high = timeline([replace(DAY, visits=(FIRST, odd))]).rows[0].brackets
    assert high.y < low.y


def test_now_is_drawn_only_while_it_is_on_the_axis():
    assert timeline([DAY], time(9)).now_x is not None
    assert timeline([DAY], time(7, 59)).now_x is None
    assert timeline([DAY], None).now_x is None


def test_words_are_cut_to_what_fits():
    assert fitted("Zeist", 200) == "Zeist"
    assert fitted("Nieuwegein", 50).endswith("…")
    assert fitted("Nieuwegein", 20) == ""
