"""The day board: who is where, what is in danger, and better routes at a click."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.clock import AMSTERDAM
from portal.database import db
from portal.planning.models import HoldKind, Stop
from portal.regions.models import DayKind, DayOverride, SchoolZone
from tests.console.days import BOARD, busy_day, plan_of_day, promise
from tests.document import text_of
from tests.factories import (
    NEXT_MONDAY,
    keep,
    make_absence,
    make_branch,
    make_day_plan,
    make_region,
    make_technician,
    the_branch,
)
from tests.staff import make_staff, sign_in

HOSTILE = """<script>alert("x")</script>' onload='x' 100 %s &amp; {7*7}"""


def test_without_a_branch_the_board_says_who_can_help(planner):
    assert "beheerder" in planner.fetch("/staff/board", 404).text


def test_a_day_without_a_plan_is_an_empty_board(planner, session: Session):
    make_branch(session)
    page = planner.fetch(BOARD)
    assert "Voor deze dag is niets gepland" in page.text
    assert not page.elements("table")


def test_a_planned_day_without_visits_shows_who_is_on_duty(planner, session: Session):
    make_technician(session, name="Anouk")
    make_day_plan(session)
    page = planner.fetch(BOARD)
    assert "Nog geen bezoeken op deze dag" in page.text
    assert "Anouk" in page.text


def test_list_timeline_and_map_show_the_same_visits(planner, session: Session):
    make_region(session, "3511")
    busy_day(session, visits=6)
    page = planner.fetch(BOARD)
    listed = [row[3] for table in range(len(page.elements("table"))) for row in page.rows(table)]
    pictured = page.elements(role="listitem")
    assert len([name for name in listed if name != "Klant"]) == 6
    assert len(pictured) == 12
    assert len({link.href for link in page.links if "visit-" in link.href}) == 6


def test_a_visit_says_in_one_line_who_when_and_where(planner, session: Session):
    busy_day(session, visits=0)
    visit = promise(session, time(10), name="J. de Vries")
    page = planner.fetch(BOARD)
    label = page.elements(role="listitem")[0][0].get("aria-label", "")
    assert re.match(r"J. de Vries, 1\d:\d\d–1\d:\d\d, ", label)
    assert visit.address.line in label
    assert "beloofd 10:00–12:00" in label


def test_positions_are_attributes_for_the_content_security_policy(planner, session: Session):
    busy_day(session)
    page = planner.fetch(BOARD)
    assert not [one for one in page.elements() if one.get("style")]
    assert not page.elements("script")


def test_key_figures_are_told(planner, session: Session):
    busy_day(session, visits=4)
    figures = " ".join(text_of(one) for one in planner.fetch(BOARD).elements("dl"))
    assert "Bezoeken 4" in figures
    assert "Monteurs aan het werk 2" in figures
    assert "veranderd, daarna niet verbeterd" in figures


def test_the_gap_is_told_only_while_the_solution_is_still_the_plan(planner, session: Session):
    busy_day(session, visits=4)
    plan = plan_of_day(session)
    plan.solved_version, plan.lower_bound_s, plan.solved_at = plan.version, 1, plan_time()
    plan.travel_s = 3600
    session.commit()
    assert "boven de best mogelijke" in planner.fetch(BOARD).text
    promise(session)
    assert "boven de best mogelijke" not in planner.fetch(BOARD).text


def test_an_absent_technician_is_named_with_the_reason(planner, session: Session):
    _, bram = busy_day(session, visits=2)
    make_absence(session, make_technician(session, name="Chantal"), NEXT_MONDAY)
    text = planner.fetch(BOARD).text
    assert "Chantal: vrij" in text
    assert f"{bram.name}: vrij" not in text


def test_visits_of_somebody_who_fell_ill_are_a_warning(planner, session: Session):
    people = busy_day(session, visits=0, names=["Anouk"])
    visit = promise(session, name="J. de Vries")
    make_absence(session, people[0], NEXT_MONDAY)
    page = planner.fetch(BOARD)
    assert "1 bezoek staat bij een monteur die niet werkt" in page.text
    assert page.link("J. de Vries").endswith(f"#visit-{visit.id}")


def test_a_window_that_cannot_be_kept_is_a_warning(planner, session: Session):
    busy_day(session, visits=0, names=["Anouk"])
    for _ in range(3):
        promise(session, time(8))
    session.execute(sa.update(Stop).values(window_start=time(8), window_end=time(8, 30)))
    session.commit()
    assert "beloofd was uiterlijk 08:30" in planner.fetch(BOARD).text


def test_holidays_are_named_per_region(planner, session: Session):
    make_region(session, name="Kampen", school_zone=SchoolZone.NOORD)
    make_region(session, name="Eindhoven", school_zone=SchoolZone.ZUID)
    page = planner.fetch("/staff/board?date=2027-02-15")
    assert "Eindhoven: Voorjaarsvakantie" in page.text
    assert "Kampen: Voorjaarsvakantie" not in page.text


def test_a_public_holiday_is_named_and_stepped_over(planner, session: Session):
    make_branch(session)
    assert "Koningsdag" in planner.fetch("/staff/board?date=2027-04-27").text
    page = planner.fetch("/staff/board?date=2027-04-26")
    assert "date=2027-04-28" in page.link("wo 28 apr")


def test_a_weekend_is_a_day_without_work_and_names_nobody(planner, session: Session):
    make_technician(session, name="Anouk")
    page = planner.fetch("/staff/board?date=2027-03-07")
    assert "Op deze dag werken wij niet." in page.text
    assert "Anouk" not in page.text


