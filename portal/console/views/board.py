"""The day board, and improving its routes."""

from __future__ import annotations

from datetime import date, time

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import Role, staff
from portal.console.blueprint import bp, may_plan
from portal.console.board import board, first_board_date
from portal.console.drawings import map_of, timeline_of
from portal.console.map_drawing import letter_of
from portal.console.outcome import outcome
from portal.console.queries import chosen_branch
from portal.console.timeline import Doing, fitted
from portal.customers.models import Visit
from portal.database import db
from portal.fieldwork.forms import chosen_date
from portal.fieldwork.wording import absence_name, is_tight
from portal.planning.queries import PlannedStop, planned_day
from portal.planning.solving import solve_apart_for, solve_day
from portal.texts import text

SOLVE_SECONDS = 3  # somebody is waiting for the page
BLOCK_CLASS = {Doing.TRAVEL: "route-travel", Doing.WAIT: "svg-wait", Doing.LUNCH: "svg-break"}


@bp.get("/staff/board", endpoint="board")
@staff(Role.PLANNER, Role.DESK)
def board_page() -> ResponseReturnValue:
    session = db.session()
    branch = chosen_branch(session, request.args.get("branch"))
    today = clock.local_date(clock.now())
    usual = first_board_date(session, branch.id, today)
    day, error = chosen_date(request.args.get("date", ""), usual)
    shown = board(session, branch, day)
    return render_template(
        "console/board.html",
        board=shown,
        error=error,
        timeline=timeline_of(shown.routes, visit_link, time_now(day)),
        map=map_of(shown.routes, visit_link),
        today=today,
        may_plan=may_plan(),
        absence_name=absence_name,
        is_tight=is_tight,
        visit_link=visit_link,
        customer_link=customer_link,
        block_class=BLOCK_CLASS,
        fitted=fitted,
        letter_of=letter_of,
    )


@bp.post("/staff/board/solve")
@staff(Role.PLANNER)
def solve() -> ResponseReturnValue:
    session = db.session()
    now = clock.now()
    branch = chosen_branch(session, request.form.get("branch"))
    day, error = chosen_date(request.form.get("date", ""), clock.local_date(now))
    planned = None if error else planned_day(session, branch.id, day)
    if planned is None:
        abort(404)
    back = redirect(url_for("console.board", date=day.isoformat(), branch=branch.slug), 303)
    if day < clock.local_date(now):
        flash(text("This day lies behind us: its routes stay as they were driven."), "warning")
        return back
    solved = solve_day(planned.plan.id, solve_apart_for(seconds=SOLVE_SECONDS, seed=0), now)
    sentence, kind = outcome(solved)
    flash(sentence, kind)
    return back


def visit_link(stop: PlannedStop) -> str:
    """Return the address of the customer's page, at this visit."""
    return customer_link(stop.visit)


def customer_link(visit: Visit) -> str:
    """Return the address of the customer's page, at this visit."""
    return url_for("console.customer", customer_id=visit.customer.id, _anchor=f"visit-{visit.id}")


def time_now(day: date) -> time | None:
    """Return the time by the clock when the day is today."""
    now = clock.now().astimezone(clock.AMSTERDAM)
    return now.time() if now.date() == day else None
