"""The form of the waiting list: what is asked, and what was filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.booking.offering.filters import day_from, weekday_name
from portal.booking.waiting_list.wishes import Wishes
from portal.booking.waiting_list.words import part_in_words
from portal.booking.wording import day_in_words
from portal.customers.forms import WORKWEEK, wishes_from
from portal.customers.models import DayPart, Preferences, Visit
from portal.texts import text

Errors = dict[str, str]
Period = tuple[date, date]


@dataclass(frozen=True, slots=True)
class WaitingForm:
    """The fields as they are shown: dates as typed, and what can be ticked."""

    first_on: str
    last_on: str
    part: str
    weekdays: int
    period: Period

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """The parts of the day to choose from."""
        return [(one.value, part_in_words(one).capitalize(), "") for one in DayPart]

    @property
    def days(self) -> list[tuple[str, str, bool]]:
        """Name of the field, name of the day, and whether it is ticked."""
        return [
            (f"weekday_{day}", weekday_name(day + 1).capitalize(), bool(self.weekdays >> day & 1))
            for day in range(WORKWEEK)
        ]


def form_with(wishes: Wishes, period: Period) -> WaitingForm:
    """Return the form filled in with wishes; days that have passed meanwhile are left out."""
    first_on = min(max(wishes.first_on, period[0]), period[1])
    last_on = max(min(wishes.last_on, period[1]), first_on)
    dates = first_on.isoformat(), last_on.isoformat()
    return WaitingForm(*dates, wishes.part.value, wishes.weekdays, period)


def form_again(typed: Mapping[str, str], period: Period) -> WaitingForm:
    """Return the form as it was sent, to be corrected."""
    ticked = sum(1 << day for day in range(WORKWEEK) if typed.get(f"weekday_{day}"))
    dates = typed.get("first_on", ""), typed.get("last_on", "")
    return WaitingForm(*dates, typed.get("part", ""), ticked, period)


def first_wishes(session: Session, visit: Visit, period: Period) -> Wishes:
    """Return what a form begins with: every date there is, and what the customer told to like."""
    told = session.get(Preferences, visit.customer.id)
    if told is None or not told.weekdays:
        return Wishes(*period)
    return Wishes(*period, told.part, told.weekdays)


def wishes_typed(form: Mapping[str, str], period: Period) -> tuple[Wishes | None, Errors]:
    """Return what somebody waits for, or what is wrong with it."""
    errors: Errors = {}
    first_on = _day(form, "first_on", period, errors)
    last_on = _day(form, "last_on", period, errors)
    if first_on and last_on and last_on < first_on:
        errors["last_on"] = text("The last day comes before the first one. Please swap them.")
    liked, more = wishes_from(form)
    errors |= more
    if errors or first_on is None or last_on is None or liked is None:
        return None, errors
    return Wishes(first_on, last_on, *liked), {}


def _day(form: Mapping[str, str], name: str, period: Period, errors: Errors) -> date | None:
    day = day_from(form.get(name, ""))
    if day is None:
        errors[name] = text("Fill in a date, such as 31-12-2027.")
    elif not period[0] <= day <= period[1]:
        errors[name] = text(
            "Choose a day from %(first)s to %(last)s.",
            first=day_in_words(period[0]),
            last=day_in_words(period[1]),
        )
    return day
