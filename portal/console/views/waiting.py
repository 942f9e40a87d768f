"""The waiting list at the desk: the same as the customer can do, and whom to call."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_actor
from portal.access.guards import Role, staff
from portal.booking.actions.waiting import ask, withdraw
from portal.booking.actions.waiting_offers import accept, decline, offer
from portal.booking.circumstances import Circumstances
from portal.booking.links import running_key
from portal.booking.models import WaitingOffer, WaitingRequest
from portal.booking.queries import live_appointment
from portal.booking.waiting_list.form import (
    Errors,
    first_wishes,
    form_again,
    form_with,
    wishes_typed,
)
from portal.booking.waiting_list.queries import live_request, open_offer, wishable_period, wishes_of
from portal.clock import local_date
from portal.console.blueprint import bp
from portal.console.queries import chosen_branch
from portal.console.views.customer import visit_of, words_of
from portal.console.waiting import days_waiting, waiting_desk
from portal.customers.models import Visit, VisitState
from portal.database import db, transaction
from portal.errors import Refusal
from portal.pages import clock_time
from portal.site import current_site
from portal.texts import text


@bp.get("/staff/waiting")
@staff(Role.DESK, Role.PLANNER)
def waiting() -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    branch = chosen_branch(session, request.args.get("branch"))
    return render_template(
        "console/waiting.html",
        branch=branch,
        desk=waiting_desk(session, branch.id, now),
        days_waiting=days_waiting,
        today=local_date(now),
    )


@bp.get("/staff/visits/<int:visit_id>/waiting")
@staff(Role.DESK, Role.PLANNER)
def wait_form(visit_id: int) -> ResponseReturnValue:
    return wait_page(visit_of(visit_id))


@bp.post("/staff/visits/<int:visit_id>/waiting")
@staff(Role.DESK, Role.PLANNER)
def put_on_list(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    appointment = live_appointment(db.session(), visit)
    period = wishable_period(visit, appointment, clock.now())
    if period is None or visit.state is not VisitState.OPEN:
        return wait_page(visit)
    wishes, errors = wishes_typed(request.form, period)
    if wishes is None:
        return wait_page(visit, errors)
    with transaction() as session:
        ask(session, visit, wishes, acting(), running_key())
    name = visit_of(visit_id).customer.name
    flash(text("%(name)s is on the waiting list.", name=name), "success")
    return redirect(url_for("console.wait_form", visit_id=visit_id), 303)


@bp.post("/staff/visits/<int:visit_id>/waiting/stop")
@staff(Role.DESK, Role.PLANNER)
def take_off_list(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    with transaction() as session:
        withdraw(session, visit, acting())
    visit = visit_of(visit_id)
    flash(text("%(name)s is off the waiting list.", name=visit.customer.name), "success")
    return redirect(url_for("console.customer", customer_id=visit.customer.id), 303)


@bp.post("/staff/waiting/<int:request_id>/keep")
@staff(Role.DESK, Role.PLANNER)
def keep_for_call(request_id: int) -> ResponseReturnValue:
    asked = db.session.get(WaitingRequest, request_id) or abort(404)
    visit_of(asked.visit_id)
    opening = request.form.get("opening", "")
    if not opening.isascii() or not opening.isdigit() or len(opening) > 9:
        abort(400)
    try:
        with transaction() as session:
            kept = offer(session, session.get_one(WaitingRequest, request_id), int(opening),
                         acting(), running_key())  # fmt: skip
            told = {"name": kept.request.visit.customer.name, "time": clock_time(kept.held_until)}
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for("console.waiting"), 303)
    flash(
        text("Kept for %(name)s until %(time)s. Call now, and note the answer.", **told), "success"
    )
    return redirect(url_for("console.waiting"), 303)


@bp.post("/staff/waiting/offers/<int:offer_id>/answer")
@staff(Role.DESK, Role.PLANNER)
def answer_offer(offer_id: int) -> ResponseReturnValue:
    kept = db.session.get(WaitingOffer, offer_id) or abort(404)
    visit = visit_of(kept.request.visit_id)
    says_yes = request.form.get("answer") == "yes"
    try:
        with transaction() as session:
            kept = session.get_one(WaitingOffer, offer_id)
            if says_yes:
                made = accept(session, kept, acting())
                told = text("Booked: %(day)s, %(start)s–%(end)s. Appointment number %(reference)s.")
                told %= words_of(made)
            else:
                decline(session, kept, acting())
                told = text("Noted. The time goes to the next one on the list.")
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for("console.waiting"), 303)
    flash(told, "success")
    if says_yes:
        return redirect(url_for("console.customer", customer_id=visit.customer.id), 303)
    return redirect(url_for("console.waiting"), 303)


def acting() -> Circumstances:
    """Return when, by which colleague and in whose name something is done."""
    return Circumstances(clock.now(), current_actor(), current_site())


def wait_page(visit: Visit, errors: Errors | None = None) -> ResponseReturnValue:
    """Return the page on which a visit is put on the list, its wishes changed, or taken off."""
    session = db.session()
    asked, appointment = live_request(session, visit.id), live_appointment(session, visit)
    period = wishable_period(visit, appointment, clock.now())
    form = None
    if period and visit.state is VisitState.OPEN:
        wishes = wishes_of(asked) if asked else first_wishes(session, visit, period)
        form = form_again(request.form, period) if errors else form_with(wishes, period)
    page = render_template(
        "console/waiting_visit.html",
        visit=visit,
        asked=asked,
        appointment=appointment,
        kept=open_offer(session, visit.id),
        form=form,
        errors=errors or {},
    )
    return page, 422 if errors else 200