def test_a_day_that_the_planner_closed_is_stepped_over(planner, session: Session):
    branch = the_branch(session)
    keep(
        session,
        DayOverride(
            branch_id=branch.id, date=date(2027, 3, 9), kind=DayKind.CLOSED, reason="dag uit"
        ),
    )
    assert "date=2027-03-10" in planner.fetch(BOARD).link("wo 10 mrt")


def test_without_a_date_the_board_shows_the_first_workday_from_today(
    planner, session: Session, clock
):
    make_branch(session)
    clock.set(datetime(2027, 3, 6, 12, tzinfo=AMSTERDAM))  # a Saturday
    assert "maandag 8 maart 2027" in planner.fetch("/staff/board").h1


@pytest.mark.parametrize("typed", ["morgen", "2027-13-40", "0001-01-01", "9999-12-31"])
def test_a_date_that_is_none_is_said_kindly(planner, session: Session, typed: str):
    make_branch(session)
    page = planner.fetch(f"/staff/board?date={typed}")
    assert "maandag 1 maart 2027" in page.h1
    assert "Dit is maandag 1 maart 2027" in page.text


def test_a_day_after_the_published_school_holidays_still_has_a_board(planner, session: Session):
    make_region(session)
    planner.fetch("/staff/board?date=2030-01-07")


def test_hostile_names_stay_words(planner, session: Session):
    busy_day(session, visits=0, names=[HOSTILE])
    promise(session, name=HOSTILE)
    page = planner.fetch(BOARD)
    assert HOSTILE in page.text
    assert not page.elements("script")
    assert b"<script>alert" not in page.body


def test_a_held_window_is_told_apart_from_a_booked_one(planner, session: Session):
    busy_day(session, visits=1)
    assert "vastgehouden" not in planner.fetch(BOARD).text
    session.execute(sa.update(Stop).values(held_until=plan_time(), hold_kind=HoldKind.CHOICE))
    session.commit()
    assert "vastgehouden" in planner.fetch(BOARD).text


def test_the_board_asks_no_more_questions_for_more_stops(planner, session: Session):
    busy_day(session, visits=2, names=["Anouk", "Bram", "Chantal"])
    with counted_queries() as few:
        planner.fetch(BOARD)
    for start in (8, 10, 12, 14, 8, 10, 12, 14):
        promise(session, time(start))
    with counted_queries() as many:
        planner.fetch(BOARD)
    assert len(many) == len(few)
    assert len(few) <= 25


def test_improving_keeps_every_window_and_says_what_it_brought(planner, session: Session):
    busy_day(session, visits=6)
    before = windows(session)
    page = planner.submit(planner.fetch(BOARD).form("Verbeter de routes"))
    assert "Er is geen tijdvak veranderd." in page.text
    assert "maandag 8 maart 2027" in page.h1
    assert windows(session) == before
    assert plan_of_day(session).solved_at is not None


def test_a_day_without_a_plan_cannot_be_improved(planner, session: Session):
    busy_day(session)
    form = planner.fetch(BOARD).form("Verbeter de routes")
    planner.submit(form, {"date": "2027-04-01"}, 404)
    planner.submit(form, {"date": "nonsense"}, 404)


def test_a_day_that_is_past_keeps_its_routes(planner, session: Session, clock):
    busy_day(session)
    form = planner.fetch(BOARD).form("Verbeter de routes")
    clock.set(datetime.combine(NEXT_MONDAY, time(23, 59), AMSTERDAM))
    assert "Verbeter de routes nu" in planner.fetch(BOARD).text
    clock.forward(minutes=1)
    assert "Verbeter de routes nu" not in planner.fetch(BOARD).text
    page = planner.submit(form)
    assert "de routes blijven zoals ze zijn gereden" in page.text
    assert plan_of_day(session).solved_at is None


def test_routes_of_a_past_day_wait_for_no_improvement(planner, session: Session, clock):
    busy_day(session)
    assert "veranderd, daarna niet verbeterd" in planner.fetch(BOARD).text
    clock.set(datetime.combine(NEXT_MONDAY, time(23, 59), AMSTERDAM))
    clock.forward(minutes=1)
    assert "niet verbeterd" not in planner.fetch(BOARD).text


def test_the_desk_sees_the_board_but_changes_no_routes(planner, desk, session: Session):
    busy_day(session)
    form = planner.fetch(BOARD).form("Verbeter de routes")
    assert "Verbeter de routes" not in desk.fetch(BOARD).text
    token = desk.fetch(BOARD).form("sign-out").values["csrf_token"]
    desk.post(form.action, {**form.values, "csrf_token": token}, 403)


def test_a_technician_is_not_let_in(make_client, session: Session):
    technician = make_technician(session)
    visitor = make_client()
    sign_in(visitor, make_staff(session, Role.TECHNICIAN, technician_id=technician.id))
    page = visitor.fetch(BOARD, 403)
    assert page.link("Terug naar mijn werk") == "/staff/"


def test_the_board_speaks_english_too(planner, session: Session):
    busy_day(session)
    planner.set_language("en")
    assert planner.fetch(BOARD).h1 == f"Board: Monday {NEXT_MONDAY:%-d %B %Y}"


def windows(session: Session) -> set[tuple[int, time, time]]:
    rows = session.execute(sa.select(Stop.visit_id, Stop.window_start, Stop.window_end))
    return {tuple(row) for row in rows}


def plan_time() -> datetime:
    return datetime(2027, 3, 1, 13, tzinfo=AMSTERDAM)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Yield a list that collects the statements sent meanwhile."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
        statements.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
