"""Opened windows: the weeks at a glance, one region's day in detail, and opening by hand."""

from __future__ import annotations

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_actor, current_staff
from portal.access.guards import Role, staff
from portal.console.blueprint import bp
from portal.console.forms import LONGEST_REASON, MOST_PLACES, Errors, window_change
from portal.console.openings import WEEK, WEEKS, cell_of, openings_table, stories
from portal.console.queries import chosen_branch
from portal.database import db, transaction
from portal.fieldwork.forms import chosen_date
from portal.planning.errors import DayTooNear, PlacesBelowTaken, UnknownWindow
from portal.planning.opening_changes import Decision, close, set_places
from portal.planning.openings import OpenedReport, open_windows
from portal.planning.policy import first_choosable_on
from portal.regions.models import Region
from portal.texts import plural, text

REFUSALS = (PlacesBelowTaken, DayTooNear, UnknownWindow)


@bp.get("/staff/openings")
@staff(Role.PLANNER, Role.DESK)
def openings() -> ResponseReturnValue:
    session = db.session()
    branch = chosen_branch(session, request.args.get("branch"))
    today = clock.local_date(clock.now())
    first_on, error = chosen_date(request.args.get("from", ""), today)
    return render_template(
        "console/openings.html",
        branch=branch,
        weeks=openings_table(session, branch, first_on),
        error=error,
        today=today,
        earlier=first_on - WEEKS * WEEK,
        later=first_on + WEEKS * WEEK,
        may_plan=may_plan(),
    )


@bp.post("/staff/openings")
@staff(Role.PLANNER)
def open_coming_weeks() -> ResponseReturnValue:
    now = clock.now()
    today = clock.local_date(now)
    with transaction() as session:
        branch = chosen_branch(session, request.form.get("branch"))
        report = open_windows(
            session, branch, first_choosable_on(now), today + WEEKS * WEEK, current_actor()
        )
        slug = branch.slug
    flash(opened_in_words(report), "success")
    return redirect(url_for("console.openings", branch=slug), 303)


@bp.get("/staff/openings/<int:region_id>/<day>")
@staff(Role.PLANNER, Role.DESK)
def opening_day(region_id: int, day: str) -> ResponseReturnValue:
    return day_page(region_of(region_id), date_of(day))


@bp.post("/staff/openings/<int:region_id>/<day>")
@staff(Role.PLANNER)
def change_window(region_id: int, day: str) -> ResponseReturnValue:
    region, on = region_of(region_id), date_of(day)
    change, errors = window_change(request.form)
    if change is None:
        return day_page(region, on, errors, 422)
    decision = Decision(current_actor(), change.reason, clock.now())
    try:
        with transaction() as session:
            region = session.get_one(Region, region_id)
            if change.places is None:
                close(session, region, on, change.start, decision)
            else:
                set_places(session, region, on, change.start, change.places, decision)
    except REFUSALS as refusal:
        return day_page(region_of(region_id), on, {"places": refusal.sentence}, refusal.status)
    flash(text("Saved. Customers see it at once."), "success")
    return redirect(url_for("console.opening_day", region_id=region_id, day=day), 303)


def closed_because(on: date) -> str:
    """Return why customers cannot choose a date: it is over, or too near."""
    is_over = on < clock.local_date(clock.now())
    return text("This day lies behind us.") if is_over else DayTooNear().sentence


def day_page(
    region: Region, on: date, errors: Errors | None = None, status: int = 200
) -> ResponseReturnValue:
    """Return the page with one region's windows on one date, with a form for each of them."""
    session = db.session()
    cell = cell_of(session, region, on)
    is_choosable = on >= first_choosable_on(clock.now())
    page = render_template(
        "console/opening_day.html",
        cell=cell,
        branch=region.branch,
        stories=stories(session, cell),
        too_near="" if is_choosable else closed_because(on),
        errors=errors or {},
        form=request.form,
        may_change=may_plan() and is_choosable,
        most_places=MOST_PLACES,
        longest_reason=LONGEST_REASON,
    )
    return page, status


def region_of(region_id: int) -> Region:
    """Return the region, or answer 404."""
    return db.session().get(Region, region_id) or abort(404)


def date_of(typed: str) -> date:
    """Return the date in an address, or answer 404."""
    day, error = chosen_date(typed, clock.local_date(clock.now()))
    if error:
        abort(404)
    return day


def may_plan() -> bool:
    """Return whether the reader may change what is planned."""
    return current_staff().role is not Role.DESK


def opened_in_words(report: OpenedReport) -> str:
    """Return what opening the coming weeks brought: a sentence for each thing that happened."""
    if not report.opened and not report.raised:
        return text("All windows that can be served were open already. Nothing changed.")
    opened = plural("%(num)s window opened.", "%(num)s windows opened.", report.opened)
    raised = plural(
        "%(num)s window got more places.", "%(num)s windows got more places.", report.raised
    )
    return " ".join(
        said for said, number in ((opened, report.opened), (raised, report.raised)) if number
    )
