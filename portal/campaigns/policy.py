"""Whom to invite, when, and how many at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

from portal.booking.offering.offer import Offer
from portal.regions.holidays_nl import SchoolHoliday

ANSWER = timedelta(days=14)
BACK_HOME = timedelta(days=4)  # after a holiday: unpack, read the mail, then decide
FEWEST_WINDOWS = 6
FEWEST_DAYS = 3
FULLEST = 0.9  # of the free places, counted with everybody who was asked and has not answered yet

# Seven days: each weekday and a weekend have passed, and half of the time to answer is left.
REMINDED_AFTER = timedelta(days=7)
LEAST_LEFT = timedelta(days=2)  # two evenings to look at it: nobody is pressed on the last day
USUAL_HOUR = time(10)  # for who told no hour

HolidayOn = Callable[[date], SchoolHoliday | None]


def deadline_for(today: date, holiday_on: HolidayOn) -> date | None:
    """Return until when an invitation of today may be answered, or None when nobody is invited.

    Nobody is invited in the school holiday of their own region, and no deadline falls in one.
    """
    if holiday_on(today) is not None:
        return None
    deadline = today + ANSWER
    while (holiday := holiday_on(deadline)) is not None:
        deadline = holiday.last_on + BACK_HOME
    return deadline


def may_be_reminded(
    invited_on: date, deadline_on: date, today: date, holiday_on: HolidayOn
) -> bool:
    """Return whether an invitation may be brought to mind today, in the region it is about.

    Not in the school holiday of that region: the reminder waits until people are back, and when
    too little time is left by then, a colleague calls instead.
    """
    is_time = invited_on + REMINDED_AFTER <= today <= deadline_on - LEAST_LEFT
    return is_time and holiday_on(today) is None


def is_worth_inviting(offer: Offer) -> bool:
    """Return whether there is a real choice for this address now, on several days."""
    windows = sum(len(day.windows) for day in offer.all)
    return windows >= FEWEST_WINDOWS and len(offer.all) >= FEWEST_DAYS


def room_for_invitations(free_places: int, unanswered: int) -> int:
    """Return how many more people may be invited for the places that are free."""
    return max(0, int(free_places * FULLEST) - unanswered)
