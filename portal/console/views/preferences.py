"""What a customer can change about themselves, changed by a colleague on the telephone."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_actor
from portal.access.guards import Role, staff
from portal.booking.actions import change_details as change_details_of
from portal.console.blueprint import bp
from portal.console.queries import stay_at
from portal.customers import changes
from portal.customers.forms import Errors, details_from, kind_from, manner_from, wishes_from
from portal.customers.models import Customer
from portal.customers.profile import profile_of
from portal.database import db, transaction
from portal.site import current_site
from portal.texts import text


@bp.get("/staff/customers/<int:customer_id>/preferences")
@staff(Role.DESK, Role.PLANNER)
def preferences(customer_id: int) -> ResponseReturnValue:
    return page(customer_of(customer_id))


@bp.post("/staff/customers/<int:customer_id>/details")
@staff(Role.DESK, Role.PLANNER)
def change_details(customer_id: int) -> ResponseReturnValue:
    customer = customer_of(customer_id)
    values, errors = details_from(request.form)
    if errors:
        return page(customer, errors, 422)
    with transaction() as session:
        change_details_of(session, customer, values, change())
    return saved(customer_id)


@bp.post("/staff/customers/<int:customer_id>/manner")
@staff(Role.DESK, Role.PLANNER)
def change_manner(customer_id: int) -> ResponseReturnValue:
    customer = customer_of(customer_id)
    values, errors = manner_from(request.form)
    if errors:
        return page(customer, errors, 422)
    with transaction() as session:
        changes.change_customer(session, customer, values, change())
    return saved(customer_id)


@bp.post("/staff/customers/<int:customer_id>/wishes")
@staff(Role.DESK, Role.PLANNER)
def tell_wishes(customer_id: int) -> ResponseReturnValue:
    customer = customer_of(customer_id)
    wishes, errors = wishes_from(request.form)
    if wishes is None:
        return page(customer, errors, 422)
    with transaction() as session:
        changes.tell_wishes(session, customer, *wishes, change())
    return saved(customer_id)


@bp.post("/staff/customers/<int:customer_id>/kind")
@staff(Role.DESK, Role.PLANNER)
def correct_kind(customer_id: int) -> ResponseReturnValue:
    customer = customer_of(customer_id)
    kind, errors = kind_from(request.form)
    if kind is None:
        return page(customer, errors, 422)
    with transaction() as session:
        changes.change_customer(session, customer, {"kind": kind}, change())
    return saved(customer_id)


@bp.post("/staff/customers/<int:customer_id>/forget")
@staff(Role.DESK, Role.PLANNER)
def forget_wishes(customer_id: int) -> ResponseReturnValue:
    customer = customer_of(customer_id)
    with transaction() as session:
        changes.forget_wishes(session, customer, change())
    return saved(customer_id)


def customer_of(customer_id: int) -> Customer:
    """Return the customer, or answer 404."""
    customer = db.session.get(Customer, customer_id) or abort(404)
    stay_at(customer.branch_id)
    return customer


def page(
    customer: Customer, errors: Errors | None = None, status: int = 200
) -> ResponseReturnValue:
    """Return the page with all that can be changed, as it is or as it was just filled in."""
    known = {name: getattr(customer, name) or "" for name in ("name", "surname", "email", "phone")}
    shown = render_template(
        "console/preferences.html",
        customer=customer,
        profile=profile_of(db.session(), customer),
        errors=errors or {},
        form={**known, **request.form},
    )
    return shown, status


def saved(customer_id: int) -> ResponseReturnValue:
    """Return to the customer's file, which says that it worked."""
    flash(text("Saved. The customer's own page shows the same."), "success")
    return redirect(url_for("console.customer", customer_id=customer_id), 303)


def change() -> changes.Change:
    """Return when and by whom this is changed."""
    return changes.Change(clock.now(), current_actor(), current_site())
