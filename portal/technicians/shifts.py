"""Who is on duty on a day, from when until when, with what skills. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from portal.technicians.models import Absence, Certificate, Shift, Technician

Place = tuple[float, float]


@dataclass(frozen=True)
class OnDuty:
    """A technician on one date. Places are (lat, lon) in degrees; times are local.

    Lunch takes `lunch_minutes` (0: none) and begins between `lunch_from` and `lunch_until`.
    """

    technician_id: int
    name: str
    start: Place
    end: Place
    starts: time
    ends: time
    lunch_minutes: int
    lunch_from: time
    lunch_until: time
    skills: frozenset[str]


def on_duty(technician: Technician, absences: Iterable[Absence], day: date) -> OnDuty | None:
    """Return how a technician works on a day, or None: no shift, away, or no longer with us."""
    shift = shift_on(technician.shifts, day)
    if not technician.active or shift is None or is_absent(absences, day):
        return None
    return OnDuty(
        technician_id=technician.id,
        name=technician.name,
        start=(technician.start_lat, technician.start_lon),
        end=(technician.end_lat, technician.end_lon),
        starts=shift.starts,
        ends=shift.ends,
        lunch_minutes=shift.lunch_minutes,
        lunch_from=shift.lunch_from,
        lunch_until=shift.lunch_until,
        skills=skills_on(technician.certificates, day),
    )


def shift_on(shifts: Iterable[Shift], day: date) -> Shift | None:
    """Return the shift of the day's weekday, or None."""
    return next((shift for shift in shifts if shift.weekday == day.weekday()), None)


def is_absent(absences: Iterable[Absence], day: date) -> bool:
    """Return whether an absence covers the day; its first and last day count."""
    return any(absence.first_on <= day <= absence.last_on for absence in absences)


def skills_on(certificates: Iterable[Certificate], day: date) -> frozenset[str]:
    """Return the skills whose certificate is valid on the day; both its ends count."""
    return frozenset(one.skill for one in certificates if is_valid(one, day))


def is_valid(certificate: Certificate, day: date) -> bool:
    """Return whether a certificate may be used on a day; without an end it does not expire."""
    ends = certificate.valid_until
    return certificate.valid_from <= day and (ends is None or day <= ends)
