"""Booking, moving and cancelling for a customer: what the pages do, by the same actions."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.api import actions
from portal.api.answers import appointment_answered
from portal.api.blueprint import bp
from portal.api.schemas import TimeSeen, WindowWanted
from portal.api.views.asked import about, address_as, body_as, form_key, insist_on_no_body
from portal.api.views.door import by_key, current_caller
from portal.api.views.visits import told
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.links import path_to_choose_again, running_key
from portal.booking.models import Appointment
from portal.booking.offering.second_chance import with_room_made
from portal.customers.models import Visit
from portal.database import db, transaction
from portal.site import current_site

Act = Callable[[Session, Visit, Choice, Circumstances], Appointment]


@bp.post("/visits/<int:visit_id>/appointment")
@by_key
def book(visit_id: int) -> Response:
    with about(visit_id) as visit:
        return chosen(visit, actions.book, 201)


@bp.put("/visits/<int:visit_id>/appointment")
@by_key
def move(visit_id: int) -> Response:
    with about(visit_id) as visit:
        return chosen(visit, actions.move, 200)


@bp.delete("/visits/<int:visit_id>/appointment")
@by_key
def cancel(visit_id: int) -> Response:
    with about(visit_id) as visit:
        insist_on_no_body()
        asked = actions.Cancelling(form_key(), address_as(TimeSeen).seen or "")
        decided = circumstances()

        def at_once() -> Response:
            with transaction() as session:
                again = path_to_choose_again(session, visit_id, running_key())
                done = actions.cancel(session, visit, asked, decided, again)
                return told(appointment_answered(done, decided.now))

        return seeing_each_other(at_once)


def chosen(visit: Visit, act: Act, status: int) -> Response:
    """Book the window that was sent, or move to it; answer with the appointment."""
    choice = Choice(body_as(WindowWanted).window, form_key())
    decided = circumstances()

    def at_once() -> Response:
        with transaction() as session:
            done = act(session, visit, choice, decided)
            return told(appointment_answered(done, decided.now), status)

    return seeing_each_other(
        lambda: with_room_made(db.session(), visit, choice.opening_id, at_once)
    )


def seeing_each_other(act: Callable[[], Response]) -> Response:
    """Return what `act` answers, at the second try if another request kept the same key meanwhile.

    The database let one of the two through; the other one now sees what was done.
    """
    try:
        return act()
    except IntegrityError:
        return act()


def circumstances() -> Circumstances:
    """Return when, by which program and under whose name something is done."""
    return Circumstances(clock.now(), current_caller().actor, current_site())
