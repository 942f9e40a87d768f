"""The letters of a branch as desk and planner work with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus, Invitation
from portal.booking.policy import HORIZON_DAYS
from portal.campaigns.letters.answering import NONE_SUITS
from portal.campaigns.letters.queries import number_to_write_to
from portal.campaigns.models import Letter, LetterBatch
from portal.clock import local_date
from portal.console.audit import actor_names
from portal.console.queries import visits_with_customers
from portal.customers.models import Visit, VisitState
from portal.regions.queries import regions_of_branch

MOST_BATCHES = 20
MOST_CALLS = 50


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch, who made it, how many letters it has, and of how many the visit has a time now."""

    batch: LetterBatch
    made_by: str
    letters: int
    booked: int

    def is_overdue(self, today: date) -> bool:
        """Return whether it should have been posted before today."""
        batch = self.batch
        return batch.posted_on is None and batch.withdrawn_at is None and batch.post_on < today


@dataclass(frozen=True, slots=True)
class CardToCall:
    """A customer whose card says that none of the three times suits."""

    visit: Visit
    since: datetime


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """What there is to do: who waits for a letter (by region), whom to call, and the batches."""

    due: Sequence[tuple[str, int]]
    to_call: Sequence[CardToCall]
    batches: Sequence[BatchRow]

    @property
    def number_due(self) -> int:
        """How many customers of the branch are to get a letter."""
        return sum(number for _, number in self.due)


def letter_desk(session: Session, branch_id: int, now: datetime) -> LetterDesk:
    """Return the letters of a branch; a few queries, and one for each region."""
    last_on = local_date(now) + timedelta(days=HORIZON_DAYS)
    due = [
        (region.name, number_to_write_to(session, region.id, last_on))
        for region in regions_of_branch(session, branch_id)
    ]
    return LetterDesk(due, _to_call(session, branch_id), _batches(session, branch_id))


def _batches(session: Session, branch_id: int) -> list[BatchRow]:
    batches = session.scalars(
        sa.select(LetterBatch)
        .where(LetterBatch.branch_id == branch_id)
        .order_by(LetterBatch.id.desc())
        .limit(MOST_BATCHES)
    ).all()
    names = actor_names(session, [one.made_by for one in batches])
    counts = _counts(session, [one.id for one in batches])
    return [BatchRow(one, names[one.made_by], *counts.get(one.id, (0, 0))) for one in batches]


def _counts(session: Session, batch_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the number of letters and of visits with an appointment, by batch."""
    booked = sa.exists().where(
        Appointment.visit_id == Invitation.visit_id,
        Appointment.status != AppointmentStatus.CANCELLED,
        Appointment.booked_at >= Letter.made_at,
    )
    rows = session.execute(
        sa.select(Letter.batch_id, sa.func.count(), sa.func.sum(sa.case((booked, 1), else_=0)))
        .join(Letter.invitation)
        .where(Letter.batch_id.in_(batch_ids))
        .group_by(Letter.batch_id)
    )
    return {batch: (letters, int(number or 0)) for batch, letters, number in rows if batch}


def _to_call(session: Session, branch_id: int) -> list[CardToCall]:
    live = sa.exists().where(
        Appointment.visit_id == Invitation.visit_id,
        Appointment.status == AppointmentStatus.CONFIRMED,
    )
    rows = session.execute(
        sa.select(Invitation.visit_id, Letter.answered_at)
        .join(Letter, Letter.invitation_id == Invitation.id)
        .join(Letter.batch)
        .join(Invitation.visit)
        .where(
            LetterBatch.branch_id == branch_id,
            Letter.answer == NONE_SUITS,
            Visit.state == VisitState.OPEN,
            ~live,
        )
        .order_by(Letter.answered_at)
        .limit(MOST_CALLS)
    ).all()
    visits = {one.id: one for one in visits_with_customers(session, [row[0] for row in rows])}
    return [CardToCall(visits[visit_id], since) for visit_id, since in rows if since is not None]
