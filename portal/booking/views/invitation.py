"""From a personal link, or a code from a letter, to a booked window."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from portal.access.guards import public
from portal.booking import actions
from portal.booking.errors import WITH_ALTERNATIVES, AlreadyBooked
from portal.booking.forms import choice_from, code_from
from portal.booking.links import running_key, token_of
from portal.booking.models import SelectionState
from portal.booking.offering.second_chance import with_room_made
from portal.booking.queries import invitation_by_code, live_appointment
from portal.booking.ticking.selecting import last_selection
from portal.booking.views import bp
from portal.booking.views.choosing import (
    already_booked,
    choose_page,
    circumstances,
    require_due,
)
from portal.booking.views.grants import grant
from portal.booking.views.guesses import insist_on_few
from portal.booking.views.selecting import apology, selection_page
from portal.booking.views.ways import way_of_link
from portal.database import db, transaction
from portal.limits import GUESSES, limiter
from portal.texts import text


@bp.get("/a/<token>")
@public("The token is signed and opens one invitation only.")
def choose(token: str) -> ResponseReturnValue:
    way = way_of_link(token)
    appointment = live_appointment(db.session(), way.visit)
    if appointment is not None:
        return render_template("booking/booked.html", appointment=appointment)
    require_due(way.visit)
    selection = last_selection(db.session(), way.visit.id)
    if selection is not None and selection.state is SelectionState.OPEN:
        return selection_page(way, selection)
    return choose_page(way, problem=apology(selection))


@bp.post("/a/<token>")
@public("The token is signed and opens one invitation only.")
def confirm(token: str) -> ResponseReturnValue:
    way = way_of_link(token)
    choice, errors = choice_from(request.form)
    if choice is None:
        return choose_page(way, 422, errors["opening"])

    def book() -> str:
        with transaction() as session:
            return actions.confirm(session, way.visit, choice, circumstances()).reference

    try:
        reference = with_room_made(db.session(), way.visit, choice.opening_id, book)
    except WITH_ALTERNATIVES as refusal:
        return choose_page(way, 409, refusal.sentence)
    except (AlreadyBooked, IntegrityError):
        return already_booked(way)
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
    if typed is not None:
        insist_on_few(f"code:{typed.code}")
    found = invitation_by_code(db.session(), typed.code, typed.postcode) if typed else None
    if typed is not None and found is None:
        errors = {
            "code": text("We do not know this code with this postcode. Check both, or call us.")
        }
    if found is None:
        return render_template("booking/code.html", errors=errors, form=request.form), 422
    return redirect(url_for("booking.choose", token=token_of(found, running_key())), 303)
