"""Whom we call to choose a time: those who are asked neither by mail nor by letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Selection, SelectionState
from portal.campaigns.letters.queries import WRITTEN_TO
from portal.campaigns.queries import BY_MAIL, number_due, visits_due
from portal.clock import local_date
from portal.customers.models import Customer, Visit
from portal.planning.models import Opening
from portal.planning.policy import first_choosable_on
from portal.regions.models import Region

HAS_TICKED = sa.exists().where(
    Selection.visit_id == Visit.id, Selection.state == SelectionState.OPEN
)


def visits_to_call_about(
    session: Session, branch_id: int, now: datetime, limit: int
) -> tuple[Sequence[Visit], int]:
    """Return the first visits, soonest due first, and how many there are in all.

    Nobody is called before a time is free in their region, nor before it may be used for them. Past
    its due date a visit stands among those that nobody answered about.
    """
    whose = sa.and_(
        sa.not_(sa.or_(BY_MAIL, WRITTEN_TO)),
        Customer.branch_id == branch_id,
        Visit.due_on >= local_date(now),
        ~HAS_TICKED,
    )
    regions = last_free_dates(session, branch_id, now).items()
    found = [
        visit
        for region_id, last_on in regions
        for visit in visits_due(session, region_id, last_on, whose, limit)
    ]
    number = sum(number_due(session, region_id, last_on, whose) for region_id, last_on in regions)
    return sorted(found, key=lambda one: (one.due_on, one.id))[:limit], number


def last_free_dates(session: Session, branch_id: int, now: datetime) -> Mapping[int, date]:
    """Return the last date on which a window is free to be chosen, by the id of each region."""
    free = (
        sa.select(Opening.region_id, sa.func.max(Opening.date))
        .join(Opening.region)
        .where(
            Region.branch_id == branch_id,
            Opening.closed.is_(False),
            Opening.taken < Opening.places,
            Opening.date >= first_choosable_on(now),
        )
        .group_by(Opening.region_id)
    )
    return dict(session.execute(free).all())
