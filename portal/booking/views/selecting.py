"""Several times that all suit: tick them, change them, stop; we choose one in the evening."""

from __future__ import annotations

from collections.abc import Collection

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.booking.actions.selections import select, withdraw
from portal.booking.errors import AlreadyBooked, TickedGone, TooFewTicked, TooManyTicked
from portal.booking.forms import new_key
from portal.booking.models import Selection, SelectionState
from portal.booking.queries import live_appointment
from portal.booking.ticking.decision import FEWEST, MOST
from portal.booking.ticking.selecting import selection_hold, windows_of
from portal.booking.ticking.several import heard_in_words, heard_of, missed, tick_page, ticks_from
from portal.booking.views import bp
from portal.booking.views.choosing import already_booked, circumstances
from portal.booking.views.ways import Way, way_of_link
from portal.customers.models import Visit, VisitState
from portal.database import db, transaction
from portal.errors import Refusal
from portal.limits import PRESSES, limiter, of_this_page
from portal.messages.outbox import can_be_mailed
from portal.texts import text

WHO = "The token is signed and opens one invitation only."
NOT_SO: tuple[type[Refusal], ...] = (TickedGone, TooFewTicked, TooManyTicked)


@bp.context_processor
def _at_hand() -> dict[str, object]:
    return {"fewest_ticks": FEWEST, "most_ticks": MOST}


@bp.get("/a/<token>/aanvinken")
@public(WHO)
def tick(token: str) -> ResponseReturnValue:
    way = way_of_link(token)
    if not may_tick(way.visit):
        return redirect(way.choose)
    return ticking_page(way)


@bp.post("/a/<token>/aanvinken")
@public(WHO)
@limiter.limit(PRESSES, key_func=of_this_page)
def send_ticks(token: str) -> ResponseReturnValue:
    way = way_of_link(token)
    if not may_tick(way.visit):
        return already_booked(way)
    sent = ticks_from(request.form.getlist("tick"))
    if request.form.get("show") == "all":
        return ticking_page(way, sent, shows_all=True)
    shows_all = request.form.get("shows_all") == "yes"
    try:
        with transaction() as session:
            select(session, way.visit, sent, circumstances(), way.choose)
    except NOT_SO as refusal:
        return ticking_page(way, sent, refusal, shows_all=shows_all)
    except AlreadyBooked:
        return already_booked(way)
    return redirect(way.choose, 303)


@bp.post("/a/<token>/aanvinken/stoppen")
@public(WHO)
def stop_ticking(token: str) -> ResponseReturnValue:
    way = way_of_link(token)
    with transaction() as session:
        withdraw(session, way.visit, circumstances())
    if live_appointment(db.session(), way.visit) is None:
        flash(text("We no longer choose for you. Choose a time yourself."), "info")
    return redirect(way.choose, 303)


def selection_page(way: Way, selection: Selection) -> ResponseReturnValue:
    """Return how it stands with the ticked windows, and what can be done until we choose."""
    held, now = selection_hold(db.session(), way.visit), clock.now()
    return render_template(
        "booking/selection.html",
        way=way,
        windows=windows_of(selection),
        held_id=held.opening_id if held is not None else None,
        heard=heard_of(selection, now),
        missed=missed(selection, now),
        hears_by_mail=can_be_mailed(way.visit.customer.email),
        key=new_key(),
    )


def ticking_page(
    way: Way,
    sent: Collection[int] | None = None,
    refusal: Refusal | None = None,
    *,
    shows_all: bool = False,
) -> ResponseReturnValue:
    """Return the windows with a box each; with a refusal, what is wrong with the ticks."""
    page = tick_page(db.session(), way.visit, clock.now(), sent, shows_all=shows_all)
    body = render_template(
        "booking/tick.html",
        way=way,
        visit=way.visit,
        page=page,
        heard=heard_in_words(page.told_before, clock.now()),
        hears_by_mail=can_be_mailed(way.visit.customer.email),
        errors={"ticks": refusal.sentence} if refusal is not None else {},
    )
    return body, 200 if refusal is None else refusal.status


def may_tick(visit: Visit) -> bool:
    """Return whether there is still something to choose."""
    is_open = visit.state is VisitState.OPEN
    return is_open and live_appointment(db.session(), visit) is None


def apology(last: Selection | None) -> str:
    """Return what to say when none of the windows ticked last could be kept, else ""."""
    if last is None or last.state is not SelectionState.BROKEN:
        return ""
    return text(
        "None of the times that you ticked is possible any more. Something changed at our side, and"
        " we are sorry. Choose another time here."
    )
