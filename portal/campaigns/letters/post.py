"""How long a letter is on its way, and until when its windows are held. Pure.

PostNL delivers from Tuesday to Saturday and not on public holidays; from 1 July 2027 it may take
three of those days for a letter (two from 1 July 2026). Source: rijksoverheid.nl, "Kabinet besluit
tot aanpassing bezorgtijd post per juli 2026 en juli 2027", 19 December 2025.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.campaigns.policy import BACK_HOME, HolidayOn
from portal.clock import AMSTERDAM
from portal.regions.holidays_nl import public_holidays

PRINT_WORKDAYS = 2  # the print house prints one day and posts the next
POST_DAYS = 3  # days of delivery, each way: the slowest that the law allows
AT_HOME = timedelta(days=10)  # with a weekend in it, to look in the diary and ask at home
ONE_DAY = timedelta(days=1)
MONDAY, SATURDAY, SUNDAY = 0, 5, 6

IsWorkday = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class LetterDates:
    """The way of a letter: posted, surely on the mat, card posted, windows held until (included).

    Whoever posts the card on `card_by_on` at the latest is in time, however slow the post is.
    """

    post_on: date
    arrives_on: date
    card_by_on: date
    deadline_on: date


def dates_of_letter(
    today: date, is_workday: IsWorkday, holiday_on: HolidayOn
) -> LetterDates | None:
    """Return the dates of a letter that is made today, or None when nobody is to be written to.

    No letter falls on the mat in the school holiday of the customer's region, and none has to be
    answered in one.
    """
    post_on = today
    for _ in range(PRINT_WORKDAYS):
        post_on = first_on(post_on + ONE_DAY, is_workday)
    arrives_on = delivered_by(post_on)
    on_its_way = range(1, (arrives_on - post_on).days + 1)
    if any(holiday_on(post_on + timedelta(days=ahead)) is not None for ahead in on_its_way):
        return None
    card_by_on = after_holidays(arrives_on + AT_HOME, is_collected, holiday_on)
    answered_on = delivered_by(card_by_on) + ONE_DAY  # the mail of a Saturday is read on Monday
    deadline_on = after_holidays(answered_on, is_workday, holiday_on)
    return LetterDates(post_on, arrives_on, card_by_on, deadline_on)


def held_until(deadline_on: date) -> datetime:
    """Return when the windows of a letter are given back: at the end of its deadline's day."""
    return datetime.combine(deadline_on + ONE_DAY, time(), AMSTERDAM)


def delivered_by(posted_on: date) -> date:
    """Return on which day a letter has surely been delivered."""
    day = posted_on
    for _ in range(POST_DAYS):
        day = first_on(day + ONE_DAY, is_delivered)
    return day


def is_delivered(day: date) -> bool:
    """Return whether letters are brought on a day: not on Sundays, Mondays and public holidays."""
    return day.weekday() not in (SUNDAY, MONDAY) and day not in public_holidays(day.year)


def is_collected(day: date) -> bool:
    """Return whether letterboxes in the street are emptied on a day."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


def first_on(day: date, suits: Callable[[date], bool]) -> date:
    """Return the first day that suits, from `day` on."""
    while not suits(day):
        day += ONE_DAY
    return day


def after_holidays(day: date, suits: Callable[[date], bool], holiday_on: HolidayOn) -> date:
    """Return the first day that suits and lies in no holiday; after one people come home first."""
    day = first_on(day, suits)
    while (holiday := holiday_on(day)) is not None:
        day = first_on(holiday.last_on + BACK_HOME, suits)
    return day
