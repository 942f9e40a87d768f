"""How likely people are to be at home, as far as school holidays tell. Pure.

The factors are a prior: an estimate for as long as the portal's own answers do not say better.
Source: the planning design's priors (0.75 in a school holiday, 0.9 in the weeks beside it).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

IN_HOLIDAY = 0.75
BESIDE_HOLIDAY = 0.9
ORDINARY = 1.0

IsSchoolHoliday = Callable[[date], bool]


def availability(day: date, is_school_holiday: IsSchoolHoliday) -> float:
    """Return the expected share of ordinary response on a day, between 0 and 1.

    Beside a holiday means: in the Monday-to-Sunday week before or after one that has a free
    Monday-to-Friday day. `is_school_holiday` is asked for days up to two weeks away.
    """
    if is_school_holiday(day):
        return IN_HOLIDAY
    monday = day - timedelta(days=day.weekday())
    beside = (monday - timedelta(days=7), monday, monday + timedelta(days=7))
    if any(_has_free_weekday(week, is_school_holiday) for week in beside):
        return BESIDE_HOLIDAY
    return ORDINARY


def _has_free_weekday(monday: date, is_school_holiday: IsSchoolHoliday) -> bool:
    return any(is_school_holiday(monday + timedelta(days=ahead)) for ahead in range(5))
