"""The customer's own page: how we write, which times suit, what we assume and why.

What is changed here with the proof of the address alone can do little harm; name, mail address and
telephone number stand behind a mailed code: see `details`.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.booking.forms import proof_from
from portal.booking.views import bp
from portal.booking.views.doors import (
    Door,
    ask_for_proof,
    behind_proof,
    door_of,
    proves_appointment,
    proves_invitation,
)
from portal.booking.views.ways import invitation_of
from portal.customers import changes
from portal.customers.forms import Errors, kind_from, manner_from, wishes_from
from portal.customers.models import Customer
from portal.customers.profile import profile_of
from portal.database import db, transaction
from portal.limits import GUESSES, limiter
from portal.site import current_site
from portal.texts import text

BEHIND_PROOF = "Shows nothing until this browser gave postcode and house number."


@bp.get("/a/<token>/gegevens")
@bp.get("/afspraak/<reference>/gegevens")
@public(BEHIND_PROOF)
@behind_proof()
def preferences(door: Door, customer: Customer) -> ResponseReturnValue:
    return page(door, customer)


@bp.post("/a/<token>/gegevens/bewijs")
@bp.post("/afspraak/<reference>/gegevens/bewijs")
@public("Asks for postcode and house number, a few tries an hour.")
@limiter.limit(GUESSES)
def prove_address(token: str = "", reference: str = "") -> ResponseReturnValue:
    proof, errors = proof_from(request.form)
    door = door_of(token, reference)
    if proof is None:
        return ask_for_proof(door, errors)
    is_right = (
        proves_invitation(invitation_of(token), proof)
        if token
        else proves_appointment(reference, proof)
    )
    if not is_right:
        return ask_for_proof(
            door, {"postcode": text("This is not the address we know. Check both, or call us.")}
        )
    return redirect(door.path("booking.preferences"), 303)


@bp.post("/a/<token>/gegevens/aanspreken")
@bp.post("/afspraak/<reference>/gegevens/aanspreken")
@public(BEHIND_PROOF)
@behind_proof()
def change_manner(door: Door, customer: Customer) -> ResponseReturnValue:
    values, errors = manner_from(request.form)
    if errors:
        return page(door, customer, errors, 422)
    with transaction() as session:
        changes.change_customer(session, customer, values, change())
    return saved(door)


@bp.post("/a/<token>/gegevens/tijden")
@bp.post("/afspraak/<reference>/gegevens/tijden")
@public(BEHIND_PROOF)
@behind_proof()
def tell_wishes(door: Door, customer: Customer) -> ResponseReturnValue:
    wishes, errors = wishes_from(request.form)
    if wishes is None:
        return page(door, customer, errors, 422)
    with transaction() as session:
        changes.tell_wishes(session, customer, *wishes, change())
    return saved(door)


@bp.post("/a/<token>/gegevens/aanname")
@bp.post("/afspraak/<reference>/gegevens/aanname")
@public(BEHIND_PROOF)
@behind_proof()
def correct_kind(door: Door, customer: Customer) -> ResponseReturnValue:
    kind, errors = kind_from(request.form)
    if kind is None:
        return page(door, customer, errors, 422)
    with transaction() as session:
        changes.change_customer(session, customer, {"kind": kind}, change())
    return saved(door)


@bp.post("/a/<token>/gegevens/wissen")
@bp.post("/afspraak/<reference>/gegevens/wissen")
@public(BEHIND_PROOF)
@behind_proof()
def forget_wishes(door: Door, customer: Customer) -> ResponseReturnValue:
    with transaction() as session:
        changes.forget_wishes(session, customer, change())
    flash(text("Erased. We assume nothing about you any more."), "success")
    return redirect(door.path("booking.preferences"), 303)


def page(
    door: Door, customer: Customer, errors: Errors | None = None, status: int = 200
) -> ResponseReturnValue:
    """Return the customer's page, with what is wrong when something is."""
    shown = render_template(
        "booking/preferences.html",
        door=door,
        profile=profile_of(db.session(), customer),
        errors=errors or {},
        form=request.form,
    )
    return shown, status


def saved(door: Door) -> ResponseReturnValue:
    """Return to the customer's page, which says that it worked."""
    flash(text("Saved. Thank you for telling us."), "success")
    return redirect(door.path("booking.preferences"), 303)


def change() -> changes.Change:
    """Return when and by whom this is changed."""
    return changes.Change(clock.now(), "customer", current_site())
