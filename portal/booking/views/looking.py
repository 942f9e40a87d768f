"""Looking further: for whom there is too little to choose, routes are rearranged when he asks."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.booking.offering.second_chance import look_further
from portal.booking.queries import window_of
from portal.booking.views import bp
from portal.booking.views.appointment import proof_page
from portal.booking.views.choosing import choose_page
from portal.booking.views.holding import WHO, is_undecided, way_of
from portal.database import db
from portal.limits import PRESSES, limiter, of_this_page
from portal.texts import text


@bp.post("/a/<token>/verder-zoeken")
@bp.post("/afspraak/<reference>/verzetten/verder-zoeken")
@public(WHO)
@limiter.limit(PRESSES, key_func=of_this_page)
def look(token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference, status=403)
    if not is_undecided(way):
        return redirect(way.choose, 303)
    besides = window_of(way.moving) if way.moving else None
    if look_further(db.session(), way.visit, clock.now(), besides):
        return redirect(way.everything, 303)
    return choose_page(way, problem=text("We looked further, and found no other times today."))
