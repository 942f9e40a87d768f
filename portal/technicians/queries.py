"""What is known about technicians."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.technicians.errors import NumberInSeveralBranches, TechnicianUnknown
from portal.technicians.models import Absence, Certificate, Shift, Technician
from portal.technicians.shifts import (
    Certified,
    Employment,
    Period,
    Roster,
    WeeklyShift,
    Workforce,
)


def roster(session: Session, branch_id: int, first_on: date, last_on: date) -> Roster:
    """Return who works on every date from `first_on` to `last_on`, sorted by technician id.

    A date on which nobody works has an empty tuple. Four queries, whatever the period; weekends
    and holidays are not looked at: those are `regions.queries.branch_calendar`.
    """
    away = sa.and_(Absence.first_on <= last_on, Absence.last_on >= first_on)
    return Workforce(_employments(session, branch_id, away)).between(first_on, last_on)


def workforce(session: Session, branch_id: int) -> Workforce:
    """Return everybody active in a branch, sorted by technician id, with all absences there are.

    Four queries; it holds for as long as the branch's `roster_stamp` stays the same.
    """
    return Workforce(_employments(session, branch_id, sa.true()))


def _employments(
    session: Session, branch_id: int, away: sa.ColumnElement[bool]
) -> tuple[Employment, ...]:
    of_branch = sa.and_(Technician.branch_id == branch_id, Technician.active)
    shifts, certificates = _shifts(session, of_branch), _certificates(session, of_branch)
    absences = _absences(session, sa.and_(of_branch, away))
    people = session.execute(
        sa.select(
            Technician.id,
            Technician.name,
            Technician.start_lat,
            Technician.start_lon,
            Technician.end_lat,
            Technician.end_lon,
        )
        .where(of_branch)
        .order_by(Technician.id)
    )
    return tuple(
        Employment(
            technician_id=number,
            name=name,
            start=(start_lat, start_lon),
            end=(end_lat, end_lon),
            shifts=tuple(shifts[number]),
            certificates=tuple(certificates[number]),
            absences=tuple(absences[number]),
        )
        for number, name, start_lat, start_lon, end_lat, end_lon in people
    )


def _shifts(
    session: Session, of_branch: sa.ColumnElement[bool]
) -> defaultdict[int, list[WeeklyShift]]:
    rows = session.execute(
        sa.select(
            Shift.technician_id,
            Shift.weekday,
            Shift.starts,
            Shift.ends,
            Shift.lunch_minutes,
            Shift.lunch_from,
            Shift.lunch_until,
        )
        .join(Shift.technician)
        .where(of_branch)
        .order_by(Shift.id)
    )
    found: defaultdict[int, list[WeeklyShift]] = defaultdict(list)
    for row in rows:
        found[row.technician_id].append(WeeklyShift(*row[1:]))
    return found


def _certificates(
    session: Session, of_branch: sa.ColumnElement[bool]
) -> defaultdict[int, list[Certified]]:
    rows = session.execute(
        sa.select(
            Certificate.technician_id,
            Certificate.skill,
            Certificate.valid_from,
            Certificate.valid_until,
        )
        .join(Certificate.technician)
        .where(of_branch)
        .order_by(Certificate.id)
    )
    found: defaultdict[int, list[Certified]] = defaultdict(list)
    for row in rows:
        found[row.technician_id].append(Certified(*row[1:]))
    return found


def _absences(session: Session, which: sa.ColumnElement[bool]) -> defaultdict[int, list[Period]]:
    rows = session.execute(
        sa.select(Absence.technician_id, Absence.first_on, Absence.last_on)
        .join(Absence.technician)
        .where(which)
        .order_by(Absence.id)
    )
    found: defaultdict[int, list[Period]] = defaultdict(list)
    for technician_id, begins_on, ends_on in rows:
        found[technician_id].append((begins_on, ends_on))
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
