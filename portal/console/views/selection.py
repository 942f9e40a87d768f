"""Several times that suit a customer on the telephone: the same as the customer can do."""

from __future__ import annotations

from collections.abc import Collection

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import Role, staff
from portal.booking.actions.selections import select, withdraw
from portal.booking.errors import TickedGone, TooFewTicked, TooManyTicked
from portal.booking.links import path_to_choose_again, running_key
from portal.booking.queries import live_appointment
from portal.booking.ticking.decision import FEWEST
from portal.booking.ticking.selecting import open_selection, windows_of
from portal.booking.ticking.several import heard_in_words, heard_of, tick_page, ticks_from
from portal.console.blueprint import bp
from portal.console.views.customer import circumstances, visit_of
from portal.customers.models import Visit
from portal.database import db, transaction
from portal.errors import Refusal
from portal.messages.outbox import can_be_mailed
from portal.texts import text

NOT_SO: tuple[type[Refusal], ...] = (TickedGone, TooFewTicked, TooManyTicked)


@bp.get("/staff/visits/<int:visit_id>/several")
@staff(Role.DESK, Role.PLANNER)
def select_several(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    if live_appointment(db.session(), visit) is not None:
        return redirect(url_for("console.customer", customer_id=visit.customer.id))
    return several_page(visit)


@bp.post("/staff/visits/<int:visit_id>/several")
@staff(Role.DESK, Role.PLANNER)
def send_several(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    sent = ticks_from(request.form.getlist("tick"))
    if request.form.get("show") == "all":
        return several_page(visit, sent, shows_all=True)
    shows_all = request.form.get("shows_all") == "yes"
    try:
        with transaction() as session:
            again = path_to_choose_again(session, visit_id, running_key())
            made = select(session, visit, sent, circumstances(""), again)
            heard = heard_of(made, clock.now())
    except NOT_SO as refusal:
        return several_page(visit_of(visit_id), sent, refusal, shows_all=shows_all)
    flash(noted(visit_of(visit_id), heard), "success")
    return redirect(url_for("console.customer", customer_id=visit_of(visit_id).customer.id), 303)


@bp.post("/staff/visits/<int:visit_id>/several/stop")
@staff(Role.DESK, Role.PLANNER)
def stop_several(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    with transaction() as session:
        withdraw(session, visit, circumstances(""))
    if live_appointment(db.session(), visit_of(visit_id)) is None:
        flash(text("We no longer choose for this customer."), "success")
    return redirect(url_for("console.plan_visit", visit_id=visit_id), 303)


def noted(visit: Visit, heard: str) -> str:
    """Return what to tell on the phone: when the customer hears, or that somebody has to call."""
    if can_be_mailed(visit.customer.email):
        return text("Noted. The customer hears %(heard)s.", heard=heard)
    return text(
        "Noted. We choose one %(heard)s. There is no mail address: call the customer then.",
        heard=heard,
    )


def several_page(
    visit: Visit,
    sent: Collection[int] | None = None,
    refusal: Refusal | None = None,
    *,
    shows_all: bool = False,
) -> ResponseReturnValue:
    """Return the windows with a box each, and what is ticked until we choose."""
    session, now = db.session(), clock.now()
    page = tick_page(session, visit, now, sent, shows_all=shows_all)
    known = open_selection(session, visit.id)
    body = render_template(
        "console/several.html",
        visit=visit,
        page=page,
        windows=windows_of(known) if known is not None else {},
        heard=heard_in_words(page.told_before, now),
        fewest_ticks=FEWEST,
        errors={"ticks": refusal.sentence} if refusal is not None else {},
    )
    return body, 200 if refusal is None else refusal.status
