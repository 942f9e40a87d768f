"""Send a wave of invitations to a region: no more than there is room for, nobody into nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions import invite
from portal.booking.links import path_of
from portal.booking.models import Invitation
from portal.booking.offering.offers import preferences_among, region_offers
from portal.booking.policy import HORIZON_DAYS
from portal.campaigns import notices
from portal.campaigns.models import Wave, WaveMember
from portal.campaigns.policy import deadline_for, is_worth_inviting, room_for_invitations
from portal.campaigns.queries import (
    free_places,
    lock_invitable,
    number_by_letter,
    unanswered_invitations,
    visits_to_invite,
)
from portal.clock import local_date
from portal.customers.models import Channel, Customer, Visit
from portal.database import transaction
from portal.messages.outbox import can_be_mailed
from portal.planning.policy import first_choosable_on
from portal.planning.windows import Window
from portal.regions.models import Region
from portal.regions.queries import branch_calendar
from portal.site import Site

log = structlog.get_logger(__name__)

BATCH = 25
LOOKED_AT_PER_INVITATION = 10


@dataclass(frozen=True, slots=True)
class Sending:
    """What a wave needs to know: when, in whose name, and the key that signs the links."""

    now: datetime
    by: str
    site: Site
    signing_key: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody to invite: the visit, and windows to name in the mail."""

    visit_id: int
    examples: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Whom a wave would invite and why not more; nothing is written yet.

    `deadline_on` is None in a school holiday. `without_choice` counts people for whose address too
    few windows are open now; `by_letter` those who are not reached by mail.
    """

    deadline_on: date | None
    room: int
    chosen: tuple[Chosen, ...]
    without_choice: int
    by_letter: int


@dataclass(frozen=True, slots=True)
class SentWave:
    """The visits that were invited, and how many of the selection no longer needed it."""

    visit_ids: tuple[int, ...] = ()
    skipped: int = 0


NOBODY = Selection(None, 0, (), 0, 0)


def select(session: Session, region: Region, wanted: int, now: datetime) -> Selection:
    """Return whom to invite now: due the longest first, with a real choice, by mail."""
    today = local_date(now)
    first_on, last_on = first_choosable_on(now), today + timedelta(days=HORIZON_DAYS)
    calendar = branch_calendar(session, region.branch_id, today, last_on + timedelta(days=60))
    deadline = deadline_for(today, lambda day: calendar.school_holiday(region.id, day))
    if deadline is None:
        return NOBODY
    room = room_for_invitations(
        free_places(session, region.id, first_on, last_on),
        unanswered_invitations(session, region.id, today),
    )
    limit = min(wanted, room)
    due = visits_to_invite(session, region.id, last_on, limit * LOOKED_AT_PER_INVITATION)
    told = preferences_among(session, (visit.customer.id for visit in due))
    offers = region_offers(session, region, first_on, last_on, now, told=told)
    chosen: list[Chosen] = []
    without_choice, by_letter = 0, number_by_letter(session, region.id, last_on)
    for visit in due:
        if len(chosen) == limit:
            break
        if not _is_reached_by_mail(visit.customer):
            by_letter += 1
        elif is_worth_inviting(offer := offers.offer_for(visit)):
            chosen.append(Chosen(visit.id, offer.examples))
        else:
            without_choice += 1
    return Selection(deadline, room, tuple(chosen), without_choice, by_letter)


def send_wave(
    region_id: int,
    selection: Selection,
    sending: Sending,
    progress: Callable[[int], None] = lambda _done: None,
) -> SentWave:
    """Invite everybody of a selection, some at a time, each batch in a transaction of its own.

    Whoever booked, was invited or dropped out since the selection was made is skipped.
    """
    if selection.deadline_on is None:
        return SentWave()
    visit_ids: list[int] = []
    wave_id = None
    for start in range(0, len(selection.chosen), BATCH):
        batch = selection.chosen[start : start + BATCH]
        with transaction() as session:
            visits = _still_to_invite(session, batch)
            if visits:
                wave_id = wave_id or _new_wave(session, region_id, selection.deadline_on, sending)
                _invite(session, wave_id, visits, selection.deadline_on, sending)
            visit_ids += [visit.id for visit, _examples in visits]
        progress(len(batch))
    sent = SentWave(tuple(visit_ids), len(selection.chosen) - len(visit_ids))
    log.info(
        "wave.sent", wave=wave_id, region=region_id, invited=len(visit_ids), skipped=sent.skipped
    )
    return sent


def _is_reached_by_mail(customer: Customer) -> bool:
    return customer.channel is Channel.MAIL and can_be_mailed(customer.email)


def _still_to_invite(
    session: Session, batch: Sequence[Chosen]
) -> list[tuple[Visit, tuple[Window, ...]]]:
    examples = {one.visit_id: one.examples for one in batch}
    return [
        (visit, examples[visit.id])
        for visit in lock_invitable(session, examples)
        if _is_reached_by_mail(visit.customer)
    ]


def _new_wave(session: Session, region_id: int, deadline_on: date, sending: Sending) -> int:
    wave = Wave(
        region_id=region_id,
        started_at=sending.now,
        deadline_on=deadline_on,
        started_by=sending.by,
    )
    session.add(wave)
    session.flush()
    return wave.id


def _invite(
    session: Session,
    wave_id: int,
    visits: Sequence[tuple[Visit, tuple[Window, ...]]],
    deadline_on: date,
    sending: Sending,
) -> None:
    for visit, examples in visits:
        invitation = invite(session, visit, deadline_on, sending.now)
        session.add(WaveMember(wave_id=wave_id, invitation_id=invitation.id))
        link = sending.site.base_url + path_of(invitation, sending.signing_key)
        notices.invited(
            session, invitation, link, sending.now, site=sending.site, examples=examples
        )
        _record(session, invitation, sending)
    session.flush()


def _record(session: Session, invitation: Invitation, sending: Sending) -> None:
    record(
        session,
        actor=sending.by,
        action="invitation.sent",
        subject=f"visit:{invitation.visit_id}",
        now=sending.now,
        detail={"invitation": invitation.id, "deadline": invitation.deadline_on.isoformat()},
    )
