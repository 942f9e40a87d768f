"""Windows that came free are offered to those who wait for them: the round of a job.

Nobody has to say that something came free. Every minute this compares what it looked at last with
what is there now: who waits, the versions of the day plans, which openings have a place, and the
hour. Only a branch in which that changed is looked at. What was seen is remembered in this process:
another process, or this one after a restart, looks once more and finds nothing new to do, since
what was offered stands in the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from portal.booking.actions.waiting import end
from portal.booking.actions.waiting_offers import lapse, offer
from portal.booking.circumstances import Circumstances
from portal.booking.models import (
    Appointment,
    AppointmentStatus,
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
    WaitingState,
)
from portal.booking.waiting_list.matching import matches
from portal.booking.waiting_list.queries import (
    branches_with_waiters,
    is_written_to,
    waiting_in,
    waiting_requests,
)
from portal.booking.waiting_list.wishes import Match, apart, may_offer
from portal.customers.models import Visit, VisitState
from portal.database import db, transaction
from portal.errors import Refusal
from portal.planning.models import DayPlan, HoldKind, Opening, Stop
from portal.planning.policy import first_choosable_on
from portal.regions.models import Region
from portal.rounds import one_by_one

BY = "waiting list"
EXTENSION = "tijdvenster.freed"


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: offers whose time was over, requests that ended, offers that were made."""

    lapsed: int
    ended: int
    offered: int


@dataclass(frozen=True, slots=True)
class Sight:
    """All that an answer about the waiting list of a branch rests on, short of who is on duty.

    The hour is in it, so that what nobody counts as a change is seen within the hour.
    """

    hour: datetime
    requests: tuple[tuple[object, ...], ...]
    plans: tuple[tuple[int, int], ...]
    free: tuple[int, ...]


def offer_freed(circumstances: Circumstances, signing_key: str) -> Round:
    """Do a round: end what is over, then offer free windows, unless it is too early or too late.

    Begins with a rollback of the session; every change is a transaction of its own.
    """
    lapsed = end_offers(circumstances)
    ended = end_requests(circumstances)
    offered = 0
    if may_offer(circumstances.now):
        branches = branches_with_waiters(db.session())
        offered = sum(
            one_by_one(branches, lambda one: offer_in_branch(one, circumstances, signing_key))
        )
    db.session.rollback()
    return Round(lapsed, ended, offered)


def end_offers(circumstances: Circumstances) -> int:
    """End the offers whose hour is over or whose hold is gone; return how many ended."""

    def lapsed(offer_id: int) -> bool:
        with transaction() as session:
            return lapse(session, session.get_one(WaitingOffer, offer_id), circumstances)

    return sum(one_by_one(_offers_to_end(db.session(), circumstances.now), lapsed))


def end_requests(circumstances: Circumstances) -> int:
    """End the requests that a booking served, and those for which nothing can come any more."""
    states = dict(_requests_to_end(db.session(), circumstances.now))

    def ended(request_id: int) -> None:
        with transaction() as session:
            request = session.get_one(WaitingRequest, request_id)
            end(session, request, states[request_id], circumstances)

    return len(one_by_one(states, ended))


def offer_in_branch(branch_id: int, circumstances: Circumstances, signing_key: str) -> int:
    """Offer the free windows of a branch, if anything changed; return how many offers were made.

    After each bundle of offers on different days it looks afresh, so that the next in line is
    weighed against the routes as they became. Whoever answers meanwhile is offered something else
    in the next round: of one kind at one moment there is one message.
    """
    now = circumstances.now
    seen = sight(db.session(), branch_id, now)
    if _looked_at().get(branch_id) == seen:
        return 0
    tried: set[tuple[int, int]] = set()
    made = 0
    while bundle := apart(_untried(branch_id, tried, now)):
        tried |= {(one.request_id, one.opening_id) for one in bundle}
        made += sum(one_by_one(bundle, lambda one: _offered(one, circumstances, signing_key)))
    _looked_at()[branch_id] = seen
    return made


