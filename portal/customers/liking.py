"""When somebody likes us to come: told by the customer, or assumed from the kind of customer. Pure.

It changes the order of what is offered, never what is. Dislike is measured in seconds of travel: a
window that somebody told us to like comes first unless another saves twenty minutes of driving. An
assumption weighs half of that, and none at all once the customer has told us something.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time

from portal.customers.models import ALL_WEEKDAYS, CustomerKind, DayPart, Preferences
from portal.texts import source_text, text

TOLD_WORTH_S = 20 * 60  # for each wish that a window goes against
ASSUMED_WORTH_S = 10 * 60
BETWEEN_S = 5 * 60  # neither what we assume to suit nor what we assume not to

NOON = time(12)
Period = tuple[time, time]
IsSchoolHoliday = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Assumption:
    """What we assume of a kind of customer: periods that suit, periods that do not, and why."""

    what: str
    why: str
    suits: tuple[Period, ...] = ()
    does_not_suit: tuple[Period, ...] = ()
    only_school_days: bool = False

    @property
    def sentence(self) -> str:
        """What the order of the windows follows, in the reader's language."""
        return text(self.what)

    @property
    def reason(self) -> str:
        """Why we assume it, in the reader's language."""
        return text(self.why)

    def dislike_s(self, start: time, end: time) -> int:
        """Return how many seconds of travel it is worth to avoid a window."""
        if _touches(self.does_not_suit, start, end):
            return ASSUMED_WORTH_S
        if self.suits and not _touches(self.suits, start, end):
            return BETWEEN_S
        return 0


ASSUMPTIONS = {
    CustomerKind.WORKING: Assumption(
        what=source_text("We show the first and the last times of the day first."),
        why=source_text("We think that you may work outside the home."),
        suits=((time(0), time(10)), (time(14), time(23, 59))),
        does_not_suit=((time(12), time(14)),),
    ),
    CustomerKind.SENIOR: Assumption(
        what=source_text("We show the earliest times of the day last."),
        why=source_text("We think that you may like a quiet start of the day."),
        does_not_suit=((time(0), time(10)),),
    ),
    CustomerKind.FAMILY: Assumption(
        what=source_text("On school days we show the times at which school starts and ends last."),
        why=source_text("We think that there may be children who go to school."),
        does_not_suit=((time(8, 15), time(8, 45)), (time(14), time(15, 15))),
        only_school_days=True,
    ),
    CustomerKind.BUSINESS: Assumption(
        what=source_text("We show the earliest times of the day last."),
        why=source_text("We think that your business may not be open yet early in the morning."),
        does_not_suit=((time(0), time(9)),),
    ),
}


@dataclass(frozen=True, slots=True)
class Taste:
    """What the order of somebody's offer follows: what was told, else what is assumed, if any."""

    told: Preferences | None
    assumed: Assumption | None
    is_school_holiday: IsSchoolHoliday

    def dislike_s(self, day: date, start: time, end: time) -> int:
        """Return how many seconds of travel it is worth to this customer to avoid a window."""
        if self.told is not None:
            return TOLD_WORTH_S * _wishes_missed(self.told, day, end)
        if self.assumed is None or self._is_free_of_school(day):
            return 0
        return self.assumed.dislike_s(start, end)

    def is_wish(self, day: date, end: time) -> bool:
        """Return whether the customer told us to like some windows, and this is one of them."""
        return has_wishes(self.told) and _wishes_missed(self.told, day, end) == 0

    def _is_free_of_school(self, day: date) -> bool:
        assert self.assumed is not None
        return self.assumed.only_school_days and (day.weekday() > 4 or self.is_school_holiday(day))


def taste_of(
    kind: CustomerKind, told: Preferences | None, is_school_holiday: IsSchoolHoliday
) -> Taste:
    """Return what the order of somebody's offer follows.

    Who told us anything, be it that every time suits, is not guessed about any more.
    """
    return Taste(told, None if told is not None else ASSUMPTIONS.get(kind), is_school_holiday)


def has_wishes(told: Preferences | None) -> bool:
    """Return whether some windows are liked better than others; no weekday at all is no wish."""
    return told is not None and (
        told.part is not DayPart.ANY or told.weekdays not in (0, ALL_WEEKDAYS)
    )


def is_in_part(part: DayPart, end: time) -> bool:
    """Return whether a window that ends at a time lies in a part of the day."""
    return part is DayPart.ANY or (part is DayPart.MORNING) == (end <= NOON)


def is_on_weekdays(weekdays: int, day: date) -> bool:
    """Return whether a date is on one of the weekdays, bit 0 for Monday; no bit means any day."""
    return not weekdays or bool(weekdays >> day.weekday() & 1)


def _wishes_missed(told: Preferences | None, day: date, end: time) -> int:
    if told is None:
        return 0
    return (not is_in_part(told.part, end)) + (not is_on_weekdays(told.weekdays, day))


def _touches(periods: tuple[Period, ...], start: time, end: time) -> bool:
    return any(start < last and first < end for first, last in periods)
