"""The customer's appointments for a calendar that fetches them, and the page with its address."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.access.own_feeds import made_address, stop_address
from portal.booking.feed import customer_feed
from portal.booking.forms import proof_from
from portal.booking.links import running_key
from portal.booking.views import bp
from portal.booking.views.doors import Door, behind_proof, door_of, proves_appointment
from portal.calendar.feed_pages import feed_answer, subscription_of
from portal.calendar.feed_tokens import FeedOwner, feed_behind
from portal.calendar.feeds import feed_of
from portal.calendar.models import FeedKind
from portal.customers.models import Customer
from portal.database import db
from portal.limits import GUESSES, PRESSES, limiter
from portal.messages.outbox import can_be_mailed
from portal.site import current_site
from portal.texts import spoken_to, text

BEHIND_PROOF = "Shows nothing until this browser gave postcode and house number."


def ask_where(
    door: Door, errors: dict[str, str] | None = None, status: int | None = None
) -> ResponseReturnValue:
    """Return the form that asks where somebody lives; it tells nothing about anybody."""
    page = render_template(
        "booking/feed_proof.html", door=door, errors=errors or {}, form=request.form
    )
    return page, status or (422 if errors else 200)


@bp.get("/agenda/k/<feed_token>.ics")
@public("Whoever holds the secret address reads one customer's appointments, and nothing else.")
def feed(feed_token: str) -> ResponseReturnValue:
    session = db.session()
    found = feed_behind(session, FeedKind.CUSTOMER, feed_token) or abort(404)
    customer = session.get_one(Customer, found.customer_id)
    with spoken_to(customer.locale, customer.tone):
        told = customer_feed(session, customer, current_site(), clock.now())
        return feed_answer(feed_of(told))


@bp.get("/afspraak/<reference>/agenda")
@public(BEHIND_PROOF)
@behind_proof(ask_where)
def own_feed(door: Door, customer: Customer) -> ResponseReturnValue:
    return feed_page(door, customer)


@bp.post("/afspraak/<reference>/agenda/bewijs")
@public("Asks for postcode and house number, a few tries an hour.")
@limiter.limit(GUESSES)
def prove_for_feed(reference: str) -> ResponseReturnValue:
    proof, errors = proof_from(request.form)
    door = door_of("", reference)
    if proof is None:
        return ask_where(door, errors)
    if not proves_appointment(reference, proof):
        sentence = text("This is not the address we know. Check both, or call us.")
        return ask_where(door, {"postcode": sentence})
    return redirect(door.path("booking.own_feed"), 303)


@bp.post("/afspraak/<reference>/agenda")
@public(BEHIND_PROOF)
@limiter.limit(PRESSES)
@behind_proof(ask_where)
def make_own_feed(door: Door, customer: Customer) -> ResponseReturnValue:
    owner, key = owner_of(customer), request.form.get("key", "")
    token = made_address(
        owner,
        key,
        clock.now(),
        actor="customer",
        subject=f"customer:{owner.id}",
        signing_key=running_key(),
    )
    address = current_site().base_url + url_for("booking.feed", feed_token=token)
    return feed_page(door, customer, address)


@bp.post("/afspraak/<reference>/agenda/stoppen")
@public(BEHIND_PROOF)
@behind_proof(ask_where)
def stop_own_feed(door: Door, customer: Customer) -> ResponseReturnValue:
    owner = owner_of(customer)
    stop_address(owner, clock.now(), actor="customer", subject=f"customer:{owner.id}")
    flash(text("Stopped. The address opens nothing any more."), "success")
    return redirect(door.path("booking.own_feed"), 303)


def feed_page(door: Door, customer: Customer, address: str = "") -> ResponseReturnValue:
    """Return the page about the address; it is shown when it was made just now."""
    make, stop = door.path("booking.make_own_feed"), door.path("booking.stop_own_feed")
    return render_template(
        "booking/feed.html",
        door=door,
        feed=subscription_of(db.session(), owner_of(customer), make, stop, address),
        is_mailed=can_be_mailed(customer.email),
    )


def owner_of(customer: Customer) -> FeedOwner:
    """Return whose feed it is."""
    return FeedOwner(FeedKind.CUSTOMER, customer.id)