def sight(session: Session, branch_id: int, now: datetime) -> Sight:
    """Return what the waiting list of a branch looks like now; three short queries."""
    first_on = first_choosable_on(now)
    requests = session.execute(
        waiting_in(branch_id, WaitingState.WAITING).with_only_columns(
            WaitingRequest.id,
            WaitingRequest.first_on,
            WaitingRequest.last_on,
            WaitingRequest.part,
            WaitingRequest.weekdays,
        )
    )
    plans = session.execute(
        sa.select(DayPlan.id, DayPlan.version)
        .where(DayPlan.branch_id == branch_id, DayPlan.date >= first_on)
        .order_by(DayPlan.id)
    )
    free = session.scalars(
        sa.select(Opening.id)
        .join(Opening.region)
        .where(
            Region.branch_id == branch_id,
            Opening.date >= first_on,
            Opening.closed.is_(False),
            Opening.taken < Opening.places,
        )
        .order_by(Opening.id)
    )
    return Sight(
        now.replace(minute=0, second=0, microsecond=0),
        tuple(tuple(one) for one in requests),
        tuple((plan_id, version) for plan_id, version in plans),
        tuple(free),
    )


def _untried(branch_id: int, tried: set[tuple[int, int]], now: datetime) -> list[Match]:
    """Return the matches of those whom a message reaches, best first; the desk calls the others."""
    session = db.session()
    session.rollback()
    heard = _offered_since(session, now)
    waiting = waiting_requests(session, branch_id, WaitingState.WAITING)
    written_to = [
        one for one in waiting if one.visit_id not in heard and is_written_to(one.visit.customer)
    ]
    found = matches(session, branch_id, written_to, now)
    session.rollback()  # let go of the read transaction before the first lock
    return [one for one in found if (one.request_id, one.opening_id) not in tried]


def _offered_since(session: Session, moment: datetime) -> set[int]:
    offered = sa.select(WaitingRequest.visit_id).join(WaitingOffer.request)
    return set(session.scalars(offered.where(WaitingOffer.offered_at >= moment)))


def _offered(match: Match, circumstances: Circumstances, signing_key: str) -> bool:
    """Make one offer; return False when somebody was quicker, or it fits no longer."""
    try:
        with transaction() as session:
            request = session.get_one(WaitingRequest, match.request_id)
            offer(session, request, match.opening_id, circumstances, signing_key)
    except Refusal:
        return False
    return True


def _offers_to_end(session: Session, now: datetime) -> list[int]:
    is_held = sa.exists().where(
        Stop.visit_id == WaitingRequest.visit_id,
        Stop.opening_id == WaitingOffer.opening_id,
        Stop.hold_kind == HoldKind.WAITING_LIST,
    )
    return list(
        session.scalars(
            sa.select(WaitingOffer.id)
            .join(WaitingOffer.request)
            .where(
                WaitingOffer.state == WaitingOfferState.OPEN,
                sa.or_(WaitingOffer.held_until <= now, ~is_held),
            )
            .order_by(WaitingOffer.id)
        )
    )


def _requests_to_end(session: Session, now: datetime) -> list[tuple[int, WaitingState]]:
    """Return the waiting requests that end now, and as what.

    SERVED: an appointment was booked since. OVER: the visit is no longer to be planned, or no date
    is left on which a window could be chosen, or one before the appointment.
    """
    first_on = first_choosable_on(now)
    is_served = Appointment.booked_at > WaitingRequest.asked_at
    is_over = sa.or_(
        Visit.state != VisitState.OPEN,
        WaitingRequest.last_on < first_on,
        Appointment.date < first_on,
        Appointment.date < WaitingRequest.first_on,
    )
    rows = session.execute(
        sa.select(WaitingRequest.id, is_served)
        .join(WaitingRequest.visit)
        .outerjoin(
            Appointment,
            sa.and_(
                Appointment.visit_id == WaitingRequest.visit_id,
                Appointment.status == AppointmentStatus.CONFIRMED,
            ),
        )
        .where(WaitingRequest.state == WaitingState.WAITING, sa.or_(is_served, is_over))
        .order_by(WaitingRequest.id)
    )
    return [(key, WaitingState.SERVED if served else WaitingState.OVER) for key, served in rows]


def _looked_at() -> dict[int, Sight]:
    found: dict[int, Sight] = current_app.extensions.setdefault(EXTENSION, {})
    return found
