"""The two doors to a customer's own details: the personal link, and the appointment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.booking.forms import Proof
from portal.booking.models import Invitation
from portal.booking.queries import customer_at, lives_at
from portal.booking.references import understood
from portal.booking.views.grants import grant, grant_customer, is_proved
from portal.booking.views.guesses import insist_on_few
from portal.booking.views.ways import granted, invitation_of
from portal.customers.models import Customer
from portal.database import db

READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Door:
    """A door, and who stands behind it; nobody is told until the address is proved."""

    place: Mapping[str, str]
    customer: Customer | None

    def path(self, endpoint: str) -> str:
        """Return the path of one of the customer's pages behind this door."""
        address: dict[str, Any] = dict(self.place)
        return url_for(endpoint, **address)

    @property
    def back(self) -> str:
        """The path of the page that the door belongs to."""
        is_link = "token" in self.place
        return self.path("booking.choose" if is_link else "booking.appointment")


Inside = Callable[[Door, Customer], ResponseReturnValue]


def door_of(token: str, reference: str) -> Door:
    """Return the door, open or not; raises LinkBroken or LinkExpired.

    An appointment number that this browser has not proved is not looked up: known and unknown ones
    get the same answer in the same time.
    """
    place = {"token": token} if token else {"reference": reference}
    if token:
        customer = invitation_of(token).visit.customer
    else:
        found = granted(reference)
        if found is None:
            return Door(place, None)
        customer = found.visit.customer
    return Door(place, customer if is_proved(customer.id) else None)


def proves_appointment(reference: str, proof: Proof) -> bool:
    """Return whether the proof is that of the appointment, and remember it in this browser."""
    known = understood(reference) or ""
    insist_on_few(f"appointment:{known}")
    customer_id = customer_at(db.session(), known, proof.postcode, proof.house_number)
    if customer_id is None:
        return False
    grant(known)
    grant_customer(customer_id)
    return True


def proves_invitation(invitation: Invitation, proof: Proof) -> bool:
    """Return whether the proof is that of the invitation, and remember it in this browser."""
    insist_on_few(f"invitation:{invitation.id}")
    address = invitation.visit.address
    if not lives_at(address, proof.postcode, proof.house_number):
        return False
    grant_customer(address.customer_id)
    return True


def ask_for_proof(
    door: Door, errors: dict[str, str] | None = None, status: int | None = None
) -> ResponseReturnValue:
    """Return the form that asks where somebody lives; it tells nothing about anybody."""
    page = render_template(
        "booking/proof_of_address.html",
        door=door,
        errors=errors or {},
        form=request.form,
    )
    return page, status or (422 if errors else 200)


def behind_proof(
    ask: Callable[..., ResponseReturnValue] = ask_for_proof,
) -> Callable[[Inside], Callable[..., ResponseReturnValue]]:
    """Return a decorator that calls a view with door and customer, once the address is proved.

    Until then it answers with the form that `ask` returns; to a POST with status 403.
    """

    def decorate(view: Inside) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def enter(token: str = "", reference: str = "") -> ResponseReturnValue:
            door = door_of(token, reference)
            if door.customer is None:
                return ask(door, status=200 if request.method in READING else 403)
            return view(door, door.customer)

        return enter

    return decorate
