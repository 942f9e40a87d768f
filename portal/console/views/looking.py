"""Looking further for a customer on the telephone: routes are rearranged when the desk asks."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import Role, staff
from portal.booking.offering.second_chance import look_further
from portal.booking.queries import live_appointment, window_of
from portal.console.blueprint import bp
from portal.console.views.customer import visit_of
from portal.database import db
from portal.texts import text


@bp.post("/staff/visits/<int:visit_id>/look")
@staff(Role.DESK, Role.PLANNER)
def look(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    moving = live_appointment(db.session(), visit)
    besides = window_of(moving) if moving is not None else None
    if not look_further(db.session(), visit, clock.now(), besides):
        flash(text("We looked further, and found no other times today."), "info")
    return redirect(url_for("console.plan_visit", visit_id=visit_id, all=1), 303)
