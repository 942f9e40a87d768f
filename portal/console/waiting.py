"""The waiting list of a branch as the desk works with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import (
    Appointment,
    AppointmentStatus,
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
    WaitingState,
)
from portal.booking.queries import window_of
from portal.booking.waiting_list.matching import matches
from portal.booking.waiting_list.queries import (
    OFFER_WITH_CUSTOMER,
    WITH_CUSTOMER,
    is_written_to,
    waiting_requests,
    wishes_of,
)
from portal.booking.waiting_list.wishes import Match
from portal.booking.waiting_list.words import dates_in_words, part_in_words, weekdays_in_words
from portal.clock import local_date
from portal.customers.models import Address, Boiler, Customer, Visit, VisitState
from portal.planning.windows import Window

MOST = 50  # of each list on the page


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody on the list, what for, and the window of the appointment there is, or None."""

    request: WaitingRequest
    wishes: str
    present: Window | None
    is_called: bool


@dataclass(frozen=True, slots=True)
class ToCall:
    """Somebody without a mail address for whom a window is free now."""

    request: WaitingRequest
    match: Match


@dataclass(frozen=True, slots=True)
class WaitingDesk:
    """All that the page shows: whom to call, what is kept until when, who waits, who got nothing.

    `total` counts everybody who waits; the lists hold fifty at most.
    """

    to_call: tuple[ToCall, ...]
    kept: tuple[WaitingOffer, ...]
    waiting: tuple[Waiting, ...]
    total: int
    ended: tuple[WaitingRequest, ...]


def waiting_desk(session: Session, branch_id: int, now: datetime) -> WaitingDesk:
    """Return the waiting list of a branch, the longest waiting first."""
    requests = waiting_requests(session, branch_id, WaitingState.WAITING)
    shown = requests[:MOST]
    present = _present(session, [one.visit_id for one in shown])
    return WaitingDesk(
        to_call=_to_call(session, branch_id, requests, now),
        kept=tuple(_kept(session, branch_id)),
        waiting=tuple(
            Waiting(
                one,
                wishes_in_words(one),
                present.get(one.visit_id),
                not is_written_to(one.visit.customer),
            )
            for one in shown
        ),
        total=len(requests),
        ended=tuple(_ended(session, branch_id)),
    )


def wishes_in_words(request: WaitingRequest) -> str:
    """Return what a request waits for, on one line."""
    wishes = wishes_of(request)
    days = weekdays_in_words(wishes.weekdays)
    return f"{dates_in_words(wishes)}, {part_in_words(wishes.part)}, {days}"


def _to_call(
    session: Session, branch_id: int, requests: Sequence[WaitingRequest], now: datetime
) -> tuple[ToCall, ...]:
    """Return those whom no mail reaches with the best window for each, who comes first first.

    Nothing is kept for them yet: that happens when a colleague takes it on, and can call.
    """
    silent = {one.id: one for one in requests if not is_written_to(one.visit.customer)}
    best: dict[int, Match] = {}
    for match in matches(session, branch_id, list(silent.values()), now):
        best.setdefault(match.request_id, match)
    return tuple(ToCall(silent[key], match) for key, match in list(best.items())[:MOST])


def _kept(session: Session, branch_id: int) -> Sequence[WaitingOffer]:
    return session.scalars(
        sa.select(WaitingOffer)
        .join(WaitingOffer.request)
        .join(WaitingRequest.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(Customer.branch_id == branch_id, WaitingOffer.state == WaitingOfferState.OPEN)
        .order_by(WaitingOffer.held_until, WaitingOffer.id)
        .options(*OFFER_WITH_CUSTOMER)
        .limit(MOST)
    ).all()


def _ended(session: Session, branch_id: int) -> Sequence[WaitingRequest]:
    """Return those whose last date passed and who still have no appointment, the latest first."""
    has_appointment = sa.exists().where(
        Appointment.visit_id == WaitingRequest.visit_id,
        Appointment.status == AppointmentStatus.CONFIRMED,
    )
    later = sa.orm.aliased(WaitingRequest)
    asked_again = sa.exists().where(
        later.visit_id == WaitingRequest.visit_id, later.id > WaitingRequest.id
    )
    return session.scalars(
        sa.select(WaitingRequest)
        .join(WaitingRequest.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(
            Customer.branch_id == branch_id,
            WaitingRequest.state == WaitingState.OVER,
            Visit.state == VisitState.OPEN,
            ~has_appointment,
            ~asked_again,
        )
        .order_by(WaitingRequest.last_on.desc(), WaitingRequest.id.desc())
        .options(WITH_CUSTOMER)
        .limit(MOST)
    ).all()


def _present(session: Session, visit_ids: Sequence[int]) -> dict[int, Window]:
    found = session.scalars(
        sa.select(Appointment).where(
            Appointment.visit_id.in_(visit_ids), Appointment.status == AppointmentStatus.CONFIRMED
        )
    )
    return {one.visit_id: window_of(one) for one in found}


def days_waiting(request: WaitingRequest, today: date) -> int:
    """Return for how many days somebody has been on the list."""
    return (today - local_date(request.asked_at)).days
