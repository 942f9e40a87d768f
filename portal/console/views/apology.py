"""Say sorry for an appointment that we cannot keep, with something better in its place."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_staff
from portal.access.guards import Role, staff
from portal.booking.actions.apologies import Broken, apologise, what_could_replace
from portal.booking.broken_words import reason_for_staff
from portal.booking.links import running_key
from portal.booking.models import Appointment, BrokenBecause
from portal.booking.policy import may_override
from portal.booking.queries import live_appointment
from portal.console.blueprint import bp
from portal.console.forms import Errors
from portal.console.views.customer import circumstances, visit_of
from portal.customers.models import Visit
from portal.database import db, transaction
from portal.messages.outbox import can_be_mailed
from portal.telephone import grouped
from portal.texts import text


@bp.get("/staff/visits/<int:visit_id>/apologise")
@staff(Role.DESK, Role.PLANNER)
def apologise_form(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    return apology_page(visit, live_appointment(db.session(), visit) or abort(404))


@bp.post("/staff/visits/<int:visit_id>/apologise")
@staff(Role.DESK, Role.PLANNER)
def apologise_for_visit(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    appointment = live_appointment(db.session(), visit)
    if appointment is not None:
        because = reason_from(request.form.get("because", ""))
        if because is None:
            errors = {"because": text("Choose why we cannot keep it.")}
            return apology_page(visit, appointment, errors, 422)
        instead = what_could_replace(db.session(), visit, clock.now())
        broken = Broken(because, current_staff().name, instead)
        with transaction() as session:
            apologise(session, appointment, broken, circumstances(""), running_key())
    visit = visit_of(visit_id)
    flash(*what_to_do_next(visit))
    return redirect(url_for("console.customer", customer_id=visit.customer.id), 303)


def reason_from(typed: str) -> BrokenBecause | None:
    """Return the reason that the form names, or None."""
    return next((one for one in BrokenBecause if one.value == typed), None)


def what_to_do_next(visit: Visit) -> tuple[str, str]:
    """Return what the colleague is told afterwards, and the kind of that message."""
    if can_be_mailed(visit.customer.email):
        told = text("The appointment is cancelled in our name, and the customer has our apology.")
        return told, "success"
    phone = grouped(visit.customer.phone or "–")
    return text("The customer has no mail address. Call now: %(phone)s.", phone=phone), "warning"


def apology_page(
    visit: Visit, appointment: Appointment, errors: Errors | None = None, status: int = 200
) -> ResponseReturnValue:
    """Return the page that asks why, and shows what we would keep for the customer instead."""
    instead = what_could_replace(db.session(), visit, clock.now())
    page = render_template(
        "console/apologise_visit.html",
        visit=visit,
        appointment=appointment,
        is_over=not may_override(appointment.date, clock.now()),
        best=instead[0].window if instead else None,
        reasons=[(one.value, reason_for_staff(one), "") for one in BrokenBecause],
        errors=errors or {},
        form=request.form,
    )
    return page, status
