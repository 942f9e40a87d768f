"""What happens to technicians: they are imported, and they are away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.regions.models import Branch
from portal.technicians.errors import AbsenceRefused
from portal.technicians.importing import TechnicianRow
from portal.technicians.models import Absence, AbsenceKind, Certificate, Shift, Technician


@dataclass(frozen=True)
class TechnicianReport:
    """How many technicians an import added, changed and found as they were."""

    added: int
    changed: int
    unchanged: int


def import_technicians(
    session: Session, branch: Branch, rows: Sequence[TechnicianRow]
) -> TechnicianReport:
    """Add the rows' technicians or make the known ones what the rows say; report what was done.

    Week, lunch and skills become exactly those of the row; absences stay. Technicians that are not
    in the file stay as they are. Who was no longer active is active again.
    """
    known = _technicians(session, branch.id)
    added = changed = 0
    for row in rows:
        technician = known.get(row.number)
        if technician is None:
            technician = Technician(branch_id=branch.id, number=row.number)
            session.add(technician)
            added += 1
        elif _as_row(technician) != _of_row(row):
            changed += 1
        _become(technician, row)
    session.flush()
    return TechnicianReport(added, changed, len(rows) - added - changed)


def add_absence(
    session: Session, technician: Technician, first_on: date, last_on: date, kind: AbsenceKind
) -> Absence:
    """Return the new absence, both days included; raises AbsenceRefused. The same one is kept once.

    Routes that were made already do not change by this: planning decides what happens to them.
    """
    if last_on < first_on:
        raise AbsenceRefused
    for absence in technician.absences:
        if (absence.first_on, absence.last_on, absence.kind) == (first_on, last_on, kind):
            return absence
    absence = Absence(first_on=first_on, last_on=last_on, kind=kind)
    technician.absences.append(absence)
    session.flush()
    return absence


def _technicians(session: Session, branch_id: int) -> dict[str, Technician]:
    wanted = (
        sa.select(Technician)
        .where(Technician.branch_id == branch_id)
        .options(selectinload(Technician.shifts), selectinload(Technician.certificates))
    )
    return {technician.number: technician for technician in session.scalars(wanted)}


def _as_row(technician: Technician) -> tuple[object, ...]:
    shifts = {(s.weekday, s.starts, s.ends, *_lunch(s)) for s in technician.shifts}
    skills = {(c.skill, c.valid_from, c.valid_until) for c in technician.certificates}
    start = (technician.start_lat, technician.start_lon)
    end = (technician.end_lat, technician.end_lon)
    return technician.name, technician.active, start, end, shifts, skills


def _of_row(row: TechnicianRow) -> tuple[object, ...]:
    lunch = _lunch(row)
    shifts = {(weekday, hours.starts, hours.ends, *lunch) for weekday, hours in row.week}
    skills = {(skill.name, skill.valid_from, skill.valid_until) for skill in row.skills}
    return row.name, True, row.start, row.end, shifts, skills


def _lunch(row: TechnicianRow | Shift) -> tuple[object, ...]:
    if row.lunch_minutes == 0:
        return (0,)
    return row.lunch_minutes, row.lunch_from, row.lunch_until


def _become(technician: Technician, row: TechnicianRow) -> None:
    technician.name, technician.active = row.name, True
    technician.start_lat, technician.start_lon = row.start
    technician.end_lat, technician.end_lon = row.end
    _take_shifts(technician, row)
    _take_skills(technician, row)


def _take_shifts(technician: Technician, row: TechnicianRow) -> None:
    """Change shifts in place: a day's new row may not stand beside its old one."""
    known = {shift.weekday: shift for shift in technician.shifts}
    wanted = dict(row.week)
    for weekday in known.keys() - wanted.keys():
        technician.shifts.remove(known[weekday])
    for weekday, hours in wanted.items():
        shift = known.get(weekday) or Shift(weekday=weekday)
        shift.starts, shift.ends = hours.starts, hours.ends
        shift.lunch_minutes = row.lunch_minutes
        shift.lunch_from, shift.lunch_until = row.lunch_from, row.lunch_until
        if weekday not in known:
            technician.shifts.append(shift)


def _take_skills(technician: Technician, row: TechnicianRow) -> None:
    known = {(one.skill, one.valid_from): one for one in technician.certificates}
    wanted = {(skill.name, skill.valid_from): skill for skill in row.skills}
    for key in known.keys() - wanted.keys():
        technician.certificates.remove(known[key])
    for key, skill in wanted.items():
        if key in known:
            known[key].valid_until = skill.valid_until
        else:
            technician.certificates.append(
                Certificate(
                    skill=skill.name, valid_from=skill.valid_from, valid_until=skill.valid_until
                )
            )
