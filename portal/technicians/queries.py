"""What is known about technicians."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.technicians.errors import NumberInSeveralBranches, TechnicianUnknown
from portal.technicians.models import Absence, Technician
from portal.technicians.shifts import OnDuty, on_duty


def roster(
    session: Session, branch_id: int, first_on: date, last_on: date
) -> dict[date, tuple[OnDuty, ...]]:
    """Return who works on every date from `first_on` to `last_on`, sorted by technician id.

    A date on which nobody works has an empty tuple. Four queries, whatever the period; weekends
    and holidays are not looked at: those are `regions.queries.branch_calendar`.
    """
    wanted = (
        sa.select(Technician)
        .where(Technician.branch_id == branch_id, Technician.active)
        .order_by(Technician.id)
        .options(
            selectinload(Technician.shifts),
            selectinload(Technician.certificates),
        )
    )
    people = session.scalars(wanted).all()
    away = absences_of_branch(session, branch_id, first_on, last_on)
    days = (first_on + timedelta(days=ahead) for ahead in range((last_on - first_on).days + 1))
    return {
        day: tuple(one for who in people if (one := on_duty(who, away[who.id], day)))
        for day in days
    }


def absences_of_branch(
    session: Session, branch_id: int, first_on: date, last_on: date
) -> defaultdict[int, list[Absence]]:
    """Return the absences that touch the period, by technician id."""
    wanted = (
        sa.select(Absence)
        .join(Absence.technician)
        .where(
            Technician.branch_id == branch_id,
            Absence.first_on <= last_on,
            Absence.last_on >= first_on,
        )
    )
    found: defaultdict[int, list[Absence]] = defaultdict(list)
    for absence in session.scalars(wanted):
        found[absence.technician_id].append(absence)
    return found


def technician_by_number(session: Session, branch_id: int | None, number: str) -> Technician:
    """Return the technician with this number, in a branch or (None) in any.

    Raises TechnicianUnknown, or NumberInSeveralBranches when a branch has to be named.
    """
    wanted = sa.select(Technician).where(Technician.number == number)
    if branch_id is not None:
        wanted = wanted.where(Technician.branch_id == branch_id)
    found = session.scalars(wanted).all()
    if not found:
        raise TechnicianUnknown(number)
    if len(found) > 1:
        raise NumberInSeveralBranches(number)
    return found[0]
