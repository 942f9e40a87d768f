"""A chosen window is held while somebody decides: hold it, look at it, ask for time, let it go."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.booking import actions
from portal.booking.errors import (
    WITH_ALTERNATIVES,
    AlreadyBooked,
    HoldOver,
    NothingToChange,
    TooLateToChange,
)
from portal.booking.forms import new_key, opening_from
from portal.booking.models import AppointmentStatus
from portal.booking.offering.second_chance import with_room_made
from portal.booking.queries import live_appointment
from portal.booking.views import bp
from portal.booking.views.appointment import is_changeable, proof_page
from portal.booking.views.choosing import already_booked, choose_page, circumstances, held_for
from portal.booking.views.ways import Way, granted, way_of_link, way_of_move
from portal.database import db, transaction
from portal.limits import PRESSES, limiter, of_this_page
from portal.planning.models import Opening

WHO = "The token is signed and opens one invitation only; a move is behind proof of the address."


@bp.post("/a/<token>/vasthouden")
@bp.post("/afspraak/<reference>/verzetten/vasthouden")
@public(WHO)
@limiter.limit(PRESSES, key_func=of_this_page)
def hold(token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference, status=403)
    opening_id, errors = opening_from(request.form)
    if opening_id is None:
        return choose_page(way, 422, errors["opening"])
    return page_after_hold(way, opening_id)


@bp.get("/a/<token>/vasthouden/<int:opening_id>")
@bp.get("/afspraak/<reference>/verzetten/vasthouden/<int:opening_id>")
@public(WHO)
def held(opening_id: int, token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference)
    opening = db.session.get(Opening, opening_id)
    is_ours = opening is not None and opening.region_id == way.visit.address.region_id
    if not is_ours or not is_undecided(way):
        return redirect(way.choose)
    kept = {one.opening_id: one for one in held_for(way.visit, clock.now())}
    return render_template(
        "booking/held.html", way=way, opening=opening, hold=kept.get(opening_id), key=new_key()
    )


@bp.post("/a/<token>/vasthouden/<int:opening_id>/langer")
@bp.post("/afspraak/<reference>/verzetten/vasthouden/<int:opening_id>/langer")
@public(WHO)
@limiter.limit(PRESSES, key_func=of_this_page)
def extend(opening_id: int, token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference, status=403)
    if is_ended(way):
        return already_booked(way)
    try:
        with transaction() as session:
            kept_id = actions.extend(session, way.visit, clock.now()).opening_id
    except HoldOver:
        return page_after_hold(way, opening_id)
    except WITH_ALTERNATIVES as refusal:
        return choose_page(way, 409, refusal.sentence)
    return redirect(way.held(kept_id or opening_id), 303)


@bp.post("/a/<token>/loslaten")
@bp.post("/afspraak/<reference>/verzetten/loslaten")
@public(WHO)
def let_go(token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference, status=403)
    if is_ended(way):
        return already_booked(way)
    with transaction() as session:
        actions.let_go(session, way.visit, clock.now())
    return redirect(way.choose, 303)


def way_of(token: str, reference: str) -> Way | None:
    """Return the way of a link or of a move; None for a move that this browser may not make."""
    if token:
        return way_of_link(token)
    found = granted(reference)
    return way_of_move(found) if found is not None else None


def page_after_hold(way: Way, opening_id: int) -> ResponseReturnValue:
    """Hold a window and lead to its page; when it is gone, return what else is possible."""

    def hold_it() -> None:
        with transaction() as session:
            actions.hold(session, way.visit, opening_id, circumstances(), moving=way.moving)

    try:
        with_room_made(db.session(), way.visit, opening_id, hold_it)
    except WITH_ALTERNATIVES as refusal:
        return choose_page(way, 409, refusal.sentence)
    except (AlreadyBooked, NothingToChange, TooLateToChange):
        return already_booked(way)
    return redirect(way.held(opening_id), 303)


def is_undecided(way: Way) -> bool:
    """Return whether there is still something to choose on this way."""
    if way.moving is not None:
        return is_changeable(way.moving)
    return live_appointment(db.session(), way.visit) is None


def is_ended(way: Way) -> bool:
    """Return whether the appointment that was to be moved does not stand any more."""
    return way.moving is not None and way.moving.status is not AppointmentStatus.CONFIRMED
