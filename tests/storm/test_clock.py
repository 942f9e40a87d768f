"""The days on which the clock changes, New Year and 29 February: windows are two hours long."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal.booking.actions import confirm, move
from portal.booking.errors import TooLateToChange
from portal.booking.models import Appointment
from portal.booking.policy import bookable_period, changeable_until
from portal.clock import AMSTERDAM
from portal.database import transaction
from portal.messages.models import OutboxMessage
from portal.planning.actions import admit
from portal.planning.models import Hold, HoldKind, Opening, Stop
from portal.planning.queries import planned_day
from portal.planning.windows import STANDARD_WINDOWS, Window
from portal.technicians.models import Shift
from tests.booking.agenda import choice_of, circumstances
from tests.expiry import expire_holds
from tests.factories import make_day_plan, make_opening, make_technician, make_visit

pytestmark = pytest.mark.heart

DAYS = [
    date(2027, 3, 28),  # 02:00 becomes 03:00
    date(2027, 10, 31),  # 03:00 becomes 02:00
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2028, 2, 29),
]
WEEKEND = (5, 6)


def opened(session: Session, *days: date) -> None:
    """Open every window of these dates, with somebody who works on any weekday."""
    technician = make_technician(session)
    technician.shifts += [Shift(weekday=day, starts=time(8), ends=time(16, 30)) for day in WEEKEND]
    session.commit()
    for day in days:
        make_day_plan(session, day)
        for start, end in STANDARD_WINDOWS:
            make_opening(session, day, window_start=start, window_end=end)


def week_before(day: date) -> datetime:
    return datetime.combine(day - timedelta(days=7), time(12), AMSTERDAM)


def booked(session: Session, opening: Opening, now: datetime) -> Appointment:
    visit = make_visit(session, due_on=opening.date)
    with transaction() as write:
        return confirm(write, visit, choice_of(opening), circumstances(now))


def openings(session: Session, day: date) -> list[Opening]:
    found = sa.select(Opening).where(Opening.date == day).order_by(Opening.window_start)
    return list(session.scalars(found))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_window_is_kept_within_two_true_hours(
    app: Flask, session: Session, day: date
) -> None:
    opened(session, day)
    for opening in openings(session, day):
        booked(session, opening, week_before(day))
    plan_branch = openings(session, day)[0].region.branch_id
    planned = planned_day(session, plan_branch, day)
    assert planned is not None
    assert (planned.stop_count, planned.violations) == (4, ())
    for route in planned.routes:
        for stop in route.stops:
            first, last = stop.window.starts_at(), stop.window.ends_at()
            assert last.astimezone(UTC) - first.astimezone(UTC) == timedelta(minutes=120)
            begins = datetime.combine(day, stop.begin, AMSTERDAM).astimezone(UTC)
            assert first.astimezone(UTC) <= begins <= last.astimezone(UTC)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_calendars_are_told_the_same_two_hours(app: Flask, session: Session, day: date) -> None:
    opened(session, day)
    booked(session, openings(session, day)[0], week_before(day))
    raw = session.scalars(sa.select(OutboxMessage.raw)).one()
    event = invited(raw)
    start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(minutes=120)
    assert start.astimezone(AMSTERDAM).time() == time(8)
    assert start.astimezone(AMSTERDAM).date() == day


def invited(raw: bytes) -> Any:
    for part in message_from_bytes(raw, policy=policy.default).walk():
        if part.get_content_type() == "text/calendar":
            return Calendar.from_ical(part.get_content()).walk("VEVENT")[0]
    raise AssertionError("no invite")


@pytest.mark.parametrize(
    "made_at",
    [
        datetime(2027, 3, 28, 0, 55, tzinfo=UTC),  # 01:55, five minutes before 03:00
        datetime(2027, 10, 31, 0, 55, tzinfo=UTC),  # 02:55, five minutes before 02:00
        datetime(2027, 10, 31, 1, 55, tzinfo=UTC),  # 02:55 for the second time
        datetime(2026, 12, 31, 22, 55, tzinfo=UTC),  # 23:55 on New Year's Eve
        datetime(2028, 2, 28, 22, 55, tzinfo=UTC),
        datetime(2028, 2, 29, 22, 55, tzinfo=UTC),
    ],
    ids=str,
)
def test_a_hold_lasts_ten_true_minutes(app: Flask, session: Session, made_at: datetime) -> None:
    day = made_at.astimezone(AMSTERDAM).date() + timedelta(days=7)
    opened(session, day)
    opening, visit = openings(session, day)[0], make_visit(session, due_on=day)
    until = made_at.astimezone(AMSTERDAM).astimezone(UTC) + timedelta(minutes=10)
    with transaction() as write:
        window = Window(day, opening.window_start, opening.window_end)
        admit(write, visit, window, opening_id=opening.id, hold=Hold(HoldKind.CHOICE, until))
    for seconds, left in ((0, 1), (599, 1), (600, 0)):
        with transaction() as write:
            expire_holds(write, made_at + timedelta(seconds=seconds))
        assert session.scalar(sa.select(sa.func.count(Stop.id))) == left, seconds
        session.rollback()
    assert session.scalar(sa.select(sa.func.sum(Opening.taken))) == 0


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_deadline_is_five_o_clock_on_the_day_before(
    app: Flask, session: Session, day: date
) -> None:
    later = day + timedelta(days=14)
    opened(session, day, later)
    appointment = booked(session, openings(session, day)[0], week_before(day))
    until = changeable_until(day).astimezone(UTC)
    assert until.astimezone(AMSTERDAM).time() == time(17)
    choice = choice_of(openings(session, later)[0])
    with pytest.raises(TooLateToChange), transaction() as write:
        move(write, appointment, choice, circumstances(until))
    with transaction() as write:
        move(write, appointment, choice, circumstances(until - timedelta(seconds=1)))
    assert appointment.date == later


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_first_date_to_choose_is_two_dates_ahead_at_any_hour(day: date) -> None:
    midnight = datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
    for hours in range(23):
        now = midnight + timedelta(hours=hours)
        assert bookable_period(day, now)[0] == day + timedelta(days=2)
    assert bookable_period(day, midnight - timedelta(seconds=1))[0] == day + timedelta(days=1)
