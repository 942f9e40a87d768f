"""What planner's and desk's pages show beside the planned day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import session as browser
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.console.errors import NoBranchYet
from portal.customers.models import Address, Boiler, Visit
from portal.regions.models import Branch
from portal.regions.queries import branch_by_slug, branches
from portal.technicians.models import Absence, AbsenceKind, Technician

KEPT_BRANCH = "branch"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A technician of the branch on a date; `number` (from 0) is the same on every day."""

    number: int
    technician_id: int
    name: str
    away: AbsenceKind | None


def chosen_branch(session: Session, slug: str | None) -> Branch:
    """Return the branch with this short name, else the one this browser chose last, else the first.

    What is asked for is kept in the browser's session: links need not name the branch again.
    Raises BranchUnknown or NoBranchYet.
    """
    if slug:
        asked = branch_by_slug(session, slug)
        stay_at(asked.id)
        return asked
    known = branches(session)
    if not known:
        raise NoBranchYet
    kept = browser.get(KEPT_BRANCH)
    return next((branch for branch in known if branch.id == kept), known[0])


def branch_at_hand(session: Session) -> int | None:
    """Return the branch that this browser chose last, else the first; None when there is none."""
    kept = browser.get(KEPT_BRANCH)
    return kept if isinstance(kept, int) else session.scalar(sa.select(sa.func.min(Branch.id)))


def stay_at(branch_id: int) -> None:
    """Keep a branch in this browser's session: the links and the menu stay with it."""
    browser[KEPT_BRANCH] = branch_id


def colleagues(session: Session, branch_id: int, day: date) -> tuple[Colleague, ...]:
    """Return the branch's active technicians, with why they are away on that date if they are."""
    of_day = Technician.absences.and_(Absence.first_on <= day, Absence.last_on >= day)
    found = session.scalars(
        sa.select(Technician)
        .where(Technician.branch_id == branch_id, Technician.active)
        .order_by(Technician.id)
        .options(selectinload(of_day))
        .execution_options(populate_existing=True)
    )
    return tuple(
        Colleague(
            number=number,
            technician_id=person.id,
            name=person.name,
            away=person.absences[0].kind if person.absences else None,
        )
        for number, person in enumerate(found)
    )


def visits_with_customers(session: Session, visit_ids: Sequence[int]) -> tuple[Visit, ...]:
    """Return these visits with boiler, address and customer at hand."""
    found = session.scalars(
        sa.select(Visit)
        .where(Visit.id.in_(visit_ids))
        .order_by(Visit.id)
        .options(joinedload(Visit.boiler).joinedload(Boiler.address).joinedload(Address.customer))
    )
    return tuple(found)
