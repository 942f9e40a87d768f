"""After a No in the customer's own calendar: take it back, or say whether it was one."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.booking.actions.answers import grant_wish, restore, withdraw_wish
from portal.booking.errors import HoldOver, NothingToChange, TooLateToChange
from portal.booking.kept import kept_after_no, open_wish
from portal.booking.links import running_key
from portal.booking.models import Appointment
from portal.booking.queries import live_appointment, window_of_stop
from portal.booking.views import bp
from portal.booking.views.appointment import BEHIND_PROOF, proof_page
from portal.booking.views.choosing import choose_page, circumstances
from portal.booking.views.grants import grant
from portal.booking.views.holding import WHO, way_of
from portal.booking.views.ways import granted
from portal.customers.models import Visit
from portal.database import db, transaction
from portal.planning.windows import Window
from portal.texts import text


@bp.context_processor
def _at_hand() -> dict[str, object]:
    return {
        "window_after_no": window_after_no,
        "is_asked_about_no": lambda found: open_wish(db.session(), found) is not None,
    }


def window_after_no(visit: Visit) -> tuple[Window, object] | None:
    """Return the window that is kept after a No, and until when; None when there is none."""
    stop = kept_after_no(db.session(), visit, clock.now())
    return (window_of_stop(stop), stop.held_until) if stop is not None else None


@bp.post("/a/<token>/toch-houden")
@bp.post("/afspraak/<reference>/toch-houden")
@public(WHO)
def take_back(token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference, status=403)
    try:
        with transaction() as session:
            is_new = live_appointment(session, way.visit) is None
            made = restore(session, way.visit, circumstances()).reference
    except HoldOver as refusal:
        if way.moving is None:
            return choose_page(way, 409, refusal.sentence)
        flash(refusal.sentence, "warning")
        return redirect(url_for("booking.appointment", reference=reference), 303)
    if is_new:  # to what was there before, a link alone opens nothing
        grant(made)
    return redirect(url_for("booking.appointment", reference=made, new=1), 303)


@bp.post("/afspraak/<reference>/antwoord")
@public(BEHIND_PROOF)
def answer(reference: str) -> ResponseReturnValue:
    found = granted(reference)
    if found is None:
        return proof_page(reference, status=403)
    if request.form.get("answer") == "cancel":
        _cancel(found)
    else:
        with transaction() as session:
            withdraw_wish(session, session.get_one(Appointment, found.id), circumstances())
        flash(text("Thank you. We come as agreed."), "success")
    return redirect(url_for("booking.appointment", reference=reference), 303)


def _cancel(found: Appointment) -> None:
    """Do what the No wanted; when that is no longer possible, say why."""
    try:
        with transaction() as session:
            mine = session.get_one(Appointment, found.id)
            grant_wish(session, mine, circumstances(), running_key())
    except (NothingToChange, TooLateToChange) as refusal:
        flash(refusal.sentence, "warning")
