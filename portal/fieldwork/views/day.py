"""The technician's day on the phone."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_staff
from portal.access.guards import Role, staff
from portal.database import db
from portal.fieldwork.forms import chosen_date
from portal.fieldwork.queries import absence_on, active_technicians, days_beside, route_of
from portal.fieldwork.route import Lunch, navigation_link, route_of_the_day, telephone_link
from portal.fieldwork.views import bp
from portal.fieldwork.wording import absence_name, is_tight
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
    local_now = now.astimezone(clock.AMSTERDAM).time()
    before, after = days_beside(session, technician, wanted)
    away = absence_on(session, technician, wanted)
    return render_template(
        "fieldwork/day.html",
        technician=technician,
        is_own=technician.id == current_staff().technician_id,
        on=wanted,
        today=today,
        error=error,
        route=route_of_the_day(route, wanted, today, local_now) if route else None,
        away=absence_name(away) if away else "",
        before=before,
        after=after,
        is_tight=is_tight,
        is_lunch=lambda entry: isinstance(entry, Lunch),
        navigation_link=navigation_link,
        telephone_link=telephone_link,
    )


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
