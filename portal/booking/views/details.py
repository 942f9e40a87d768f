"""Name, mail address and telephone number, behind a code to the address that we know.

Nobody is told whether there is such an address: asking gives one answer, in one time.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.booking.actions import change_details as change_details_of
from portal.booking.links import running_key
from portal.booking.views import bp
from portal.booking.views.doors import Door, behind_proof
from portal.booking.views.grants import browser_secret, details_opened_by, open_details
from portal.booking.views.preferences import change
from portal.customers.codes import Purpose, ask_code, is_open, try_code
from portal.customers.forms import Errors, Values, details_from
from portal.customers.models import Customer, MailedCode
from portal.database import db, transaction
from portal.limits import GUESSES, limiter
from portal.texts import text

BEHIND_PROOF = "Shows nothing until this browser gave postcode and house number."
BEHIND_CODE = "Shows nothing until this browser gave the code that was mailed to the customer."


@bp.post("/a/<token>/gegevens/code")
@bp.post("/afspraak/<reference>/gegevens/code")
@public("Mails a code to the address that we know, a few times a day.")
@limiter.limit(GUESSES)
@behind_proof()
def mail_code(door: Door, customer: Customer) -> ResponseReturnValue:
    if not ask(customer, Purpose.DETAILS):
        return code_page(door, 429, {"code": many_codes()})
    return redirect(door.path("booking.type_code"), 303)


@bp.get("/a/<token>/gegevens/code")
@bp.get("/afspraak/<reference>/gegevens/code")
@public(BEHIND_PROOF)
@behind_proof()
def type_code(door: Door, customer: Customer) -> ResponseReturnValue:
    return code_page(door)


@bp.post("/a/<token>/gegevens/code/controle")
@bp.post("/afspraak/<reference>/gegevens/code/controle")
@public("Compares a mailed code: ten tries, ten minutes, in the browser that asked for it.")
@limiter.limit(GUESSES)
@behind_proof()
def check_code(door: Door, customer: Customer) -> ResponseReturnValue:
    code = typed(customer, Purpose.DETAILS)
    if code is None:
        return code_page(door, 422, {"code": wrong_code()})
    open_details(code.id)
    return redirect(door.path("booking.details"), 303)


@bp.get("/a/<token>/gegevens/wijzigen")
@bp.get("/afspraak/<reference>/gegevens/wijzigen")
@public(BEHIND_CODE)
@behind_proof()
def details(door: Door, customer: Customer) -> ResponseReturnValue:
    if not opened(customer):
        return code_page(door)
    return details_page(door, customer)


@bp.post("/a/<token>/gegevens/wijzigen")
@bp.post("/afspraak/<reference>/gegevens/wijzigen")
@public(BEHIND_CODE)
@limiter.limit(GUESSES)
@behind_proof()
def change_details(door: Door, customer: Customer) -> ResponseReturnValue:
    if not opened(customer):
        return code_page(door, 403)
    values, errors = details_from(request.form)
    if errors:
        return details_page(door, customer, errors, 422)
    return save(door, customer, values)


@bp.get("/a/<token>/gegevens/nieuw-adres")
@bp.get("/afspraak/<reference>/gegevens/nieuw-adres")
@public(BEHIND_PROOF)
@behind_proof()
def type_new_code(door: Door, customer: Customer) -> ResponseReturnValue:
    return new_code_page(door)


@bp.post("/a/<token>/gegevens/nieuw-adres")
@bp.post("/afspraak/<reference>/gegevens/nieuw-adres")
@public("Compares a code mailed to a new address: ten tries, ten minutes, in one browser.")
@limiter.limit(GUESSES)
@behind_proof()
def confirm_email(door: Door, customer: Customer) -> ResponseReturnValue:
    code = typed(customer, Purpose.NEW_EMAIL)
    if code is None:
        return new_code_page(door, 422, {"code": wrong_code()})
    flash(text("Saved. From now on we write to your new mail address."), "success")
    return redirect(door.path("booking.preferences"), 303)


def ask(customer: Customer, purpose: Purpose, new_email: str | None = None) -> bool:
    """Ask for a code for this browser; return False when enough were mailed there today."""
    secret = browser_secret()
    with transaction() as session:
        return ask_code(
            session,
            customer,
            purpose,
            secret,
            clock.now(),
            signing_key=running_key(),
            new_email=new_email,
        )


def typed(customer: Customer, purpose: Purpose) -> MailedCode | None:
    """Return the code that was typed in this browser, or None; the try is counted either way.

    A new address is used from the same moment on: its code and its use are one transaction.
    """
    secret, code = browser_secret(), request.form.get("code", "")
    now, key = clock.now(), running_key()
    with transaction() as session:
        found = try_code(session, customer, purpose, secret, code, now, signing_key=key)
        if found is not None and found.new_email is not None:
            change_details_of(session, customer, {"email": found.new_email}, change())
        return found


def opened(customer: Customer) -> bool:
    """Return whether a mailed code opened the details of this customer in this browser."""
    return is_open(db.session(), customer, details_opened_by(), clock.now())


def save(door: Door, customer: Customer, values: Values) -> ResponseReturnValue:
    """Save the details; a new mail address waits for the code that is mailed to it."""
    email = values["email"]
    is_new = isinstance(email, str) and email != customer.email
    if is_new and not ask(customer, Purpose.NEW_EMAIL, str(email)):
        return details_page(door, customer, {"email": many_codes()}, 429)
    kept = {name: value for name, value in values.items() if not (is_new and name == "email")}
    with transaction() as session:
        change_details_of(session, customer, kept, change())
    if is_new:
        return redirect(door.path("booking.type_new_code"), 303)
    flash(text("Saved. Thank you for telling us."), "success")
    return redirect(door.path("booking.preferences"), 303)


def code_page(door: Door, status: int = 200, errors: Errors | None = None) -> ResponseReturnValue:
    """Return the page where the code is typed; it does not say whether there is an address."""
    return render_template("booking/details_code.html", door=door, errors=errors or {}), status


def new_code_page(
    door: Door, status: int = 200, errors: Errors | None = None
) -> ResponseReturnValue:
    """Return the page where the code is typed that went to a new mail address."""
    return render_template("booking/details_new_email.html", door=door, errors=errors or {}), status


def details_page(
    door: Door, customer: Customer, errors: Errors | None = None, status: int = 200
) -> ResponseReturnValue:
    """Return the form with the details, as they are or as they were just filled in."""
    known = {name: getattr(customer, name) or "" for name in ("name", "surname", "email", "phone")}
    page = render_template(
        "booking/details.html",
        door=door,
        errors=errors or {},
        form={**known, **request.form} if errors else known,
    )
    return page, status


def wrong_code() -> str:
    """Say that a code does not work; not whether it is wrong, too old, or tried too often."""
    return text("This code does not work, or no longer. Ask for a new one, or call us.")


def many_codes() -> str:
    """Say that there will be no more codes today."""
    return text("We sent several codes there today. Try again tomorrow, or call us.")
