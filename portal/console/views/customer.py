"""One customer: everything known, and acting on the customer's behalf."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.access.current import current_actor
from portal.access.guards import Role, staff
from portal.booking import actions
from portal.booking.actions.cancelling import as_seen, cancel_as_seen
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.errors import WITH_ALTERNATIVES, AlreadyBooked, MovedMeanwhile
from portal.booking.forms import choice_from, new_key
from portal.booking.links import path_to_choose_again, running_key
from portal.booking.models import Appointment
from portal.booking.offering.filters import shown_of
from portal.booking.offering.offers import offer_for
from portal.booking.offering.second_chance import may_look_further, with_room_made
from portal.booking.offering.why_not import asked_about
from portal.booking.policy import may_change, may_override
from portal.booking.queries import last_appointment, live_appointment, window_of
from portal.booking.references import sayable
from portal.booking.ticking.selecting import open_selection
from portal.booking.ticking.several import heard_of, missed
from portal.console.blueprint import bp, may_plan
from portal.console.customer_file import customer_file
from portal.console.forms import Errors, reason_of
from portal.console.queries import stay_at
from portal.console.wording import appointment_state, channel_name, kind_name, message_state
from portal.customers.models import Visit
from portal.customers.queries import visit_with_everything
from portal.customers.salutation import greeting
from portal.database import db, transaction
from portal.pages import clock_time, date_in_words
from portal.site import current_site
from portal.texts import spoken_to, text

ABOUT_TICKS = {"heard_of": heard_of, "missed": missed}  # for `console/ticked.html`


@bp.get("/staff/customers/<int:customer_id>")
@staff(Role.DESK, Role.PLANNER)
def customer(customer_id: int) -> ResponseReturnValue:
    file = customer_file(db.session(), customer_id, clock.now()) or abort(404)
    stay_at(file.customer.branch_id)
    with spoken_to(file.customer.locale, file.customer.tone):
        greeted = greeting(file.customer)
    return render_template(
        "console/customer.html",
        file=file,
        customer=file.customer,
        greeted=greeted,
        appointment_state=appointment_state,
        channel_name=channel_name,
        kind_name=kind_name,
        message_state=message_state,
        **ABOUT_TICKS,
        now=clock.now(),
        today=clock.local_date(clock.now()),
        may_plan=may_plan(),
    )


@bp.get("/staff/visits/<int:visit_id>/plan")
@staff(Role.DESK, Role.PLANNER)
def plan_visit(visit_id: int) -> ResponseReturnValue:
    return plan_page(visit_of(visit_id))


@bp.post("/staff/visits/<int:visit_id>/plan")
@staff(Role.DESK, Role.PLANNER)
def book_visit(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    choice, errors = choice_from(request.form)
    if choice is None:
        return plan_page(visit, errors, 422)
    reason, errors = late_reason(live_appointment(db.session(), visit))
    if errors:
        return plan_page(visit, errors, 422)
    decided = circumstances(reason)
    try:
        told = with_room_made(
            db.session(), visit, choice.opening_id, lambda: booked(visit, choice, decided)
        )
    except WITH_ALTERNATIVES as refusal:
        return plan_page(visit_of(visit_id), {"opening": refusal.sentence}, 409)
    except IntegrityError:  # two colleagues at the same moment: the database let one through
        raise AlreadyBooked from None
    flash(told, "success")
    return redirect(url_for("console.customer", customer_id=visit_of(visit_id).customer.id), 303)


@bp.get("/staff/visits/<int:visit_id>/cancel")
@staff(Role.DESK, Role.PLANNER)
def cancel_visit_form(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    return cancel_page(visit, live_appointment(db.session(), visit) or abort(404))


@bp.post("/staff/visits/<int:visit_id>/cancel")
@staff(Role.DESK, Role.PLANNER)
def cancel_visit(visit_id: int) -> ResponseReturnValue:
    visit = visit_of(visit_id)
    appointment = last_appointment(db.session(), visit_id) or abort(404)
    reason, errors = late_reason(appointment)
    if errors:
        return cancel_page(visit, appointment, errors, 422)
    seen = request.form.get("seen", "")
    try:
        with transaction() as session:
            again = path_to_choose_again(session, visit_id, running_key())
            cancel_as_seen(session, appointment, seen, circumstances(reason), again)
    except MovedMeanwhile as refusal:
        return cancel_page(visit_of(visit_id), appointment, {}, 409, refusal.sentence)
    flash(text("The appointment is cancelled and its time is free for others."), "success")
    return redirect(url_for("console.customer", customer_id=visit_of(visit_id).customer.id), 303)


def booked(visit: Visit, choice: Choice, decided: Circumstances) -> str:
    """Book the window, or move the appointment to it; return what to tell the customer."""
    with transaction() as session:
        appointment = live_appointment(session, visit)
        if appointment is None or form_is_first_booking():
            appointment = actions.confirm(session, visit, choice, decided)
            told = text("Booked: %(day)s, %(start)s–%(end)s. Appointment number %(reference)s.")
        else:
            appointment = actions.move(session, appointment, choice, decided)
            told = text("Moved to %(day)s, %(start)s–%(end)s. Appointment number %(reference)s.")
        return told % words_of(appointment)


def form_is_first_booking() -> bool:
    """Return whether the form was made when there was no appointment yet: a repeat books once."""
    return request.form.get("moving") != "yes"


def words_of(appointment: Appointment) -> dict[str, str]:
    """Return day, times and reference of an appointment as people say them."""
    return {
        "day": date_in_words(appointment.date),
        "start": clock_time(appointment.window_start),
        "end": clock_time(appointment.window_end),
        "reference": sayable(appointment.reference),
    }


def is_late(appointment: Appointment | None) -> bool:
    """Return whether it is too late for the customer and the desk to change an appointment."""
    return appointment is not None and not may_change(appointment.date, clock.now())


def asks_reason(appointment: Appointment | None) -> bool:
    """Return whether the reader is a planner who may change an appointment late, with a reason."""
    if appointment is None or not is_late(appointment):
        return False
    return may_plan() and may_override(appointment.date, clock.now())


def late_reason(appointment: Appointment | None) -> tuple[str, Errors]:
    """Return why a planner changes an appointment late, or what is wrong; "" when it is in time."""
    errors: Errors = {}
    return (reason_of(request.form, errors) if asks_reason(appointment) else ""), errors


def cancel_page(
    visit: Visit,
    appointment: Appointment,
    errors: Errors | None = None,
    status: int = 200,
    problem: str = "",
) -> ResponseReturnValue:
    """Return the page that asks whether an appointment is to be cancelled."""
    page = render_template(
        "console/cancel_visit.html",
        visit=visit,
        appointment=appointment,
        seen=as_seen(appointment),
        problem=problem,
        is_late=is_late(appointment),
        asks_reason=asks_reason(appointment),
        errors=errors or {},
        form=request.form,
    )
    return page, status


def plan_page(visit: Visit, errors: Errors | None = None, status: int = 200) -> ResponseReturnValue:
    """Return the windows that the customer sees at this moment, for the desk to choose from."""
    session, now = db.session(), clock.now()
    moving = live_appointment(session, visit)
    besides = window_of(moving) if moving else None
    offer = offer_for(session, visit, now, besides)
    can_book = not is_late(moving) or asks_reason(moving)
    page = render_template(
        "console/plan_visit.html",
        visit=visit,
        moving=moving,
        selection=open_selection(session, visit.id),
        **ABOUT_TICKS,
        now=now,
        is_late=is_late(moving),
        asks_reason=asks_reason(moving),
        offer=offer,
        may_look_further=can_book and may_look_further(session, visit, offer, now, besides),
        look_path=url_for("console.look", visit_id=visit.id),
        shown=shown_of(offer, request.args),
        choose_path=url_for("console.plan_visit", visit_id=visit.id),
        pick_path="" if is_late(moving) else url_for("console.book_visit", visit_id=visit.id),
        for_desk=True,
        pick_fields={"moving": "yes" if moving else "no"},
        **asked_about(visit, request.args, now),
        key=new_key(),
        errors=errors or {},
        form=request.form,
    )
    return page, status


def visit_of(visit_id: int) -> Visit:
    """Return the visit with customer and address, or answer 404."""
    visit = visit_with_everything(db.session(), visit_id) or abort(404)
    stay_at(visit.customer.branch_id)
    return visit


def circumstances(override: str) -> Circumstances:
    """Return when, by whom and under whose name a colleague acts, and why so late if it is late."""
    return Circumstances(clock.now(), current_actor(), current_site(), override)
