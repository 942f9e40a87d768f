"""What this browser has shown: which appointments it may open, and whose address it proved.

Who booked in this browser may open the appointment. Only who gave postcode and house number as well
sees the house number and the customer's own details.
"""

from __future__ import annotations

import secrets

from flask import session as browser

APPOINTMENTS = "appointments"
CUSTOMERS = "customers"
OPENED_BY = "opened_by"
SECRET = "browser"
MOST = 20


def grant(reference: str) -> None:
    """Let this browser see and change an appointment from now on."""
    _keep(APPOINTMENTS, reference)


def is_granted(reference: str) -> bool:
    """Return whether this browser made the appointment, or proved that it is its own."""
    return reference in browser.get(APPOINTMENTS, [])


def grant_customer(customer_id: int) -> None:
    """Remember that this browser knows where a customer lives: it is asked once."""
    _keep(CUSTOMERS, customer_id)


def is_proved(customer_id: int) -> bool:
    """Return whether this browser gave the postcode and the house number of a customer."""
    return customer_id in browser.get(CUSTOMERS, [])


def browser_secret() -> str:
    """Return what only this browser has; a mailed code works with it alone."""
    if SECRET not in browser:
        browser[SECRET] = secrets.token_urlsafe(16)
    return str(browser[SECRET])


def open_details(code_id: int) -> None:
    """Remember with which mailed code this browser opened somebody's details."""
    browser[OPENED_BY] = code_id


def details_opened_by() -> int | None:
    """Return the mailed code that opened somebody's details in this browser, if any did."""
    found: int | None = browser.get(OPENED_BY)
    return found


def _keep(name: str, value: str | int) -> None:
    known = [one for one in browser.get(name, []) if one != value]
    browser[name] = [*known, value][-MOST:]
