"""One friendly reminder for an invitation that nobody answered; after that a person takes over.

A round asks once which regions have somebody whose hour it is, and reads the routes of those
regions only. Each reminder is a transaction of its own, and is noted in it: never a second one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from portal.access.actions import record
from portal.booking.actions.appointments import locked
from portal.booking.links import path_of
from portal.booking.models import (
    WAITING,
    Appointment,
    Invitation,
    InvitationState,
    Selection,
    SelectionState,
    WaitingRequest,
)
from portal.booking.offering.offers import preferences_among, region_offers
from portal.booking.policy import HORIZON_DAYS
from portal.booking.queries import invitation_with_customer
from portal.campaigns import notices
from portal.campaigns.actions import Sending
from portal.campaigns.models import Letter
from portal.campaigns.policy import (
    LEAST_LEFT,
    REMINDED_AFTER,
    USUAL_HOUR,
    is_worth_inviting,
    may_be_reminded,
)
from portal.campaigns.queries import BY_MAIL
from portal.clock import AMSTERDAM, local_date
from portal.customers.hours import HOURS
from portal.customers.models import Address, Boiler, Channel, Customer, Visit, VisitState
from portal.database import db, transaction
from portal.planning.models import Stop
from portal.planning.policy import first_choosable_on
from portal.planning.windows import Window
from portal.regions.models import Region
from portal.regions.queries import branch_calendar
from portal.rounds import one_by_one

BY = "reminders"  # who reminds, in the audit trail
MOST = 500  # of a region in an hour

Wanted = TypeVar("Wanted", bound=sa.Select[Any])


@dataclass(frozen=True, slots=True)
class Reminding:
    """Whom to remind now, with windows to name; `without_choice` have too few for their address."""

    chosen: tuple[tuple[int, tuple[Window, ...]], ...] = ()
    without_choice: int = 0


def remind_silent(sending: Sending) -> tuple[int, int]:
    """Remind those whose hour it is; return how many had a mail, and how many have no choice now.

    Begins with a rollback of the session.
    """
    reminding = whom_to_remind(db.session(), sending.now)
    db.session.rollback()
    told = one_by_one(reminding.chosen, lambda one: _reminded(*one, sending))
    return told.count(True), reminding.without_choice


def whom_to_remind(session: Session, now: datetime) -> Reminding:
    """Return whom to remind at this hour; nothing is written."""
    if HOURS[0].hour > _hour(now) or _hour(now) > HOURS[-1].hour:
        return Reminding()
    chosen: list[tuple[int, tuple[Window, ...]]] = []
    without_choice = 0
    regions = _regions(session, now)
    for of_region in one_by_one(regions, lambda region: [*_of_region(session, region, now)]):
        for invitation_id, examples in of_region:
            if examples is None:
                without_choice += 1
            else:
                chosen.append((invitation_id, examples))
    return Reminding(tuple(chosen), without_choice)


def _regions(session: Session, now: datetime) -> Sequence[Region]:
    """Return the regions in which somebody could be reminded at this hour."""
    wanted = _joined(sa.select(Address.region_id).distinct()).where(*_silent(now), _at_hour(now))
    found = sa.select(Region).where(Region.id.in_(wanted)).order_by(Region.id)
    return session.scalars(found).all()


def _of_region(
    session: Session, region: Region, now: datetime
) -> Iterator[tuple[int, tuple[Window, ...] | None]]:
    """Yield the invitations to bring to mind, with examples; None where there is too little."""
    today = local_date(now)
    calendar = branch_calendar(session, region.branch_id, today, today)
    silent = [
        one
        for one in _silent_in(session, region, now)
        if may_be_reminded(
            local_date(one.invited_at),
            one.deadline_on,
            today,
            lambda day: calendar.school_holiday(region.id, day),
        )
    ]
    if not silent:
        return
    told = preferences_among(session, (one.visit.customer.id for one in silent))
    period = first_choosable_on(now), today + timedelta(days=HORIZON_DAYS)
    offers = region_offers(session, region, *period, now, told=told)
    for one in silent:
        offer = offers.offer_for(one.visit)
        yield one.id, offer.examples if is_worth_inviting(offer) else None


def _silent_in(session: Session, region: Region, now: datetime) -> Sequence[Invitation]:
    eager = (
        contains_eager(Invitation.visit)
        .contains_eager(Visit.boiler)
        .contains_eager(Boiler.address)
        .contains_eager(Address.customer)
    )
    wanted = _joined(sa.select(Invitation)).where(
        Address.region_id == region.id, *_silent(now), _at_hour(now)
    )
    return session.scalars(
        wanted.options(eager).order_by(Invitation.invited_at, Invitation.id).limit(MOST)
    ).all()


def _reminded(invitation_id: int, examples: tuple[Window, ...], sending: Sending) -> bool:
    """Return whether the mail went out; False when somebody answered, or was reminded, since."""
    with transaction() as session:
        invitation = invitation_with_customer(session, invitation_id)
        if invitation is None:
            return False
        locked(session, invitation.visit)
        if not _is_silent(session, invitation_id, sending.now) or not _noted(
            session, invitation_id, sending.now
        ):
            return False
        link = sending.site.base_url + path_of(invitation, sending.signing_key)
        told = notices.reminded(
            session, invitation, link, sending.now, site=sending.site, examples=examples
        )
        record(
            session,
            actor=sending.by,
            action="invitation.reminded",
            subject=f"visit:{invitation.visit_id}",
            now=sending.now,
            detail={"invitation": invitation_id},
        )
        return told is not None


def _noted(session: Session, invitation_id: int, now: datetime) -> bool:
    """Note the one reminder of an invitation; one conditional UPDATE decides who may send it."""
    written = session.execute(
        sa.update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.reminded_at.is_(None))
        .values(reminded_at=now)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    return written.first() is not None


def _is_silent(session: Session, invitation_id: int, now: datetime) -> bool:
    wanted = _joined(sa.select(Invitation.id)).where(Invitation.id == invitation_id, *_silent(now))
    return session.scalar(wanted) is not None


def _silent(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of an invitation by mail, old enough, to which nothing was answered.

    Whoever ever had an appointment answered; so did who ticks, waits, or has a window held.
    """
    today = local_date(now)
    asked_before = datetime.combine(today - REMINDED_AFTER + timedelta(days=1), time(), AMSTERDAM)
    return (
        Invitation.state == InvitationState.OPEN,
        Invitation.invited_at < asked_before.astimezone(UTC),
        Invitation.deadline_on >= today + LEAST_LEFT,
        Invitation.reminded_at.is_(None),
        Invitation.channel == Channel.MAIL,
        Visit.state == VisitState.OPEN,
        Address.lat.is_not(None),
        BY_MAIL,
        ~sa.exists().where(Appointment.visit_id == Visit.id),
        ~sa.exists().where(Selection.visit_id == Visit.id, Selection.state == SelectionState.OPEN),
        ~sa.exists().where(Stop.visit_id == Visit.id),
        ~sa.exists().where(WaitingRequest.visit_id == Visit.id, WAITING),
        ~sa.exists().where(Letter.invitation_id == Invitation.id),
    )


def _at_hour(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that this is the customer's hour; hours of the night are moved."""
    hour = sa.extract("hour", sa.func.coalesce(Customer.message_hour, USUAL_HOUR))
    if _hour(now) == HOURS[0].hour:
        return hour <= HOURS[0].hour
    if _hour(now) == HOURS[-1].hour:
        return hour >= HOURS[-1].hour
    return hour == _hour(now)


def _hour(now: datetime) -> int:
    return now.astimezone(AMSTERDAM).hour


def _joined(wanted: Wanted) -> Wanted:
    return (
        wanted.select_from(Invitation)
        .join(Invitation.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
    )
