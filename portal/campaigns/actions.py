"""Send a wave of invitations to a region: no more than there is room for, nobody into nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from portal.booking.actions import invite
from portal.booking.links import token_of
from portal.booking.offer import Offer
from portal.booking.offers import offer_for
from portal.booking.policy import HORIZON_DAYS
from portal.campaigns import notices
from portal.campaigns.models import Wave, WaveMember
from portal.campaigns.policy import deadline_for, is_worth_inviting, room_for_invitations
from portal.campaigns.queries import free_places, unanswered_invitations, visits_to_invite
from portal.clock import local_date
from portal.customers.models import Channel, Visit
from portal.database import transaction
from portal.regions.models import Region
from portal.regions.queries import branch_calendar
from portal.site import Site

log = structlog.get_logger(__name__)

BATCH = 25
LOOKED_AT_PER_INVITATION = 3


@dataclass(frozen=True, slots=True)
class Sending:
    """What a wave needs to know: when, in whose name, and the key that signs the links."""

    now: datetime
    by: str
    site: Site
    signing_key: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Whom a wave would invite and why not more; nothing is written yet.

    `deadline_on` is None in a school holiday. `without_choice` counts people for whose address too
    few windows are open now; `by_letter` those who are not reached by mail.
    """

    deadline_on: date | None
    room: int
    chosen: tuple[tuple[Visit, Offer], ...]
    without_choice: int
    by_letter: int


NOBODY = Selection(None, 0, (), 0, 0)


def select(session: Session, region: Region, wanted: int, now: datetime) -> Selection:
    """Return whom to invite now: due the longest first, with a real choice, by mail."""
    today = local_date(now)
    last_on = today + timedelta(days=HORIZON_DAYS)
    calendar = branch_calendar(session, region.branch_id, today, last_on + timedelta(days=60))
    deadline = deadline_for(today, lambda day: calendar.school_holiday(region.id, day))
    if deadline is None:
        return NOBODY
    room = room_for_invitations(
        free_places(session, region.id, today, last_on), unanswered_invitations(session, region.id)
    )
    limit = min(wanted, room)
    due = visits_to_invite(session, region.id, last_on, limit * LOOKED_AT_PER_INVITATION)
    chosen: list[tuple[Visit, Offer]] = []
    without_choice = by_letter = 0
    for visit in due:
        if len(chosen) == limit:
            break
        if visit.customer.channel is not Channel.MAIL or not visit.customer.email:
            by_letter += 1
        elif is_worth_inviting(offer := offer_for(session, visit, now)):
            chosen.append((visit, offer))
        else:
            without_choice += 1
    return Selection(deadline, room, tuple(chosen), without_choice, by_letter)


def send_wave(
    region_id: int,
    selection: Selection,
    sending: Sending,
    progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Invite everybody of a selection, some at a time, each batch in a transaction of its own."""
    if selection.deadline_on is None or not selection.chosen:
        return 0
    invited = 0
    wave_id = None
    for start in range(0, len(selection.chosen), BATCH):
        batch = selection.chosen[start : start + BATCH]
        with transaction() as session:
            wave_id = wave_id or _new_wave(session, region_id, selection.deadline_on, sending)
            invited += _invite(session, wave_id, batch, selection.deadline_on, sending)
        progress(len(batch))
    log.info("wave.sent", wave=wave_id, region=region_id, invited=invited)
    return invited


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
    batch: Sequence[tuple[Visit, Offer]],
    deadline_on: date,
    sending: Sending,
) -> int:
    for visit, offer in batch:
        invitation = invite(session, visit, deadline_on, sending.now)
        session.add(WaveMember(wave_id=wave_id, invitation_id=invitation.id))
        link = f"{sending.site.base_url}/a/{token_of(invitation, sending.signing_key)}"
        notices.invited(
            session, invitation, link, sending.now, site=sending.site, examples=offer.examples
        )
    session.flush()
    return len(batch)
