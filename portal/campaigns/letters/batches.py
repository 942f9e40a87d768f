"""What happens to a batch of letters: posted, or withdrawn before that."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions.appointments import locked
from portal.booking.circumstances import Circumstances
from portal.booking.models import Invitation, InvitationState
from portal.booking.queries import live_appointment
from portal.campaigns.letters.answering import release_letter_holds
from portal.campaigns.letters.errors import BatchPosted, BatchWithdrawn
from portal.campaigns.letters.queries import batch_of
from portal.campaigns.models import Letter, LetterBatch
from portal.customers.models import Visit, VisitState
from portal.database import transaction
from portal.planning.models import HoldKind, Stop
from portal.rounds import one_by_one


def mark_posted(session: Session, batch_id: int, on: date, circumstances: Circumstances) -> None:
    """Note on which day a batch went to the post; twice changes nothing. Raises BatchWithdrawn."""
    batch = _locked_batch(session, batch_id)
    if batch.withdrawn_at is not None:
        raise BatchWithdrawn
    if batch.posted_on is None:
        batch.posted_on = on
        _record(session, batch, "posted", circumstances)


def withdraw_batch(batch_id: int, circumstances: Circumstances) -> int:
    """Take back letters that were not posted; return how many windows came free.

    The batch is closed first, so that nobody posts it any more; then each visit in a transaction of
    its own gives its windows back, and its customer can be invited again. Raises BatchPosted.
    """
    with transaction() as session:
        _close(session, batch_id, circumstances)
        visit_ids = _visits_of(session, batch_id)
    freed = 0
    for visit_id in visit_ids:
        with transaction() as session:
            freed += _take_back(session, visit_id, batch_id)
    return freed


def release_in_vain(visit_ids: list[int]) -> int:
    """Give back what letters hold for these visits; return how many windows that were."""

    def release(visit_id: int) -> int:
        with transaction() as session:
            visit = locked(session, session.get_one(Visit, visit_id))
            return release_letter_holds(session, visit)

    return sum(one_by_one(visit_ids, release))


def held_in_vain(session: Session) -> list[int]:
    """Return visits for which letters hold windows although they need none any more.

    Their visit is no longer to be made, or nothing invites to it.
    """
    invited = sa.exists().where(
        Invitation.visit_id == Stop.visit_id, Invitation.state == InvitationState.OPEN
    )
    rows = session.scalars(
        sa.select(Stop.visit_id)
        .join(Stop.visit)
        .where(Stop.hold_kind == HoldKind.LETTER)
        .where(sa.or_(Visit.state != VisitState.OPEN, ~invited))
        .distinct()
        .order_by(Stop.visit_id)
    )
    return list(rows)


def _close(session: Session, batch_id: int, circumstances: Circumstances) -> None:
    batch = _locked_batch(session, batch_id)
    if batch.posted_on is not None:
        raise BatchPosted
    if batch.withdrawn_at is None:
        batch.withdrawn_at = circumstances.now
        _record(session, batch, "withdrawn", circumstances)


def _take_back(session: Session, visit_id: int, batch_id: int) -> int:
    visit = locked(session, session.get_one(Visit, visit_id))
    if live_appointment(session, visit) is not None:
        return 0
    invitations = session.scalars(
        sa.select(Invitation)
        .join(Letter, Letter.invitation_id == Invitation.id)
        .where(Letter.batch_id == batch_id, Invitation.visit_id == visit_id)
    )
    for invitation in invitations:
        invitation.state = InvitationState.WITHDRAWN
    session.flush()
    return release_letter_holds(session, visit)


def _visits_of(session: Session, batch_id: int) -> list[int]:
    rows = session.scalars(
        sa.select(Invitation.visit_id)
        .join(Letter, Letter.invitation_id == Invitation.id)
        .where(Letter.batch_id == batch_id)
        .order_by(Invitation.visit_id)
    )
    return list(rows)


def _locked_batch(session: Session, batch_id: int) -> LetterBatch:
    batch_of(session, batch_id)
    return session.get_one(LetterBatch, batch_id, with_for_update=True, populate_existing=True)


def _record(
    session: Session, batch: LetterBatch, action: str, circumstances: Circumstances
) -> None:
    session.flush()
    record(
        session,
        actor=circumstances.by,
        action=f"letters.{action}",
        subject=f"letter_batch:{batch.id}",
        now=circumstances.now,
        detail={"batch": batch.id},
    )
