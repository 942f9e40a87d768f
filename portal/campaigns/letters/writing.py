"""Write letters: an invitation and three held windows each, one letter in a transaction.

The visit is locked first and then the three days together, by date: several letters in one
transaction would lock days out of order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import structlog
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions import invite
from portal.booking.models import Invitation
from portal.booking.offering.offer import OfferedWindow
from portal.campaigns.actions import Sending
from portal.campaigns.letters.errors import NotWanted
from portal.campaigns.letters.post import LetterDates, held_until
from portal.campaigns.letters.queries import is_written_to, places_left
from portal.campaigns.letters.selecting import ChosenLetter, LetterSelection, paper_offers
from portal.campaigns.models import Letter, LetterBatch, Wave, WaveMember
from portal.campaigns.queries import lock_invitable
from portal.customers.models import Channel, Visit
from portal.database import db, transaction
from portal.planning.actions import admit, lock_days
from portal.planning.errors import NoDayPlan, NoLongerFits, WindowTaken
from portal.planning.models import Hold, HoldKind
from portal.regions.models import Region

log = structlog.get_logger(__name__)

TRIES = 3  # with other windows, when one of the three went meanwhile
GONE = (WindowTaken, NoLongerFits, NoDayPlan)


@dataclass(frozen=True, slots=True)
class WrittenLetters:
    """The batch (None when nothing was written), and how many letters were and were not needed."""

    batch_id: int | None = None
    letters: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class _Round:
    """What the letters of one region have in common; batch and wave once they are made."""

    region_id: int
    dates: LetterDates
    sending: Sending
    batch_id: int | None
    wave_id: int | None = None


def write_letters(
    region_id: int,
    selection: LetterSelection,
    sending: Sending,
    batch_id: int | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> WrittenLetters:
    """Write the letters of a selection into a batch, a new one unless one is given.

    Whoever booked, was invited or dropped out since the selection was made is skipped, and so is
    whoever is left without three windows.
    """
    if selection.dates is None:
        return WrittenLetters(batch_id)
    at = _Round(region_id, selection.dates, sending, batch_id)
    written = 0
    for chosen in selection.chosen:
        letter = _write_one(at, chosen)
        if letter is not None:
            at = replace(at, batch_id=letter.batch_id, wave_id=letter.wave_id)
            written += 1
        progress(1)
    log.info("letters.written", batch=at.batch_id, region=region_id, letters=written)
    return WrittenLetters(at.batch_id, written, len(selection.chosen) - written)


@dataclass(frozen=True, slots=True)
class _Place:
    batch_id: int
    wave_id: int


def _write_one(at: _Round, chosen: ChosenLetter) -> _Place | None:
    windows = chosen.windows
    for _ in range(TRIES):
        try:
            with transaction() as session:
                return _write(session, at, chosen.visit_id, windows)
        except NotWanted:
            return None
        except GONE:
            windows = _other_windows(db.session(), at, chosen.visit_id)
            if not windows:
                return None
    return None


def _other_windows(session: Session, at: _Round, visit_id: int) -> tuple[OfferedWindow, ...]:
    region, visit = session.get_one(Region, at.region_id), session.get_one(Visit, visit_id)
    return paper_offers(session, region, at.dates, at.sending.now, [visit]).three_for(visit)


def _write(session: Session, at: _Round, visit_id: int, windows: Sequence[OfferedWindow]) -> _Place:
    """Write one letter; raises NotWanted, WindowTaken, NoLongerFits or NoDayPlan."""
    free = [one for one in lock_invitable(session, [visit_id]) if is_written_to(one.customer)]
    if not free:
        raise NotWanted
    visit = free[0]
    hold_for_letter(session, visit, windows, at.dates.deadline_on)
    place = _Place(
        at.batch_id or _new_batch(session, visit, at), at.wave_id or _new_wave(session, at)
    )
    invitation = invite(session, visit, at.dates.deadline_on, at.sending.now)
    invitation.channel = Channel.LETTER
    session.add(WaveMember(wave_id=place.wave_id, invitation_id=invitation.id))
    session.add(_letter(invitation, place.batch_id, at, windows))
    _record(session, invitation, at)
    session.flush()
    return place


def hold_for_letter(
    session: Session, visit: Visit, windows: Sequence[OfferedWindow], deadline_on: date
) -> None:
    """Hold windows for a locked visit until the end of a day.

    Whether letters hold too much of a date already is counted under the lock of that date. Raises
    WindowTaken, NoLongerFits or NoDayPlan.
    """
    dates = {one.window.date for one in windows}
    lock_days(session, visit.customer.branch_id, dates)
    left = places_left(session, visit.address.region_id or 0, dates)
    if min(left[day] for day in dates) < 1:
        raise WindowTaken
    hold = Hold(HoldKind.LETTER, held_until(deadline_on))
    for one in windows:
        admit(session, visit, one.window, opening_id=one.opening_id, hold=hold)


def _letter(
    invitation: Invitation, batch_id: int, at: _Round, windows: Sequence[OfferedWindow]
) -> Letter:
    return Letter(
        invitation=invitation,
        batch_id=batch_id,
        made_at=at.sending.now,
        card_by_on=at.dates.card_by_on,
        deadline_on=at.dates.deadline_on,
        windows=[
            [
                one.window.date.isoformat(),
                one.window.start.strftime("%H:%M"),
                one.window.end.strftime("%H:%M"),
            ]
            for one in sorted(windows, key=lambda one: one.window)
        ],
    )


def _new_batch(session: Session, visit: Visit, at: _Round) -> int:
    batch = LetterBatch(
        branch_id=visit.customer.branch_id,
        made_at=at.sending.now,
        made_by=at.sending.by,
        post_on=at.dates.post_on,
    )
    session.add(batch)
    session.flush()
    return batch.id


def _new_wave(session: Session, at: _Round) -> int:
    wave = Wave(
        region_id=at.region_id,
        started_at=at.sending.now,
        deadline_on=at.dates.deadline_on,
        started_by=at.sending.by,
    )
    session.add(wave)
    session.flush()
    return wave.id


def _record(session: Session, invitation: Invitation, at: _Round) -> None:
    record(
        session,
        actor=at.sending.by,
        action="letter.written",
        subject=f"visit:{invitation.visit_id}",
        now=at.sending.now,
        detail={"invitation": invitation.id, "deadline": at.dates.deadline_on.isoformat()},
    )
