"""In the morning a narrower time is told: inside the window, by the day's route, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import portal.booking.telling.estimating
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.notices.reminders import estimated
from portal.booking.telling.estimate import LEAST_NARROWER, Estimate, estimate
from portal.booking.telling.estimating import due_estimates, estimate_due
from portal.booking.telling.reminder import estimate_at, is_estimated
from portal.clock import AMSTERDAM
from portal.customers.models import Channel
from portal.messages.models import OutboxMessage
from portal.planning.queries import planned_day
from portal.planning.windows import Window
from tests.booking.jan import MAILS, an_appointment
from tests.booking.rounds import after_the_look, both_look_first, two_at_once
from tests.factories import NEXT_MONDAY, make_appointment, make_day_plan, make_technician
from tests.messages.gates import (
    PERSONAS,
    SITE,
    VOICES,
    assert_fit_to_send,
    assert_texted,
    every_voice,
)
from tests.messages.mails import assert_as_reviewed, opened
from tests.statements import counted

EIGHT = datetime(2027, 3, 8, 8, tzinfo=AMSTERDAM)
WINDOW = Window(NEXT_MONDAY, time(10), time(12))
EXPECTED = Estimate(time(10, 10), time(11))


def minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def estimates(session: Session) -> list[OutboxMessage]:
    session.rollback()
    return list(session.scalars(sa.select(OutboxMessage).filter_by(kind="estimated")))


# The rule


@pytest.mark.parametrize(
    ("begin", "slack", "before", "expected"),
    [
        ("10:20", 90, 2, ("10:10", "10:50")),
        ("10:23", 90, 2, ("10:10", "10:55")),  # rounded outward to five minutes
        ("10:00", 110, 0, ("10:00", "10:20")),  # who waits for the window begins with it
        ("11:50", 10, 3, ("11:35", "12:00")),  # never outside the window
        ("12:00", 0, 0, ("11:40", "12:00")),  # and never a moment only
        ("10:30", 5, 6, ("10:10", "10:50")),  # a plan that may slip little slips little
        ("10:30", 90, 20, ("10:10", "11:10")),
    ],
)
def test_an_estimate_follows_the_schedule(
    begin: str, slack: int, before: int, expected: tuple[str, str]
) -> None:
    found = estimate(WINDOW, time.fromisoformat(begin), slack, before)
    assert found == Estimate(*map(time.fromisoformat, expected))


@pytest.mark.parametrize("begin", ["12:01", "13:00", "09:59"])
def test_nothing_is_told_when_the_schedule_does_not_keep_the_window(begin: str) -> None:
    assert estimate(WINDOW, time.fromisoformat(begin), 0, 1) is None


def test_nothing_is_told_that_is_hardly_narrower() -> None:
    hour = Window(NEXT_MONDAY, time(10), time(11))
    assert estimate(hour, time(10, 20), 60, 1) == Estimate(time(10, 15), time(10, 45))
    assert estimate(hour, time(10, 20), 60, 4) is None


@given(
    start=st.integers(6 * 60, 18 * 60),
    width=st.integers(15, 300),
    offset=st.integers(-30, 330),
    slack=st.integers(0, 300),
    before=st.integers(0, 15),
)
def test_an_estimate_is_narrower_inside_the_window_and_holds_the_begin(
    start: int, width: int, offset: int, slack: int, before: int
) -> None:
    def clock(number: int) -> time:
        return time(number // 60 % 24, number % 60)

    window = Window(NEXT_MONDAY, clock(start), clock(min(start + width, 23 * 60 + 59)))
    found = estimate(window, clock(max(start + offset, 0)), slack, before)
    if found is not None:
        assert window.start <= found.start < found.end <= window.end
        assert found.start <= clock(start + offset) <= found.end
        promised = minutes(window.end) - minutes(window.start)
        assert promised - (minutes(found.end) - minutes(found.start)) >= LEAST_NARROWER


@pytest.mark.parametrize(
    ("day", "starts", "told"),
    [
        ("2027-03-08", 8, "2027-03-08T06:00"),  # the first window: an hour before it
        ("2027-03-08", 10, "2027-03-08T07:00"),  # 08:00, as soon as it is day
        ("2027-03-28", 10, "2027-03-28T06:00"),  # the night before, the clock went forward
        ("2027-10-31", 10, "2027-10-31T07:00"),  # and back
        ("2027-10-31", 8, "2027-10-31T06:00"),
        ("2027-03-08", 6, "2027-03-08T06:00"),
    ],
)
def test_it_is_told_in_the_morning_by_the_clock(day: str, starts: int, told: str) -> None:
    window = Window(date.fromisoformat(day), time(starts), time(starts + 2))
    assert estimate_at(window) == datetime.fromisoformat(told).replace(tzinfo=UTC)


def test_it_is_not_told_in_the_window_itself() -> None:
    assert is_estimated(WINDOW, WINDOW.starts_at() - timedelta(minutes=1))
    assert not is_estimated(WINDOW, WINDOW.starts_at())


# The round


def three_on_a_route(session: Session) -> list[Appointment]:
    """Return appointments of Monday between 10:00 and 12:00, in the order of one route."""
    technician = make_technician(session)
    found = [make_appointment(session, technician=technician) for _ in range(3)]
    for one in found:
        one.window_start, one.window_end = time(10), time(12)
    for stop in make_day_plan_stops(session):
        stop.window_start, stop.window_end = time(10), time(12)
    session.commit()
    return found


def make_day_plan_stops(session: Session) -> list[Any]:
    planned = planned_day(session, 1, NEXT_MONDAY)
    assert planned is not None
    return list(planned.plan.stops)


@pytest.mark.heart
def test_each_hears_once_what_the_route_says(session: Session) -> None:
    appointments = three_on_a_route(session)
    assert estimate_due(EIGHT - timedelta(minutes=1), SITE) == (0, 0)
    expected = {one.appointment_id: one.estimate for one in due_estimates(session, EIGHT)}
    day = planned_day(session, 1, NEXT_MONDAY)
    assert day is not None
    begins = {stop.visit.id: stop.begin for route in day.routes for stop in route.stops}
    for one in appointments:
        found = expected[one.id]
        assert found is not None
        assert time(10) <= found.start <= begins[one.visit_id] <= found.end <= time(12)
    assert estimate_due(EIGHT, SITE) == (3, 0)
    assert estimate_due(EIGHT + timedelta(minutes=5), SITE) == (0, 0)
    sequences = {one.sequence for one in session.scalars(sa.select(Appointment))}
    assert sequences == {0}
    assert len(estimates(session)) == 3


def test_nobody_hears_of_another_day_or_of_what_was_cancelled(session: Session) -> None:
    first, *_rest = three_on_a_route(session)
    first.status = AppointmentStatus.CANCELLED
    session.commit()
    assert len(due_estimates(session, EIGHT)) == 2
    assert due_estimates(session, EIGHT - timedelta(days=1)) == []
    assert due_estimates(session, EIGHT + timedelta(days=1)) == []


def test_who_hears_nothing_narrower_is_not_computed_again(session: Session) -> None:
    an_appointment(session, email=None)  # its stop stands in another window than it was promised
    make_day_plan(session, date(2027, 3, 10))
    tuesday = datetime(2027, 3, 9, 8, tzinfo=AMSTERDAM)
    assert estimate_due(tuesday, SITE) == (0, 1)
    assert due_estimates(session, tuesday + timedelta(minutes=1)) == []


def test_a_window_that_changed_since_the_look_is_not_told_of(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_on_a_route(session)

    def move(session: Session) -> None:
        session.execute(sa.update(Appointment).values(window_start=time(11)))
        session.commit()

    after_the_look(monkeypatch, portal.booking.telling.estimating, "due_estimates", move)
    assert estimate_due(EIGHT, SITE) == (0, 0)
    assert estimates(session) == []


def test_a_round_reads_each_branch_once_and_nothing_when_all_is_told(session: Session) -> None:
    three_on_a_route(session)
    with counted() as statements:
        estimate_due(EIGHT, SITE)
    assert len(statements) <= 1 + 7 + 3 * 10
    with counted() as statements:
        estimate_due(EIGHT + timedelta(minutes=5), SITE)
    assert len(statements) == 1


def rounds_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return what two rounds did that had both looked before either told anybody."""
    both_look_first(monkeypatch, portal.booking.telling.estimating, "due_estimates")
    return two_at_once(app, lambda number: estimate_due(EIGHT + timedelta(seconds=number), SITE))


