"""The people who work at the invented branch: six technicians and the office."""

from __future__ import annotations

import secrets
from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from portal.access.actions import add_staff
from portal.access.guards import Role
from portal.demo.households import HYBRID
from portal.regions.models import Branch
from portal.technicians.actions import add_absence, import_technicians
from portal.technicians.importing import USUAL_LUNCH, Skill, TechnicianRow
from portal.technicians.models import AbsenceKind
from portal.technicians.queries import technician_by_number
from portal.technicians.weekly import Hours

MAIL_HOST = "warmhuis.example"
FULL_DAY = Hours(time(8), time(16, 30))
EARLY_DAY = Hours(time(7, 45), time(16))
ALL_WEEK = (0, 1, 2, 3, 4)

# number, name, home (degrees), weekdays, hours, months that the hybrid certificate is still valid
TECHNICIANS = (
    ("T1", "Joost Wielinga", (52.112, 5.098), ALL_WEEK, FULL_DAY, 0),
    ("T2", "Samira Benhaddou", (52.036, 5.081), ALL_WEEK, FULL_DAY, 22),
    ("T3", "Dennis Kartosen", (52.088, 5.231), ALL_WEEK, EARLY_DAY, 0),
    ("T4", "Marlies ter Braake", (52.141, 5.035), (0, 1, 3), FULL_DAY, 0),
    ("T5", "Radek Zielnik", (52.085, 4.893), ALL_WEEK, FULL_DAY, 31),
    ("T6", "Emre Yıldırgan", (52.027, 5.169), ALL_WEEK, EARLY_DAY, 0),
)
ON_LEAVE = "T6"
OFFICE = (
    ("hanneke", "Hanneke Postuma", Role.PLANNER),
    ("priya", "Priya Ramsodit", Role.DESK),
    ("willem", "Willem Hoogerbeets", Role.ADMINISTRATOR),
)


def leave_from(today: date) -> date:
    """Return the Monday of the week in which one technician is away: the week after next."""
    return today + timedelta(days=14 - today.weekday())


def hire(session: Session, branch: Branch, today: date) -> None:
    """Add the technicians with their certificates and one leave, and everybody's account."""
    import_technicians(session, branch, [_row(line, today) for line in range(len(TECHNICIANS))])
    away = technician_by_number(session, branch.id, ON_LEAVE)
    monday = leave_from(today)
    add_absence(session, away, monday, monday + timedelta(days=6), AbsenceKind.LEAVE)
    for short, name, role in OFFICE:
        _account(session, short, name, role)
    for number, name, *_ in TECHNICIANS:
        technician = technician_by_number(session, branch.id, number)
        _account(session, name.split()[0].lower(), name, Role.TECHNICIAN, technician.id)


def _row(line: int, today: date) -> TechnicianRow:
    number, name, home, weekdays, hours, months = TECHNICIANS[line]
    minutes, lunch_from, lunch_until = USUAL_LUNCH
    certificate = Skill(HYBRID, today - timedelta(days=400), today + timedelta(days=30 * months))
    return TechnicianRow(
        line=line + 1,
        number=number,
        name=name,
        start=home,
        end=home,
        week=tuple((weekday, hours) for weekday in weekdays),
        lunch_minutes=minutes,
        lunch_from=lunch_from,
        lunch_until=lunch_until,
        skills=(certificate,) if months else (),
    )


def _account(
    session: Session, short: str, name: str, role: Role, technician_id: int | None = None
) -> None:
    """Add an account that is entered by one click in the demo; nobody ever knows its password."""
    add_staff(
        session,
        email=f"{short}@{MAIL_HOST}",
        name=name,
        role=role,
        password=secrets.token_urlsafe(24),
        technician_id=technician_id,
    )
