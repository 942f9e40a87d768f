"""The desk: find a customer, and see what waits for a person."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.actions import record
from portal.access.current import current_actor
from portal.access.guards import Role, staff
from portal.campaigns.calls import calls_to_make
from portal.console.blueprint import bp
from portal.console.desk import MOST, DeskList, failed, silent_visits, waiting_visits
from portal.console.forms import Errors, place_form
from portal.console.queries import chosen_branch, stay_at
from portal.console.selections import broken_promises, overdue_selections
from portal.customers.actions import place_address
from portal.customers.errors import PlaceRefused
from portal.customers.models import Address
from portal.customers.queries import customers_found
from portal.database import db, transaction
from portal.messages.actions import try_again
from portal.regions.queries import regions_of_branch
from portal.texts import text

MOST_FOUND = 50
LONGEST_SEARCH = 120


@bp.get("/staff/desk")
@staff(Role.DESK, Role.PLANNER)
def desk() -> ResponseReturnValue:
    session = db.session()
    branch = chosen_branch(session, request.args.get("branch"))
    words = request.args.get("q", "").replace("\0", "")[:LONGEST_SEARCH]
    return render_template(
        "console/desk.html",
        branch=branch,
        words=words,
        found=customers_found(session, branch.id, words, MOST_FOUND),
        most_found=MOST_FOUND,
        waiting=waiting_visits(session, branch.id),
        overdue=overdue_selections(session, branch.id, clock.now()),
        broken=broken_promises(session, branch.id),
        failed=failed(session, branch.id),
        to_call=DeskList(*calls_to_make(session, branch.id, clock.now(), MOST)),
        silent=silent_visits(session, branch.id, clock.local_date(clock.now())),
    )


@bp.post("/staff/messages/<int:message_id>/again")
@staff(Role.DESK, Role.PLANNER)
def send_again(message_id: int) -> ResponseReturnValue:
    with transaction() as session:
        queued = try_again(session, message_id, clock.now())
    if queued:
        flash(text("The message goes out again within a minute."), "success")
    else:
        flash(text("This message no longer waits here."), "info")
    return redirect(url_for("console.desk"), 303)


@bp.get("/staff/addresses/<int:address_id>/place")
@staff(Role.DESK, Role.PLANNER)
def place(address_id: int) -> ResponseReturnValue:
    return place_page(address_of(address_id))


@bp.post("/staff/addresses/<int:address_id>/place")
@staff(Role.DESK, Role.PLANNER)
def complete_place(address_id: int) -> ResponseReturnValue:
    address = address_of(address_id)
    typed, errors = place_form(request.form)
    if typed is None:
        return place_page(address, errors, 422)
    try:
        with transaction() as session:
            address = session.get_one(Address, address_id)
            place_address(session, address, typed.lat, typed.lon, typed.region_id)
            record(
                session,
                actor=current_actor(),
                action="address.placed",
                subject=f"customer:{address.customer_id}",
                now=clock.now(),
                detail={"address": address.id, "region": typed.region_id},
            )
    except PlaceRefused as refusal:
        return place_page(address_of(address_id), {"lat": refusal.sentence}, refusal.status)
    flash(text("The address is complete. A time can be chosen for it now."), "success")
    return redirect(url_for("console.customer", customer_id=address.customer_id), 303)


def place_page(
    address: Address, errors: Errors | None = None, status: int = 200
) -> ResponseReturnValue:
    """Return the form for where an address lies."""
    page = render_template(
        "console/place.html",
        address=address,
        regions=regions_of_branch(db.session(), address.customer.branch_id),
        errors=errors or {},
        form=request.form,
    )
    return page, status


def address_of(address_id: int) -> Address:
    """Return the address, or answer 404."""
    address = db.session().get(Address, address_id) or abort(404)
    stay_at(address.customer.branch_id)
    return address
