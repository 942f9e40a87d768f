"""Opening windows: by what is due and who works, never against a planner, and places only rise."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.customers.models import VisitState
from portal.database import transaction
from portal.planning.models import DayPlan, Opening, OpeningReason
from portal.planning.openings import (
    HOME_LEG_S,
    OpenedReport,
    due_addresses,
    half_seconds,
    open_windows,
)
from portal.regions.models import Branch, DayKind, DayOverride
from portal.technicians.models import Technician
from portal.technicians.shifts import OnDuty
from tests.factories import (
    MORNING,
    NEXT_MONDAY,
    keep,
    make_absence,
    make_address,
    make_opening,
    make_region,
    make_stop,
    make_technician,
    make_visit,
    the_branch,
)

EASTER_MONDAY = date(2027, 3, 29)
MAY_HOLIDAY_MONDAY = date(2027, 4, 26)
LONG_DUE = date(2027, 3, 1)


def opened(
    session: Session, first_on: date = NEXT_MONDAY, last_on: date | None = None
) -> OpenedReport:
    branch_id = the_branch(session).id
    with transaction() as write:
        branch = write.get_one(Branch, branch_id)
        return open_windows(write, branch, first_on, last_on or first_on, opened_by="staff:1")


def places(session: Session) -> dict[tuple[date, int], int]:
    """Return the places of every window by date and hour, as stored."""
    session.rollback()
    rows = session.execute(sa.select(Opening.date, Opening.window_start, Opening.places))
    return {(day, start.hour): number for day, start, number in rows}


def demand(session: Session, visits: int = 30, technicians: int = 5) -> list[Technician]:
    """Make so many visits that are due, and technicians who could do them."""
    for _ in range(visits):
        make_visit(session, due_on=LONG_DUE)
    return [make_technician(session) for _ in range(technicians)]


def test_windows_are_opened_with_their_reason_and_the_days_they_need(session: Session):
    demand(session, visits=6, technicians=1)
    report = opened(session, NEXT_MONDAY, NEXT_MONDAY + timedelta(days=13))
    rows = session.scalars(sa.select(Opening)).all()
    assert (report.opened, report.raised) == (len(rows), 0)
    assert report.places == sum(one.places for one in rows) >= 6
    assert {one.reason for one in rows} <= {OpeningReason.CHOICE, OpeningReason.DEMAND}
    assert {one.opened_by for one in rows} == {"staff:1"}
    assert len({one.date for one in rows}) >= 3
    assert session.scalar(sa.select(sa.func.count(DayPlan.id))) == 14


def test_what_a_planner_closed_stays_closed(session: Session):
    demand(session)
    closed = make_opening(session, places=2, closed=True)
    opened(session)
    session.refresh(closed)
    assert (closed.closed, closed.places) == (True, 2)
    assert len(places(session)) == 4


def test_places_only_rise(session: Session):
    demand(session)
    many = make_opening(session, places=9)
    few = make_opening(session, window_start=time(10), window_end=time(12), places=1)
    report = opened(session)
    session.refresh(many)
    session.refresh(few)
    assert many.places == 9
    assert few.places > 1
    assert report.raised == 1


def test_opening_twice_changes_nothing(session: Session):
    demand(session, visits=8, technicians=1)
    last_on = NEXT_MONDAY + timedelta(days=13)
    opened(session, NEXT_MONDAY, last_on)
    before = places(session)
    report = opened(session, NEXT_MONDAY, last_on)
    assert (report.opened, report.raised) == (0, 0)
    assert places(session) == before


def test_places_sink_for_nobody_when_the_technicians_fall_ill(session: Session):
    people = demand(session)
    opened(session)
    before = places(session)
    for technician in people:
        make_absence(session, technician, NEXT_MONDAY)
    opened(session)
    assert places(session) == before != {}


def test_without_technicians_nothing_opens(session: Session):
    demand(session, visits=3, technicians=0)
    assert opened(session) == OpenedReport(0, 0, 0)


def test_when_everybody_is_away_nothing_opens(session: Session):
    for technician in demand(session, visits=3, technicians=2):
        make_absence(session, technician, NEXT_MONDAY)
    opened(session, NEXT_MONDAY, NEXT_MONDAY + timedelta(days=1))
    assert {day for day, _hour in places(session)} == {NEXT_MONDAY + timedelta(days=1)}


def test_without_visits_that_are_due_nothing_opens(session: Session):
    make_technician(session)
    make_visit(session, due_on=NEXT_MONDAY + timedelta(days=1))
    assert opened(session) == OpenedReport(0, 0, 0)


@pytest.mark.parametrize("free", [EASTER_MONDAY, NEXT_MONDAY + timedelta(days=5)])
def test_a_public_holiday_and_a_saturday_open_nothing(session: Session, free: date):
    demand(session, visits=3)
    assert opened(session, free) == OpenedReport(0, 0, 0)


def test_a_day_off_override_opens_nothing(session: Session):
    demand(session, visits=3)
    override(session, NEXT_MONDAY, DayKind.CLOSED)
    assert opened(session) == OpenedReport(0, 0, 0)


def test_a_public_holiday_that_is_worked_after_all_opens(session: Session):
    demand(session, visits=3)
    override(session, EASTER_MONDAY, DayKind.WORKDAY)
    assert opened(session, EASTER_MONDAY).opened > 0


def test_a_school_holiday_gives_fewer_places(session: Session):
    demand(session)
    assert opened(session, NEXT_MONDAY).places == 4 * 6
    opened(session, MAY_HOLIDAY_MONDAY)
    holiday = [number for (day, _), number in places(session).items() if day != NEXT_MONDAY]
    assert holiday == [4] * 4


def override(session: Session, day: date, kind: DayKind) -> None:
    branch_id = the_branch(session).id
    keep(session, DayOverride(branch_id=branch_id, date=day, kind=kind, reason="proef"))


def test_each_region_opens_for_its_own_visits(session: Session):
    make_technician(session)
    wanted, idle = make_region(session), make_region(session)
    for _ in range(3):
        make_visit(session, address=make_address(session, region=wanted), due_on=LONG_DUE)
    opened(session)
    regions = set(session.scalars(sa.select(Opening.region_id)))
    assert (wanted.id in regions, idle.id in regions) == (True, False)


def test_looked_for_is_who_is_open_due_on_the_map_and_on_no_route(session: Session):
    branch_id = the_branch(session).id
    wanted = make_visit(session, due_on=NEXT_MONDAY)
    make_visit(session, due_on=NEXT_MONDAY + timedelta(days=1))
    make_visit(session, due_on=LONG_DUE, state=VisitState.DONE)
    make_visit(session, due_on=LONG_DUE, address=make_address(session, lat=None, lon=None))
    make_stop(session, visit=make_visit(session, due_on=LONG_DUE))
    [found] = due_addresses(session, branch_id, NEXT_MONDAY)
    assert (found.place.lat, found.place.lon) == (wanted.address.lat, wanted.address.lon)
    assert found.service_s == 45 * 60


def test_what_is_promised_already_leaves_less_room(session: Session):
    demand(session, visits=20, technicians=1)
    alone = places_in_the_morning(session)
    make_stop(session, technician=session.scalars(sa.select(Technician)).one(),
              day_plan=session.scalars(sa.select(DayPlan).filter_by(date=NEXT_MONDAY)).one(),
              window_start=MORNING[0], window_end=MORNING[1])  # fmt: skip
    session.execute(sa.delete(Opening))
    session.commit()
    assert places_in_the_morning(session) < alone


def places_in_the_morning(session: Session) -> int:
    opened(session)
    return sum(number for (_day, hour), number in places(session).items() if hour < 12)


def duty(starts: time = time(8), ends: time = time(16, 30), lunch_minutes: int = 30) -> OnDuty:
    home = (52.1, 5.1)
    return OnDuty(1, "Monteur", home, home, starts, ends, lunch_minutes, time(12), time(13),
                  frozenset())  # fmt: skip


@pytest.mark.parametrize(
    ("on_duty", "morning_minutes", "afternoon_minutes"),
    [
        (duty(), 240, 240),
        (duty(lunch_minutes=0), 240, 270),
        (duty(ends=time(12)), 240, 0),
        (duty(starts=time(12, 30)), 0, 210),
        (duty(starts=time(11, 50)), 10, 240),
    ],
)
def test_half_a_day_is_the_shift_without_lunch_and_the_way_home(
    on_duty: OnDuty, morning_minutes: int, afternoon_minutes: int
):
    def left(minutes: int) -> int:
        return max(0, minutes * 60 - HOME_LEG_S)

    assert half_seconds(on_duty, morning=True) == left(morning_minutes)
    assert half_seconds(on_duty, morning=False) == left(afternoon_minutes)


def test_the_command_opens_from_the_first_day_that_customers_can_choose(
    app: Flask, session: Session
):
    demand(session, visits=12, technicians=1)
    slug = the_branch(session).slug
    command = ["planning", "open-windows", "--branch", slug, "--weeks", "1"]
    tried = app.test_cli_runner().invoke(args=[*command, "--dry-run"])
    assert "would be opened" in tried.output
    assert places(session) == {}
    done = app.test_cli_runner().invoke(args=command)
    assert "were opened" in done.output
    assert session.scalar(sa.select(sa.func.min(DayPlan.date))) == date(2027, 3, 3)
    assert min(places(session))[0] >= date(2027, 3, 3)