@pytest.mark.heart
def test_two_rounds_at_once_tell_each_once(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_on_a_route(session)
    told = rounds_at_once(app, monkeypatch)
    assert sum(number for number, _none in told) == 3 == len(estimates(session))


@pytest.mark.heart
def test_control_without_the_turn_each_is_told_twice(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_on_a_route(session)
    monkeypatch.setattr(portal.booking.telling.estimating, "takes_turn", lambda *_arguments: True)
    assert rounds_at_once(app, monkeypatch) == [(3, 0), (3, 0)]


def test_the_command_says_what_it_would_tell_and_tells_it(
    app: Flask, session: Session, clock: Any
) -> None:
    three_on_a_route(session)
    clock.set(EIGHT)
    run = app.test_cli_runner()
    said = run.invoke(args=["booking", "estimate", "--dry-run"]).output.splitlines()
    assert len(said) == 4
    assert ": 10:00-12:00, 10:" in said[0]
    assert said[-1] == "3 have their turn"
    assert run.invoke(args=["booking", "estimate"]).output.startswith("3 told, 0 not told")


# What it says


def written(session: Session, **values: Any) -> OutboxMessage | None:
    appointment = an_appointment(session, **values)
    now = datetime(2027, 3, 9, 8, tzinfo=AMSTERDAM)
    return estimated(session, appointment, EXPECTED, now, site=SITE)


@every_voice
def test_the_estimate_is_as_it_was_reviewed(session: Session, voice: str) -> None:
    message = written(session, **VOICES[voice])
    assert_fit_to_send(message, voice)
    assert message is not None
    assert_as_reviewed(opened(message), MAILS / f"estimated.{voice}.txt")


@every_voice
@pytest.mark.parametrize("persona", PERSONAS)
def test_the_estimate_is_fit_for_everybody(session: Session, voice: str, persona: str) -> None:
    assert_fit_to_send(written(session, **{**PERSONAS[persona], **VOICES[voice]}), voice)


@every_voice
def test_as_a_text_message_it_fits_in_one_or_two_parts(session: Session, voice: str) -> None:
    values = {"channel": Channel.PHONE, "phone": "06-12345678", **VOICES[voice]}
    words = assert_texted(written(session, **values), to="+31612345678", parts=2)
    assert "10:10" in words
    assert "11:00" in words
    assert "10:00-12:00" in words


def test_the_subject_says_it_all_and_no_calendar_is_touched(session: Session) -> None:
    message = written(session)
    assert message is not None
    assert message.subject == "Vandaag komen wij waarschijnlijk tussen 10:10 en 11:00"
    assert (message.uid, message.sequence, message.method) == (None, None, None)
