from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from optimizer.check import Kind, violations
from optimizer.errors import UnknownName
from optimizer.plan import Plan, Route
from optimizer.problem import Location, Lunch, Problem, Technician, TimeWindow, Visit
from optimizer.schedule import timed
from optimizer.travel import Matrix
from tests.optimizer.random_days import days, is_kept

HOME, NEAR, FAR = Location(0, 0), Location(0, 1), Location(0, 2)
# home-near 10 s, home-far 30 s, near-far 20 s
LINE = Matrix((HOME, NEAR, FAR), [[0, 10, 30], [10, 0, 20], [30, 20, 0]])


ALL_DAY = TimeWindow(0, 1000)


def day(lunch: Lunch | None, *visits: Visit, shift: TimeWindow = ALL_DAY) -> Problem:
    one = Technician("t", HOME, HOME, shift, lunch)
    return Problem("line", None, (one,), visits, LINE)


def visit(name: str, place: Location, start: int, end: int, service_s: int = 50) -> Visit:
    return Visit(name, place, service_s, (TimeWindow(start, end),))


def test_the_technician_leaves_home_so_as_not_to_wait_at_the_first_door():
    route = timed(day(None, visit("a", NEAR, 100, 200)), Route("t", ("a",)))
    assert (route.leave_start, route.stops[0].arrive, route.stops[0].begin) == (90, 100, 100)
    assert (route.arrive_end, route.travel_s, route.wait_s) == (160, 20, 0)


def test_waiting_is_what_is_neither_travel_service_nor_lunch():
    problem = day(None, visit("a", NEAR, 0, 200), visit("b", FAR, 300, 400))
    route = timed(problem, Route("t", ("a", "b")))
    # begins at 10, leaves 60, arrives 80, waits 220 until 300
    assert [stop.arrive for stop in route.stops] == [10, 80]
    assert route.wait_s == 220


def test_lunch_on_the_way_follows_the_rule_of_the_leg():
    lunch = Lunch(40, TimeWindow(100, 120))
    problem = day(lunch, visit("a", NEAR, 0, 200), visit("b", FAR, 0, 400))
    route = timed(problem, Route("t", ("a", "b")))
    # leaves a at 60 <= 120, reaches b at 80, lunch from 100 to 140
    assert route.lunch == (100, 140)
    assert route.stops[1].begin == 140


def test_lunch_may_be_had_on_the_road_at_its_last_moment():
    lunch = Lunch(40, TimeWindow(50, 65))
    problem = day(lunch, visit("a", NEAR, 0, 200), visit("b", FAR, 0, 400))
    route = timed(problem, Route("t", ("a", "b")))
    # leaves a at 60, would be at b at 80: stops at 65 for lunch, is at b at 120
    assert route.lunch == (65, 105)
    assert route.stops[1].arrive == 120


def test_a_late_first_visit_has_lunch_at_home_and_leaves_after_it():
    lunch = Lunch(40, TimeWindow(100, 120))
    route = timed(day(lunch, visit("a", NEAR, 300, 400)), Route("t", ("a",)))
    assert route.lunch == (120, 160)
    assert (route.leave_start, route.wait_s, route.feasible) == (290, 0, True)


@pytest.mark.parametrize(("last", "lunch_needed"), [(70, False), (69, True)])
def test_no_lunch_is_needed_when_back_home_by_its_last_moment(last, lunch_needed):
    lunch = Lunch(40, TimeWindow(60, last))
    route = timed(day(lunch, visit("a", NEAR, 0, 200)), Route("t", ("a",)))
    assert (route.lunch is not None) is lunch_needed
    assert route.arrive_end == (110 if lunch_needed else 70)


def test_an_empty_route_stays_at_home():
    route = timed(day(Lunch(40, TimeWindow(60, 70))), Route("t"))
    assert (route.stops, route.travel_s, route.wait_s, route.feasible) == ((), 0, 0, True)


def test_slack_is_how_far_a_begin_may_slip():
    problem = day(None, visit("a", NEAR, 0, 200), visit("b", FAR, 100, 150))
    first, last = timed(problem, Route("t", ("a", "b"))).stops
    # b begins by 150, so a leaves by 130 and begins by 80
    assert (first.begin, first.latest_begin, first.slack_s) == (10, 80, 70)
    assert (last.begin, last.latest_begin, last.slack_s) == (100, 150, 50)


def test_a_broken_route_shows_the_times_of_carrying_on():
    problem = day(None, visit("a", NEAR, 0, 200), visit("b", FAR, 0, 50))
    route = timed(problem, Route("t", ("a", "b")))
    assert not route.feasible
    assert route.stops[1].begin == 80
    assert route.stops[0].latest_begin is None
    assert route.stops[0].slack_s == 0


def test_the_shift_is_kept_to_the_second():
    at_work = visit("a", NEAR, 0, 200)
    assert timed(day(None, at_work, shift=TimeWindow(0, 70)), Route("t", ("a",))).feasible
    assert not timed(day(None, at_work, shift=TimeWindow(0, 69)), Route("t", ("a",))).feasible


def test_an_unknown_visit_or_technician_is_named():
    with pytest.raises(UnknownName, match="no visit 'x'"):
        timed(day(None), Route("t", ("x",)))
    with pytest.raises(UnknownName, match="no technician 'x'"):
        timed(day(None), Route("x"))


@settings(max_examples=150, deadline=None)
@given(day=days(visits=5))
def test_schedule_and_check_agree_on_what_can_be_driven(day):
    problem, _, rng = day
    order = tuple(one.id for one in rng.sample(problem.visits, len(problem.visits)))
    route = Route("t0", order)
    clocks = {Kind.WINDOW_MISSED, Kind.SHIFT_EXCEEDED, Kind.LUNCH_MISSED}
    late = any(fault.kind in clocks for fault in violations(problem, Plan((route,))))
    assert timed(problem, route).feasible is not late


@settings(max_examples=150, deadline=None)
@given(day=days())
def test_the_times_shown_keep_every_rule(day):
    problem, plan, _ = day
    for route in plan.routes:
        shown, technician = timed(problem, route), problem.technician(route.technician)
        assert shown.feasible
        assert shown.wait_s >= 0
        assert not route.visits or technician.shift.start <= shown.leave_start
        assert not route.visits or shown.arrive_end <= technician.shift.end
        for stop in shown.stops:
            windows = problem.visit(stop.visit).windows
            assert any(window.start <= stop.begin <= window.end for window in windows)
            assert stop.arrive <= stop.begin
        if technician.lunch and shown.lunch:
            window = technician.lunch.window
            assert window.start <= shown.lunch[0] <= window.end
            assert all(
                stop.leave <= shown.lunch[0] or shown.lunch[1] <= stop.begin for stop in shown.stops
            )


@settings(max_examples=100, deadline=None)
@given(day=days())
def test_a_begin_at_the_latest_moment_keeps_the_rest(day):
    problem, plan, rng = day
    stops = [stop for route in plan.routes for stop in timed(problem, route).stops]
    if not stops:
        return
    stop = rng.choice(stops)
    assert stop.latest_begin is not None
    moment = TimeWindow(stop.latest_begin, stop.latest_begin)
    visits = tuple(
        replace(one, windows=(moment,)) if one.id == stop.visit else one for one in problem.visits
    )
    assert is_kept(replace(problem, visits=visits), plan)


@settings(max_examples=100, deadline=None)
@given(day=days())
def test_taking_a_stop_out_never_breaks_a_route(day):
    problem, plan, rng = day
    if plan.served:
        assert is_kept(problem, plan.without([rng.choice(sorted(plan.served))]))
