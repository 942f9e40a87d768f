"""The two ways to a window: from a personal link, and from an appointment that is to be moved.

Both have the same steps: choose, hold, book; they differ in who may come, and in addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal import clock
from portal.booking.links import invitation_from, running_key, token_of
from portal.booking.models import Appointment, Invitation
from portal.booking.queries import appointment_by_reference, invitation_after
from portal.booking.references import understood
from portal.booking.views.grants import is_granted
from portal.customers.models import Visit, VisitState
from portal.database import db
from portal.texts import speak


@dataclass(frozen=True, slots=True)
class Way:
    """For which visit somebody chooses, `moving` which appointment, and at which addresses."""

    visit: Visit
    moving: Appointment | None
    place: Mapping[str, str]

    @property
    def choose(self) -> str:
        """The path of the page with windows."""
        return self._path("booking.move_form" if self.moving else "booking.choose")

    @property
    def everything(self) -> str:
        """The path of the page with all windows."""
        return self._path("booking.move_form" if self.moving else "booking.choose", all=1)

    @property
    def book(self) -> str:
        """The path that a choice is sent to when it is final."""
        return self._path("booking.move" if self.moving else "booking.confirm")

    @property
    def hold(self) -> str:
        """The path that a choice is sent to when it is to be held for a while."""
        return self._path("booking.hold")

    @property
    def let_go(self) -> str:
        """The path that gives a held window back."""
        return self._path("booking.let_go")

    @property
    def look(self) -> str:
        """The path that asks to look for more windows."""
        return self._path("booking.look")

    def held(self, opening_id: int) -> str:
        """Return the path of the page of a held window."""
        return self._path("booking.held", opening_id=opening_id)

    def extend(self, opening_id: int) -> str:
        """Return the path that asks for more time."""
        return self._path("booking.extend", opening_id=opening_id)

    def _path(self, endpoint: str, **values: int) -> str:
        address: dict[str, Any] = {**self.place, **values}
        return url_for(endpoint, **address)


def way_of_link(token: str) -> Way:
    """Return the way of a personal link; raises LinkBroken or LinkExpired."""
    invitation = invitation_of(token)
    return Way(invitation.visit, None, {"token": token_of(invitation, running_key())})


def way_of_move(found: Appointment) -> Way:
    """Return the way to another window for an appointment that this browser may change."""
    return Way(found.visit, found, {"reference": found.reference})


def invitation_of(token: str) -> Invitation:
    """Return the invitation, and speak to its customer as the customer wishes.

    A link to a visit that could not be finished leads to the visit that follows it.
    """
    session = db.session()
    invitation = invitation_from(session, token, running_key(), clock.now())
    if invitation.visit.state is VisitState.UNFINISHED:
        invitation = invitation_after(session, invitation.visit) or invitation
    customer = invitation.visit.customer
    speak(customer.tone, customer.locale)
    return invitation


def granted(reference: str) -> Appointment | None:
    """Return the appointment if this browser may see it, and speak as its customer wishes."""
    known = understood(reference)
    if known is None or not is_granted(known):
        return None
    found = appointment_by_reference(db.session(), known)
    if found is not None:
        speak(found.visit.customer.tone, found.visit.customer.locale)
    return found
