"""Visits, found by the numbers that the company's own programs know."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.customers.queries import WITH_PLACE_OF_VISIT
from portal.regions.models import Branch

MOST_FOUND = 50


def visits_found(
    session: Session, branch_id: int | None, *, boiler: str | None, customer: str | None
) -> Sequence[Visit]:
    """Return the visits of a boiler or of a customer, the last due first, with their place loaded.

    Without a branch those of every branch; customers of two branches may have one number.
    """
    wanted = sa.select(Visit).join(Visit.boiler).join(Boiler.address).join(Address.customer)
    if branch_id is not None:
        wanted = wanted.where(Customer.branch_id == branch_id)
    wanted = wanted.where(Boiler.number == boiler if boiler else Customer.number == customer)
    ordered = wanted.order_by(Visit.due_on.desc(), Visit.id.desc()).limit(MOST_FOUND)
    return session.scalars(ordered.options(WITH_PLACE_OF_VISIT)).all()


def last_appointments(session: Session, visit_ids: Sequence[int]) -> dict[int, Appointment]:
    """Return the newest appointment of each of these visits, live or not; some have none."""
    found = sa.select(Appointment).where(Appointment.visit_id.in_(visit_ids))
    return {one.visit_id: one for one in session.scalars(found.order_by(Appointment.id))}


def branch_slugs(session: Session, branch_ids: Sequence[int]) -> dict[int, str]:
    """Return the short names of branches, by id."""
    found = sa.select(Branch.id, Branch.slug).where(Branch.id.in_(branch_ids))
    return dict(session.execute(found).all())
