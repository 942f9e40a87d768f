"""The planning commands: what they say, and how they end."""

from __future__ import annotations

from datetime import date, time

from flask import Flask
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.planning.actions import admit
from portal.planning.windows import Window
from tests.factories import make_absence, make_day_plan, make_technician, make_visit, the_branch

MONDAY = date(2027, 3, 8)


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["planning", *arguments])
    return result.exit_code, result.output


def test_check_finds_nothing_where_every_promise_can_be_kept(app: Flask, session: Session) -> None:
    make_technician(session)
    make_day_plan(session, MONDAY)
    visit = make_visit(session)
    with transaction() as write:
        admit(write, visit, Window(MONDAY, time(8), time(10)), opening_id=None)
    slug = the_branch(session).slug
    assert run(app, "check", "--branch", slug) == (
        0,
        "1 days with visits; every promise can be kept\n",
    )


def test_check_names_the_days_that_need_care(app: Flask, session: Session) -> None:
    technician = make_technician(session)
    make_day_plan(session, MONDAY)
    visit = make_visit(session)
    with transaction() as write:
        admit(write, visit, Window(MONDAY, time(8), time(10)), opening_id=None)
    make_absence(session, technician, MONDAY)
    code, said = run(app, "check", "--branch", the_branch(session).slug)
    assert code == 1
    assert "2027-03-08: 1 visits stand with somebody who is not on duty" in said
    assert "1 of 1 days need care" in said


def test_an_unknown_branch_is_said_in_a_sentence(app: Flask, session: Session) -> None:
    for command in ("check", "solve", "open-windows"):
        code, said = run(app, command, "--branch", "nowhere")
        assert code == 1
        assert "nowhere" in said
        assert "Traceback" not in said
