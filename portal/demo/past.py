"""When things happened before the demo begins: waves, answers and calls at believable moments."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.clock import AMSTERDAM, local_date
from portal.regions.branch_calendar import BranchCalendar

WAVES_DAYS_AGO = (17, 10, 4)
DAYS_WORKED = 10
LOOKED_BACK = timedelta(days=90)
ONE_DAY = timedelta(days=1)
MEAN_ANSWER_DAYS = 2.6
ANSWERING = 0.8  # the others need a reminder, or a call


@dataclass(frozen=True, order=True)
class Answer:
    """Somebody plans a visit at a moment: the customer, or the desk for a customer who called."""

    at: datetime
    visit_id: int
    by: str


def wave_moments(
    calendar: BranchCalendar, region_ids: Sequence[int], today: date
) -> list[datetime]:
    """Return when the waves went out, the first one first: never in a school holiday.

    In the midst of a long holiday all three lie before it.
    """
    found: list[datetime] = []
    day = today
    for days_ago in WAVES_DAYS_AGO[::-1]:
        day = min(day - 4 * ONE_DAY, today - days_ago * ONE_DAY)
        found.append(invited_at(calendar, region_ids, day))
        day = local_date(found[-1])
    return found[::-1]


def invited_at(calendar: BranchCalendar, region_ids: Sequence[int], day: date) -> datetime:
    """Return when people were invited on this day, or the last before it without holidays."""
    while not _is_ordinary(calendar, region_ids, day):
        day -= ONE_DAY
    return at_clock(day, time(10, 15))


def days_worked(calendar: BranchCalendar, today: date) -> tuple[date, ...]:
    """Return the workdays of the fortnight behind us, in order."""
    return tuple(day for day in calendar.workdays() if day < today)[-DAYS_WORKED:]


def answers_of(
    visit_ids: Sequence[int], asked_at: datetime, now: datetime, rng: random.Random
) -> Iterator[Answer]:
    """Yield the customers' own answers to a wave, as far as they came before `now`."""
    for visit_id in visit_ids:
        answers = rng.random() < ANSWERING
        at = awake(asked_at + timedelta(days=rng.expovariate(1 / MEAN_ANSWER_DAYS)), rng)
        if answers and asked_at < at < now:
            yield Answer(at, visit_id, "customer")


def calls_of(
    visit_ids: Sequence[int],
    calendar: BranchCalendar,
    days: tuple[date, date],
    by: str,
    rng: random.Random,
) -> Iterator[Answer]:
    """Yield calls to the desk on workdays between two dates: the desk plans for the caller."""
    first_on, last_on = days
    open_days = [day for day in calendar.workdays() if first_on <= day <= last_on]
    for visit_id in visit_ids:
        minutes = rng.randrange(15, 8 * 60)
        at = at_clock(rng.choice(open_days), time(8, 30)) + timedelta(minutes=minutes)
        yield Answer(at, visit_id, by)


def in_the_past(now: datetime, days: int, at: time = time(16, 40)) -> datetime:
    """Return a clock time in the Netherlands some days before the day of `now`."""
    return at_clock(local_date(now) - timedelta(days=days), at)


def _is_ordinary(calendar: BranchCalendar, region_ids: Sequence[int], day: date) -> bool:
    at_school = (calendar.school_holiday(region_id, day) is None for region_id in region_ids)
    return calendar.is_workday(day) and all(at_school)


def awake(moment: datetime, rng: random.Random) -> datetime:
    """Return the moment, or one in the evening of that day when people would be asleep."""
    local = moment.astimezone(AMSTERDAM)
    if 7 <= local.hour < 22:
        return moment
    return at_clock(local.date(), time(rng.randrange(18, 22), rng.randrange(60)))


def at_clock(day: date, at: time) -> datetime:
    """Return the moment at which clocks in the Netherlands show this time on a date."""
    return datetime.combine(day, at, AMSTERDAM)
