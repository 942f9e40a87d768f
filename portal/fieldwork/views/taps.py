"""The buttons of the technician's day: each press is one form, and one short transaction."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock
from portal.access.current import current_actor, current_staff
from portal.access.guards import Role, staff
from portal.booking.circumstances import Circumstances
from portal.booking.forms import new_key
from portal.booking.links import running_key
from portal.booking.models import Appointment
from portal.booking.queries import live_appointment, open_invitation
from portal.customers.due import next_due
from portal.customers.models import Visit
from portal.customers.queries import visit_with_everything
from portal.database import db, transaction
from portal.errors import Refusal
from portal.fieldwork import actions
from portal.fieldwork.errors import NotYourRoute
from portal.fieldwork.forms import key_from, moment_from, note_from, reason_from, work_from
from portal.fieldwork.models import Tap
from portal.fieldwork.notices import card_in_words
from portal.fieldwork.progress import taps_of_day
from portal.fieldwork.queries import stands_on_route
from portal.fieldwork.steps import Step
from portal.fieldwork.touch import Touch
from portal.fieldwork.views import bp
from portal.fieldwork.wording import told_after
from portal.fieldwork.work import USUAL, Unfinished, Work, reason_in_words, work_in_words
from portal.site import current_site
from portal.texts import text


@bp.post("/route/visit/<int:visit_id>/on-my-way")
@staff(Role.TECHNICIAN)
def set_off(visit_id: int) -> ResponseReturnValue:
    return tapped(visit_id, lambda session, touch: actions.set_off(session, touch, circumstances()))


@bp.post("/route/visit/<int:visit_id>/start")
@staff(Role.TECHNICIAN)
def start(visit_id: int) -> ResponseReturnValue:
    return tapped(visit_id, lambda session, touch: actions.start(session, touch, circumstances()))


@bp.get("/route/visit/<int:visit_id>/done")
@staff(Role.TECHNICIAN)
def done_form(visit_id: int) -> ResponseReturnValue:
    return done_page(visit_at(visit_id))


@bp.post("/route/visit/<int:visit_id>/done")
@staff(Role.TECHNICIAN)
def done(visit_id: int) -> ResponseReturnValue:
    work, errors = work_from(request.form, clock.local_date(clock.now()))
    if work is None:
        return done_page(visit_at(visit_id), errors)
    return tapped(
        visit_id, lambda session, touch: actions.finish(session, touch, work, circumstances())
    )


@bp.get("/route/visit/<int:visit_id>/not-at-home")
@staff(Role.TECHNICIAN)
def not_at_home_form(visit_id: int) -> ResponseReturnValue:
    visit = visit_at(visit_id)
    return render_template("fieldwork/not_at_home.html", visit=visit, key=new_key())


@bp.post("/route/visit/<int:visit_id>/not-at-home")
@staff(Role.TECHNICIAN)
def not_at_home(visit_id: int) -> ResponseReturnValue:
    def press(session: Session, touch: Touch) -> Tap:
        return actions.nobody_home(session, touch, circumstances(), running_key())

    return tapped(visit_id, press, url_for("fieldwork.card", visit_id=visit_id))


@bp.get("/route/visit/<int:visit_id>/unfinished")
@staff(Role.TECHNICIAN)
def unfinished_form(visit_id: int) -> ResponseReturnValue:
    return unfinished_page(visit_at(visit_id))


@bp.post("/route/visit/<int:visit_id>/unfinished")
@staff(Role.TECHNICIAN)
def unfinished(visit_id: int) -> ResponseReturnValue:
    why, errors = reason_from(request.form)
    if why is None:
        return unfinished_page(visit_at(visit_id), errors)
    words = note_from(request.form)

    def press(session: Session, touch: Touch) -> Tap:
        return actions.break_off(session, touch, why, circumstances(), running_key(), words=words)

    return tapped(visit_id, press)


@bp.get("/route/visit/<int:visit_id>/card")
@staff(Role.TECHNICIAN)
def card(visit_id: int) -> ResponseReturnValue:
    today = clock.local_date(clock.now())
    taps = taps_of_day(db.session(), own_route(), today)
    its = [tap for tap in taps if tap.appointment.visit_id == visit_id]
    invitation = open_invitation(db.session(), visit_id)
    if not its or its[-1].step is not Step.NOT_AT_HOME or invitation is None:
        abort(404)
    return render_template(
        "fieldwork/card.html",
        address=its[-1].appointment.visit.address,
        locale=its[-1].appointment.visit.customer.locale,
        was_told=its[-1].message_id is not None,
        lines=card_in_words(its[-1], invitation.code, current_site()),
    )


@bp.post("/route/tap/<int:tap_id>/undo")
@staff(Role.TECHNICIAN)
def undo(tap_id: int) -> ResponseReturnValue:
    tap = db.session().get(Tap, tap_id)
    if tap is None or tap.technician_id != own_route():
        abort(404)
    try:
        with transaction() as session:
            actions.undo(session, tap, circumstances())
    except Refusal as refusal:
        return to_the_day(refusal.sentence, "warning")
    return to_the_day(text("Taken back. Nobody was told anything."), "success")


def tapped(
    visit_id: int, press: Callable[[Session, Touch], Tap], then: str = ""
) -> ResponseReturnValue:
    """Return the way back to the day after a press, with what came of it or why not."""
    key = key_from(request.form) or abort(400)
    if db.session().get(Visit, visit_id) is None:
        abort(404)
    touch = Touch(own_route(), visit_id, key, moment_from(request.form))
    try:
        with transaction() as session:
            tap = press(session, touch)
    except NotYourRoute:
        raise
    except Refusal as refusal:
        return to_the_day(refusal.sentence, "warning")
    if then:
        return redirect(then, 303)
    return to_the_day(told_after(tap), "success")


def to_the_day(sentence: str, kind: str) -> ResponseReturnValue:
    """Return the way to the page of the day, which says this sentence."""
    flash(sentence, kind)
    return redirect(url_for("fieldwork.day"), 303)


def done_page(visit: Visit, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    """Return the form about the work, filled in as most visits go."""
    today = clock.local_date(clock.now())
    usual = {
        "certificate_on": today.isoformat(),
        "next_due_on": next_due(today, visit.boiler.cycle_months).isoformat(),
        "note": "",
    }
    ticked = request.form.getlist("work") if errors else [one.value for one in USUAL]
    page = render_template(
        "fieldwork/done.html",
        visit=visit,
        errors=errors or {},
        values={**usual, **request.form} if errors else usual,
        ticked=ticked,
        work=[(one.value, work_in_words(one)) for one in Work],
        key=key_from(request.form) or new_key(),
    )
    return page, 422 if errors else 200


def unfinished_page(visit: Visit, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    """Return the form that asks what stands in the way."""
    page = render_template(
        "fieldwork/unfinished.html",
        visit=visit,
        errors=errors or {},
        note=request.form.get("note", ""),
        reasons=[(one.value, reason_in_words(one)) for one in Unfinished],
        key=key_from(request.form) or new_key(),
    )
    return page, 422 if errors else 200


def visit_at(visit_id: int) -> Visit:
    """Return a visit with an appointment that stands on the own route today; 404 for any other."""
    visit = visit_with_everything(db.session(), visit_id) or abort(404)
    appointment = live_appointment(db.session(), visit)
    if appointment is None or not is_mine_today(appointment):
        abort(404)
    return visit


def is_mine_today(appointment: Appointment) -> bool:
    """Return whether the appointment is one of the technician's own visits of today."""
    is_today = appointment.date == clock.local_date(clock.now())
    return is_today and stands_on_route(db.session(), appointment.visit_id, own_route())


def own_route() -> int:
    """Return the technician whose telephone it is; 404 for somebody without a route."""
    return current_staff().technician_id or abort(404)


def circumstances() -> Circumstances:
    """Return when and by whom a button was pressed."""
    return Circumstances(clock.now(), current_actor(), current_site())
