"""The waiting list for customers: ask, change, stop; yes or no to a window that came free.

Without an appointment from the personal link, with one from the appointment's page.
"""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.booking.actions.waiting import ask, withdraw
from portal.booking.actions.waiting_offers import accept, decline
from portal.booking.errors import WITH_ALTERNATIVES, OfferOver
from portal.booking.forms import new_key
from portal.booking.links import running_key
from portal.booking.models import Appointment, AppointmentStatus, WaitingOffer
from portal.booking.offering.offer import OfferedDay, by_day
from portal.booking.offering.offers import offer_for
from portal.booking.queries import live_appointment, window_of
from portal.booking.views import bp
from portal.booking.views.appointment import proof_page
from portal.booking.views.choosing import choose_page, circumstances
from portal.booking.views.grants import grant
from portal.booking.views.holding import way_of
from portal.booking.views.ways import Way
from portal.booking.waiting_list.form import (
    Errors,
    Period,
    WaitingForm,
    first_wishes,
    form_again,
    form_with,
    wishes_typed,
)
from portal.booking.waiting_list.queries import (
    is_written_to,
    live_request,
    waiting_of,
    wishable_period,
    wishes_of,
)
from portal.booking.waiting_list.wishes import Wishes
from portal.booking.waiting_list.words import dates_in_words, part_in_words, weekdays_in_words
from portal.customers.models import Visit, VisitState
from portal.database import db, transaction
from portal.errors import Refusal
from portal.limits import PRESSES, limiter, of_this_page
from portal.texts import text

LIST = "/wachtlijst"
MOST_FREE_NOW = 3
GONE: tuple[type[Refusal], ...] = (OfferOver, *WITH_ALTERNATIVES)
WHO = "The token is signed and opens one invitation only; an appointment is behind proof."


@bp.context_processor
def _at_hand() -> dict[str, object]:
    return {
        "waiting_of": lambda visit: waiting_of(db.session(), visit.id),
        "may_wait_for": may_wait_for,
        "is_kept_still": lambda offered: offered.held_until > clock.now(),
    }


@bp.get("/a/<token>/wachtlijst")
@bp.get("/afspraak/<reference>/wachtlijst")
@public(WHO)
def waiting(token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference)
    if not may_wait(way):
        return redirect(home_of(way))
    return waiting_page(way)


@bp.post("/a/<token>/wachtlijst")
@bp.post("/afspraak/<reference>/wachtlijst")
@public(WHO)
@limiter.limit(PRESSES, key_func=of_this_page)
def ask_to_wait(token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference, status=403)
    period = wishable_period(way.visit, way.moving, clock.now())
    if not may_wait(way) or period is None:
        return redirect(home_of(way), 303)
    wishes, errors = wishes_typed(request.form, period)
    if wishes is None:
        return waiting_page(way, errors)
    with transaction() as session:
        ask(session, way.visit, wishes, circumstances(), running_key())
    flash(text("It is noted. Below you see what we look for."), "success")
    return redirect(home_of(way) + LIST, 303)


@bp.post("/a/<token>/wachtlijst/stoppen")
@bp.post("/afspraak/<reference>/wachtlijst/stoppen")
@public(WHO)
def stop_waiting(token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference, status=403)
    if not may_wait(way):
        return redirect(home_of(way), 303)
    with transaction() as session:
        withdraw(session, way.visit, circumstances())
    flash(text("You are no longer on the waiting list."), "success")
    return redirect(home_of(way), 303)


@bp.post("/a/<token>/wachtlijst/antwoord")
@bp.post("/afspraak/<reference>/wachtlijst/antwoord")
@public(WHO)
def answer_offer(token: str = "", reference: str = "") -> ResponseReturnValue:
    way = way_of(token, reference)
    if way is None:
        return proof_page(reference, status=403)
    if not may_wait(way):
        return redirect(home_of(way), 303)
    offered = offer_of(way, request.form.get("offer", ""))
    if request.form.get("answer") == "yes":
        return page_after_yes(way, offered)
    with transaction() as session:
        decline(session, session.get_one(WaitingOffer, offered.id), circumstances())
    flash(text("Thank you for telling us. You stay on the waiting list for another time."), "info")
    return redirect(home_of(way), 303)


def page_after_yes(way: Way, offered: WaitingOffer) -> ResponseReturnValue:
    """Make the kept window the appointment; when it is gone, return what else is possible."""
    try:
        with transaction() as session:
            made = accept(session, session.get_one(WaitingOffer, offered.id), circumstances())
            reference = made.reference
    except GONE as refusal:
        return choose_page(way, 409, refusal.sentence)
    grant(reference)
    return redirect(url_for("booking.appointment", reference=reference, new=1), 303)


def offer_of(way: Way, typed: str) -> WaitingOffer:
    """Return the offer that was answered, open or not; 404 for another's."""
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    found = db.session.get(WaitingOffer, number)
    if found is None or found.request.visit_id != way.visit.id:
        abort(404)
    return found


def may_wait(way: Way) -> bool:
    """Return whether the list is reached on this way: with an appointment only behind its proof."""
    if way.moving is not None:
        return way.moving.status is AppointmentStatus.CONFIRMED
    is_open = way.visit.state is VisitState.OPEN
    return is_open and live_appointment(db.session(), way.visit) is None


def may_wait_for(visit: Visit, present: Appointment | None) -> bool:
    """Return whether there is a date left that one could wait for, before the present one."""
    is_open = visit.state is VisitState.OPEN
    return is_open and wishable_period(visit, present, clock.now()) is not None


def home_of(way: Way) -> str:
    """Return the path of the page that the waiting list belongs to."""
    if way.moving is None:
        return way.choose
    return url_for("booking.appointment", reference=way.moving.reference)


def waiting_page(way: Way, errors: Errors | None = None) -> ResponseReturnValue:
    """Return the page with how it stands, and the form."""
    session = db.session()
    asked = live_request(session, way.visit.id)
    period = wishable_period(way.visit, way.moving, clock.now())
    page = render_template(
        "booking/waiting.html",
        way=way,
        home=home_of(way),
        asked=asked,
        looked_for=_in_words(wishes_of(asked)) if asked else [],
        free_now=free_now(way, wishes_of(asked)) if asked else (),
        form=_form(way, period, errors) if period else None,
        key=new_key(),
        errors=errors or {},
        is_written_to=is_written_to(way.visit.customer),
    )
    return page, 422 if errors else 200


def free_now(way: Way, wishes: Wishes) -> tuple[OfferedDay, ...]:
    """Return the best windows that can be chosen at once and are what is waited for, by day."""
    present = window_of(way.moving) if way.moving else None
    offer = offer_for(db.session(), way.visit, clock.now(), present)
    suited = [
        one
        for one in sorted(offer.windows, key=lambda one: one.rank)
        if wishes.suit(one.window)
        and one.held_until is None
        and (present is None or one.window < present)
    ]
    return by_day(suited[:MOST_FREE_NOW])


def _in_words(wishes: Wishes) -> list[tuple[str, str]]:
    return [
        (text("We look for a time"), dates_in_words(wishes)),
        (text("Part of the day"), part_in_words(wishes.part)),
        (text("Days"), weekdays_in_words(wishes.weekdays)),
    ]


def _form(way: Way, period: Period, errors: Errors | None) -> WaitingForm:
    if errors:
        return form_again(request.form, period)
    asked = live_request(db.session(), way.visit.id)
    wishes = wishes_of(asked) if asked else first_wishes(db.session(), way.visit, period)
    return form_with(wishes, period)
