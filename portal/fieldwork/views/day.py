"""The technician's day on the phone."""

from __future__ import annotations

from datetime import date

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_staff
from portal.access.guards import Role, staff
from portal.booking.forms import new_key
from portal.database import db
from portal.fieldwork.forms import chosen_date
from portal.fieldwork.lateness import about
from portal.fieldwork.queries import (
    absence_on,
    active_technicians,
    day_plan_of,
    days_beside,
    next_day_with_visits,
    route_of,
)
from portal.fieldwork.route import (
    Lunch,
    RouteOfTheDay,
    navigation_link,
    route_of_the_day,
    telephone_link,
)
from portal.fieldwork.tapping import DayOfTaps, day_of_taps
from portal.fieldwork.views import bp
from portal.fieldwork.wording import absence_name, is_tight, step_name
from portal.planning.queries import PlannedRoute
from portal.technicians.models import Technician


@bp.get("/route")
@staff(Role.TECHNICIAN, Role.PLANNER, Role.DESK)
def day() -> ResponseReturnValue:
    session = db.session()
    technician = asked_technician(request.args.get("technician", ""))
    if technician is None:
        return render_template("fieldwork/choose.html", technicians=active_technicians(session))
    now = clock.now()
    today = clock.local_date(now)
    wanted, error = chosen_date(request.args.get("date", ""), today)
    route = route_of(session, technician, wanted)
    is_own = technician.id == current_staff().technician_id
    plan = day_plan_of(session, technician, wanted)
    taps = day_of_taps(session, technician.id, plan, wanted, now, is_own=is_own and wanted == today)
    split = split_route(route, taps, wanted, today) if route else None
    before, after = days_beside(session, technician, wanted)
    away = absence_on(session, technician, wanted)
    return render_template(
        "fieldwork/day.html",
        technician=technician,
        is_own=is_own,
        taps=taps,
        about=about,
        key=new_key,
        step_name=step_name,
        on=wanted,
        today=today,
        error=error,
        route=split,
        untapped=taps.untapped(split.earlier) if split else (),
        away=absence_name(away) if away else "",
        next_visits=None if split else next_day_with_visits(session, technician, wanted),
        before=before,
        after=after,
        is_tight=is_tight,
        is_lunch=lambda entry: isinstance(entry, Lunch),
        navigation_link=navigation_link,
        telephone_link=telephone_link,
    )


def split_route(route: PlannedRoute, taps: DayOfTaps, wanted: date, today: date) -> RouteOfTheDay:
    """Return the route split by what was tapped."""
    return route_of_the_day(route, wanted, today, taps.ended_visits, taps.at_hand)


def asked_technician(number: str) -> Technician | None:
    """Return whose route to show, or None when a colleague must still choose.

    A technician sees the own route only: 403 for another's. 404 for somebody who does not exist.
    """
    member = current_staff()
    if member.role is Role.TECHNICIAN and number not in ("", str(member.technician_id)):
        abort(403)
    if not number and member.technician_id is None:
        if member.role is Role.TECHNICIAN:
            abort(404)
        return None
    wanted = number or str(member.technician_id)
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 9:
        abort(404)
    return db.session().get(Technician, int(wanted)) or abort(404)
