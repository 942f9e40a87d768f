"""The waiting list: who waits for what, and what is kept for whom at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.booking.links import path_to_choose_again
from portal.booking.models import (
    WAITING,
    Appointment,
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
    WaitingState,
)
from portal.booking.policy import bookable_period
from portal.booking.queries import live_appointment
from portal.booking.waiting_list.wishes import Wishes
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.messages.outbox import can_be_mailed
from portal.planning.models import Opening
from portal.planning.windows import Window

OPEN_OFFER = WaitingOffer.state == WaitingOfferState.OPEN
WITH_CUSTOMER = (
    joinedload(WaitingRequest.visit)
    .joinedload(Visit.boiler)
    .joinedload(Boiler.address)
    .joinedload(Address.customer)
)
OFFER_WITH_CUSTOMER = (
    joinedload(WaitingOffer.opening),
    joinedload(WaitingOffer.request)
    .joinedload(WaitingRequest.visit)
    .joinedload(Visit.boiler)
    .joinedload(Boiler.address)
    .joinedload(Address.customer),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a visit waits for, and the window that is kept for it now; None where there is none."""

    request: WaitingRequest | None
    kept: WaitingOffer | None


def waiting_of(session: Session, visit_id: int) -> Waiting:
    """Return how a visit stands on the waiting list, in one query."""
    found = session.execute(
        sa.select(WaitingRequest, WaitingOffer)
        .outerjoin(WaitingOffer, sa.and_(WaitingOffer.request_id == WaitingRequest.id, OPEN_OFFER))
        .where(WaitingRequest.visit_id == visit_id, sa.text(f"waiting_requests.{WAITING}"))
        .options(joinedload(WaitingOffer.opening))
    ).first()
    return Waiting(*found) if found is not None else Waiting(None, None)


def live_request(session: Session, visit_id: int) -> WaitingRequest | None:
    """Return the request of a visit that waits, or for which a window is kept now, or None."""
    return session.scalar(
        sa.select(WaitingRequest).where(WaitingRequest.visit_id == visit_id, WAITING)
    )


def open_offer(session: Session, visit_id: int) -> WaitingOffer | None:
    """Return the window that is kept for a visit from the waiting list, or None."""
    return session.scalar(
        sa.select(WaitingOffer)
        .join(WaitingOffer.request)
        .where(WaitingRequest.visit_id == visit_id, OPEN_OFFER)
        .options(joinedload(WaitingOffer.opening))
    )


def was_offered(session: Session, visit_id: int, opening_id: int) -> bool:
    """Return whether this opening was offered to this visit before: nobody is asked twice."""
    before = (
        sa.select(WaitingOffer.id)
        .join(WaitingOffer.request)
        .where(WaitingRequest.visit_id == visit_id, WaitingOffer.opening_id == opening_id)
    )
    return session.scalar(before.limit(1)) is not None


def wishes_of(request: WaitingRequest) -> Wishes:
    """Return what a request waits for."""
    return Wishes(request.first_on, request.last_on, request.part, request.weekdays)


def window_of_opening(opening: Opening) -> Window:
    """Return the window of an opening."""
    return Window(opening.date, opening.window_start, opening.window_end)


def wishable_period(
    visit: Visit, present: Appointment | None, now: datetime
) -> tuple[date, date] | None:
    """Return between which dates somebody can wait for a window; None when there are none."""
    first_on, last_on = bookable_period(visit.due_on, now)
    if present is not None:
        last_on = min(last_on, present.date)
    return (first_on, last_on) if first_on <= last_on else None


def is_written_to(customer: Customer) -> bool:
    """Return whether an offer reaches this customer by itself; else somebody has to call."""
    return can_be_mailed(customer.email)


def branches_with_waiters(session: Session) -> Sequence[int]:
    """Return the branches in which somebody waits, in order."""
    return session.scalars(
        sa.select(Customer.branch_id)
        .join(Customer.addresses)
        .join(Address.boilers)
        .join(Boiler.visits)
        .join(WaitingRequest, WaitingRequest.visit_id == Visit.id)
        .where(WaitingRequest.state == WaitingState.WAITING)
        .distinct()
        .order_by(Customer.branch_id)
    ).all()


def waiting_requests(
    session: Session, branch_id: int, *states: WaitingState
) -> Sequence[WaitingRequest]:
    """Return the branch's requests in these states, the longest waiting first."""
    return session.scalars(waiting_in(branch_id, *states).options(WITH_CUSTOMER)).all()


def waiting_in(branch_id: int, *states: WaitingState) -> sa.Select[WaitingRequest]:
    """Return the query for a branch's requests in these states, the longest waiting first."""
    return (
        sa.select(WaitingRequest)
        .join(WaitingRequest.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(Customer.branch_id == branch_id, WaitingRequest.state.in_(states))
        .order_by(WaitingRequest.asked_at, WaitingRequest.id)
    )


def page_of(session: Session, visit: Visit, signing_key: str) -> str:
    """Return the path of the page on which a customer answers: the appointment's or the personal.

    "" without an appointment and without an invitation.
    """
    appointment = live_appointment(session, visit)
    if appointment is not None:
        return f"/afspraak/{appointment.reference}"
    return path_to_choose_again(session, visit.id, signing_key)
