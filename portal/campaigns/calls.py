"""Whom we call to choose a time: those who are asked neither by mail nor by letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Selection, SelectionState
from portal.campaigns.letters.queries import WRITTEN_TO
from portal.campaigns.queries import BY_MAIL, due_by_customer
from portal.clock import local_date
from portal.customers.models import Customer, Visit
from portal.planning.models import Opening
from portal.planning.policy import first_choosable_on
from portal.regions.models import Region

HAS_TICKED = sa.exists().where(
    Selection.visit_id == Visit.id, Selection.state == SelectionState.OPEN
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call to one customer about all that is due; `visit` is the visit when it is one alone."""

    customer: Customer
    number: int
    soonest_on: date
    visit: Visit | None


def calls_to_make(
    session: Session, branch_id: int, now: datetime, limit: int
) -> tuple[tuple[Call, ...], int]:
    """Return the first calls, soonest due first, and how many there are in all.

    Nobody is called before a time is free in their region, nor before it may be used for them. Past
    its due date a visit stands among those that nobody answered about.
    """
    whose = sa.and_(
        sa.not_(sa.or_(BY_MAIL, WRITTEN_TO)),
        Customer.branch_id == branch_id,
        Visit.due_on >= local_date(now),
        ~HAS_TICKED,
    )
    due: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
    for region_id, last_on in last_free_dates(session, branch_id, now).items():
        for customer_id, number, soonest_on, visit_id in due_by_customer(
            session, region_id, last_on, whose
        ):
            due[customer_id].append((soonest_on, number, visit_id))
    first = sorted(due, key=lambda one: (min(due[one]), one))[:limit]
    return tuple(_call(session, customer_id, due[customer_id]) for customer_id in first), len(due)


def _call(session: Session, customer_id: int, due: Sequence[tuple[date, int, int]]) -> Call:
    number = sum(of_region for _, of_region, _ in due)
    soonest_on, _, visit_id = min(due)
    visit = session.get_one(Visit, visit_id) if number == 1 else None
    return Call(session.get_one(Customer, customer_id), number, soonest_on, visit)


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
