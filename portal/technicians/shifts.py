"""Who is on duty on a day, from when until when, with what skills. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta

Place = tuple[float, float]
Period = tuple[date, date]
"""The first and the last day, both included."""


@dataclass(frozen=True, slots=True)
class WeeklyShift:
    """Working hours on a weekday (0 = Monday); times are local.

    Lunch takes `lunch_minutes` (0: none) and begins between `lunch_from` and `lunch_until`.
    """

    weekday: int
    starts: time
    ends: time
    lunch_minutes: int
    lunch_from: time
    lunch_until: time


@dataclass(frozen=True, slots=True)
class Certified:
    """A skill that may be used from a day on, until a day (included) or without an end."""

    skill: str
    valid_from: date
    valid_until: date | None

    def is_valid(self, day: date) -> bool:
        """Return whether the skill may be used on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Employment:
    """All that decides when a technician works. Places are (lat, lon) in degrees."""

    technician_id: int
    name: str
    start: Place
    end: Place
    shifts: tuple[WeeklyShift, ...]
    certificates: tuple[Certified, ...]
    absences: tuple[Period, ...]


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


Roster = dict[date, tuple[OnDuty, ...]]


@dataclass(frozen=True, eq=False)
class Workforce:
    """Everybody who may be on duty in a branch, in a fixed order.

    It remembers who works on the dates that it was asked about, to be kept in memory and asked by
    every page with windows.
    """

    people: tuple[Employment, ...]
    _working: dict[date, tuple[OnDuty, ...]] = field(default_factory=dict, repr=False)

    def on(self, day: date) -> tuple[OnDuty, ...]:
        """Return who works on a date, in the order of `people`."""
        known = self._working.get(day)
        if known is None:
            known = tuple(one for who in self.people if (one := on_duty(who, day)))
            self._working[day] = known
        return known

    def between(self, first_on: date, last_on: date) -> Roster:
        """Return who works on every date between two dates, both included."""
        days = (first_on + timedelta(days=ahead) for ahead in range((last_on - first_on).days + 1))
        return {day: self.on(day) for day in days}


def on_duty(who: Employment, day: date) -> OnDuty | None:
    """Return how a technician works on a day, or None: no shift, or away."""
    weekday = day.weekday()
    shift = next((shift for shift in who.shifts if shift.weekday == weekday), None)
    if shift is None or any(first_on <= day <= last_on for first_on, last_on in who.absences):
        return None
    return OnDuty(
        technician_id=who.technician_id,
        name=who.name,
        start=who.start,
        end=who.end,
        starts=shift.starts,
        ends=shift.ends,
        lunch_minutes=shift.lunch_minutes,
        lunch_from=shift.lunch_from,
        lunch_until=shift.lunch_until,
        skills=frozenset(one.skill for one in who.certificates if one.is_valid(day)),
    )
