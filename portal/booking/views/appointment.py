"""The state of an appointment, behind proof of identity; moving and cancelling it."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.booking import actions
from portal.booking.actions.cancelling import as_seen, cancel_as_seen
from portal.booking.entry import calendar_event
from portal.booking.errors import (
    WITH_ALTERNATIVES,
    MovedMeanwhile,
    NothingToChange,
    TooLateToChange,
)
from portal.booking.forms import choice_from, proof_from
from portal.booking.links import path_of, path_to_choose_again, running_key
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.offering.second_chance import with_room_made
from portal.booking.policy import changeable_until, may_change
from portal.booking.queries import invitation_after
from portal.booking.references import understood
from portal.booking.views import bp
from portal.booking.views.choosing import choose_page, circumstances
from portal.booking.views.doors import proves_appointment
from portal.booking.views.grants import is_proved
from portal.booking.views.ways import granted, way_of_move
from portal.calendar.invite import CalendarEvent, publish
from portal.calendar.links import deep_links
from portal.database import db, transaction
from portal.errors import Refusal
from portal.limits import GUESSES, limiter
from portal.messages.outbox import can_be_mailed
from portal.site import current_site
from portal.texts import text

BEHIND_PROOF = "Shows nothing until this browser has proved that the appointment is its own."
AS_IT_STANDS: tuple[type[Refusal], ...] = (NothingToChange, TooLateToChange)


@bp.get("/afspraak/<reference>")
@public(BEHIND_PROOF)
def appointment(reference: str) -> ResponseReturnValue:
    found = granted(reference)
    if found is None:
        return proof_page(reference)
    return appointment_page(found)


@bp.post("/afspraak/<reference>")
@public("Asks for postcode and house number, a few tries a minute.")
@limiter.limit(GUESSES)
def prove(reference: str) -> ResponseReturnValue:
    proof, errors = proof_from(request.form)
    if proof is None:
        return proof_page(reference, errors)
    if not proves_appointment(reference, proof):
        sentence = text(
            "We do not know this appointment at this address. Check all three, or call us."
        )
        return proof_page(reference, {"postcode": sentence})
    return redirect(url_for("booking.appointment", reference=understood(reference)), 303)


@bp.get("/afspraak/<reference>/verzetten")
@public(BEHIND_PROOF)
def move_form(reference: str) -> ResponseReturnValue:
    found = granted(reference)
    if found is None:
        return proof_page(reference)
    if not is_changeable(found):
        return redirect(url_for("booking.appointment", reference=found.reference))
    return choose_page(way_of_move(found))


@bp.post("/afspraak/<reference>/verzetten")
@public(BEHIND_PROOF)
def move(reference: str) -> ResponseReturnValue:
    found = granted(reference)
    if found is None:
        return proof_page(reference, status=403)
    choice, errors = choice_from(request.form)
    if choice is None:
        return choose_page(way_of_move(found), 422, errors["opening"])

    def move_it() -> None:
        with transaction() as session:
            actions.move(session, found, choice, circumstances())

    try:
        with_room_made(db.session(), found.visit, choice.opening_id, move_it)
    except WITH_ALTERNATIVES as refusal:
        return choose_page(way_of_move(found), 409, refusal.sentence)
    except AS_IT_STANDS as refusal:
        return appointment_page(found, refusal)
    return redirect(url_for("booking.appointment", reference=found.reference, new=1), 303)


@bp.get("/afspraak/<reference>/annuleren")
@public(BEHIND_PROOF)
def cancel_form(reference: str) -> ResponseReturnValue:
    found = granted(reference)
    if found is None:
        return proof_page(reference)
    if not is_changeable(found):
        return redirect(url_for("booking.appointment", reference=found.reference))
    return cancel_page(found)


@bp.post("/afspraak/<reference>/annuleren")
@public(BEHIND_PROOF)
def cancel(reference: str) -> ResponseReturnValue:
    found = granted(reference)
    if found is None:
        return proof_page(reference, status=403)
    again, seen = path_to_new_choice(found), request.form.get("seen", "")
    try:
        with transaction() as session:
            cancel_as_seen(session, found, seen, circumstances(), again)
    except MovedMeanwhile as refusal:
        return cancel_page(found, refusal.sentence, refusal.status)
    except AS_IT_STANDS as refusal:
        return appointment_page(found, refusal)
    return redirect(url_for("booking.appointment", reference=found.reference), 303)


@bp.get("/afspraak/<reference>/agenda.ics")
@public(BEHIND_PROOF)
def download(reference: str) -> ResponseReturnValue:
    found = granted(reference)
    if found is None:
        return proof_page(reference)
    if found.status is AppointmentStatus.CANCELLED:
        abort(410)
    headers = {
        "Content-Type": "text/calendar; charset=utf-8; method=PUBLISH",
        "Content-Disposition": 'attachment; filename="afspraak.ics"',
    }
    return publish(entry_of(found)), headers


def appointment_page(found: Appointment, refusal: Refusal | None = None) -> ResponseReturnValue:
    """Return the page with the state of an appointment, and what could not be changed about it."""
    page = render_template(
        "booking/appointment.html",
        appointment=found,
        problem=refusal.sentence if refusal is not None else "",
        address=address_shown(found),
        is_new=request.args.get("new") == "1",
        is_live=found.status is AppointmentStatus.CONFIRMED,
        is_mailed=can_be_mailed(found.visit.customer.email),
        may_change=may_change(found.date, clock.now()),
        changeable_until=changeable_until(found.date),
        links=deep_links(entry_of(found)),
        choose_again=path_to_new_choice(found),
    )
    return page, 200 if refusal is None else refusal.status


def cancel_page(found: Appointment, problem: str = "", status: int = 200) -> ResponseReturnValue:
    """Return the page that asks whether an appointment is to be cancelled."""
    page = render_template(
        "booking/cancel.html", appointment=found, seen=as_seen(found), problem=problem
    )
    return page, status


def address_shown(found: Appointment) -> str:
    """Return where we come: the house number only for a browser that knows it already."""
    address = found.visit.address
    line = address.line if is_proved(address.customer_id) else address.street
    return f"{line}, {address.city}"


def entry_of(found: Appointment) -> CalendarEvent:
    """Return the appointment for a calendar, with no more of the address than the page shows."""
    event = calendar_event(found, current_site())
    if is_proved(found.visit.customer.id):
        return event
    return replace(event, location=address_shown(found), lat=None, lon=None)


def is_changeable(found: Appointment) -> bool:
    """Return whether the customer may still move or cancel; the appointment's page says why not."""
    return found.status is AppointmentStatus.CONFIRMED and may_change(found.date, clock.now())


def path_to_new_choice(found: Appointment) -> str:
    """Return the path at which the customer can choose again, or "" without an invitation."""
    if found.status is not AppointmentStatus.UNFINISHED:
        return path_to_choose_again(db.session(), found.visit_id, running_key())
    following = invitation_after(db.session(), found.visit)
    return path_of(following, running_key()) if following is not None else ""


def proof_page(
    reference: str, errors: dict[str, str] | None = None, status: int | None = None
) -> ResponseReturnValue:
    """Return the form that asks for proof; it is the same for references that do not exist."""
    page = render_template(
        "booking/proof.html", reference=reference, errors=errors or {}, form=request.form
    )
    return page, status or (422 if errors else 200)
