"""From a personal link, or a code from a letter, to a booked window."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.access.guards import public
from portal.booking import actions
from portal.booking.circumstances import Circumstances
from portal.booking.errors import WITH_ALTERNATIVES, AlreadyBooked
from portal.booking.forms import choice_from, code_from, new_key
from portal.booking.links import invitation_from, running_key, token_of
from portal.booking.models import Appointment, AppointmentStatus, Invitation
from portal.booking.offers import offer_for
from portal.booking.queries import invitation_by_code, last_appointment
from portal.booking.views import bp
from portal.booking.views.grants import grant
from portal.database import db, transaction
from portal.limits import GUESSES, limiter
from portal.site import current_site
from portal.texts import speak, text


@bp.get("/a/<token>")
@public("The token is signed and opens one invitation only.")
def choose(token: str) -> ResponseReturnValue:
    invitation = invitation_of(token)
    appointment = last_appointment(db.session(), invitation.visit_id)
    if appointment is not None and appointment.status is AppointmentStatus.CONFIRMED:
        return render_template("booking/booked.html", appointment=appointment)
    return choose_page(invitation, token)


@bp.post("/a/<token>")
@public("The token is signed and opens one invitation only.")
def confirm(token: str) -> ResponseReturnValue:
    invitation = invitation_of(token)
    choice, errors = choice_from(request.form)
    if choice is None:
        return choose_page(invitation, token, status=422, problem=errors["opening"])
    visit = invitation.visit
    circumstances = Circumstances(clock.now(), "customer", current_site())
    try:
        with transaction() as session:
            appointment = actions.confirm(session, visit, choice, circumstances)
            reference = appointment.reference
    except WITH_ALTERNATIVES as refusal:
        return choose_page(invitation_of(token), token, status=409, problem=refusal.sentence)
    except (AlreadyBooked, IntegrityError):
        return already_booked(invitation_of(token))
    grant(reference)
    return redirect(url_for("booking.appointment", reference=reference, new=1), 303)


@bp.get("/c")
@public("A form; it says nothing about anybody.")
def code_form() -> ResponseReturnValue:
    return render_template("booking/code.html", errors={}, form={})


@bp.post("/c")
@public("Opens an invitation for whoever knows its code and postcode.")
@limiter.limit(GUESSES)
def code() -> ResponseReturnValue:
    typed, errors = code_from(request.form)
    found = invitation_by_code(db.session(), typed.code, typed.postcode) if typed else None
    if typed is not None and found is None:
        errors = {
            "code": text("We do not know this code with this postcode. Check both, or call us.")
        }
    if found is None:
        return render_template("booking/code.html", errors=errors, form=request.form), 422
    return redirect(url_for("booking.choose", token=token_of(found, running_key())), 303)


def invitation_of(token: str) -> Invitation:
    """Return the invitation, and speak to its customer as the customer wishes."""
    invitation = invitation_from(db.session(), token, running_key(), clock.now())
    customer = invitation.visit.customer
    speak(customer.tone, customer.locale)
    return invitation


def choose_page(
    invitation: Invitation, token: str, status: int = 200, problem: str = ""
) -> ResponseReturnValue:
    """Return the page with the windows that can be booked at this moment."""
    offer = offer_for(db.session(), invitation.visit, clock.now())
    shows_all = request.args.get("all") == "1"
    page = render_template(
        "booking/choose.html",
        visit=invitation.visit,
        offer=offer,
        days=offer.all if shows_all else offer.first,
        shows_all=shows_all,
        more=url_for("booking.choose", token=token, all=1),
        post_to=url_for("booking.confirm", token=token),
        key=new_key(),
        problem=problem,
        moving=None,
    )
    return page, status


def already_booked(invitation: Invitation) -> ResponseReturnValue:
    """Return the state of the appointment that is there already, as a refusal."""
    appointment: Appointment | None = last_appointment(db.session(), invitation.visit_id)
    if appointment is None:
        raise AlreadyBooked
    return render_template("booking/booked.html", appointment=appointment), 409
