"""Why a window is not offered: one reason for each, with a sentence that blames nobody. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from portal.booking.policy import HORIZON_DAYS
from portal.customers.due import visit_period
from portal.pages import date_in_words
from portal.planning.policy import NOTICE_DAYS, first_choosable_on
from portal.planning.windows import Window
from portal.regions.branch_calendar import Rest
from portal.regions.holidays_nl import public_holiday_name
from portal.texts import language, text


class Reason(Enum):
    """Why a window is not offered to a visit."""

    NOTHING_DUE = "nothing_due"
    NOT_ON_THE_MAP = "not_on_the_map"
    YOURS_ALREADY = "yours_already"
    HELD_FOR_YOU = "held_for_you"
    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    TOO_FAR_AHEAD = "too_far_ahead"
    NO_WORKDAY = "no_workday"
    PUBLIC_HOLIDAY = "public_holiday"
    COMPANY_CLOSED = "company_closed"
    CLOSED_BY_PLANNER = "closed_by_planner"
    FULL = "full"
    NOT_OPEN_IN_REGION = "not_open_in_region"
    NOT_OPENED = "not_opened"
    NO_SKILL = "no_skill"
    DOES_NOT_FIT = "does_not_fit"


class Door(Enum):
    """How a window stands for a region: what is wanted, whatever the routes allow."""

    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    ELSEWHERE = "elsewhere"  # open for other regions of the branch only
    NOWHERE = "nowhere"


class Promise(Enum):
    """What the visit has already in a window."""

    NOTHING = "nothing"
    APPOINTMENT = "appointment"
    HOLD = "hold"


RESTS = {
    Rest.WEEKEND: Reason.NO_WORKDAY,
    Rest.PUBLIC_HOLIDAY: Reason.PUBLIC_HOLIDAY,
    Rest.CLOSED: Reason.COMPANY_CLOSED,
}
DOORS = {
    Door.CLOSED: Reason.CLOSED_BY_PLANNER,
    Door.FULL: Reason.FULL,
    Door.ELSEWHERE: Reason.NOT_OPEN_IN_REGION,
    Door.NOWHERE: Reason.NOT_OPENED,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is known about the visit that somebody asks about.

    `first_on` and `last_on` are the dates between which it may be booked now.
    """

    now: datetime
    due_on: date
    first_on: date
    last_on: date
    is_due: bool = True
    is_on_the_map: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one window that is not offered. `is_skilled`: somebody able works."""

    window: Window
    door: Door = Door.OPEN
    rest: Rest | None = None
    promise: Promise = Promise.NOTHING
    is_skilled: bool = True


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The reason why a window is not offered, and how to say it to the customer."""

    reason: Reason
    sentence: str


def why_not(wish: Wish, facts: Facts) -> WhyNot:
    """Return why a window is not offered, with its sentence in the reader's language."""
    reason = reason_of(wish, facts)
    return WhyNot(reason, sentence_of(reason, wish, facts.window.date))


def reason_of(wish: Wish, facts: Facts) -> Reason:
    """Return the one reason: first what is the customer's own, then the calendar, then the day."""
    if not wish.is_due:
        return Reason.NOTHING_DUE
    if facts.promise is Promise.APPOINTMENT:
        return Reason.YOURS_ALREADY
    if not wish.is_on_the_map:
        return Reason.NOT_ON_THE_MAP
    if facts.promise is Promise.HOLD:
        return Reason.HELD_FOR_YOU
    return outside(wish, facts.window) or on_the_day(facts)


def outside(wish: Wish, window: Window) -> Reason | None:
    """Return why a date cannot be chosen for this visit, whatever is open; None when it can."""
    if window.ends_at() <= wish.now:
        return Reason.PAST
    if window.date < first_choosable_on(wish.now):
        return Reason.TOO_SOON
    if window.date < wish.first_on:
        return Reason.TOO_EARLY
    if window.date > wish.last_on:
        later = window.date <= visit_period(wish.due_on)[1]
        return Reason.TOO_FAR_AHEAD if later else Reason.TOO_LATE
    return None


def on_the_day(facts: Facts) -> Reason:
    """Return why a window is not offered on a date that could be chosen."""
    is_unopened = facts.door in (Door.CLOSED, Door.ELSEWHERE, Door.NOWHERE)
    if facts.rest is not None and is_unopened:
        return RESTS[facts.rest]
    if facts.door is not Door.OPEN:
        return DOORS[facts.door]
    return Reason.DOES_NOT_FIT if facts.is_skilled else Reason.NO_SKILL


def sentence_of(reason: Reason, wish: Wish, day: date) -> str:
    """Return how a reason is said to the customer, in the language and tone of `spoken_to`."""
    match reason:
        case Reason.NOTHING_DUE:
            return text("This maintenance was done, or it is not needed any more.")
        case Reason.NOT_ON_THE_MAP:
            return text("We are still looking up where your address is on the map.")
        case Reason.YOURS_ALREADY:
            return text("This is the time of your appointment.")
        case Reason.HELD_FOR_YOU:
            return text("We keep this time for you. Call us, and it is yours.")
        case Reason.NO_SKILL:
            return text(
                "Your boiler needs a technician with a special certificate, and nobody who has it"
                " works on this day."
            )
        case Reason.DOES_NOT_FIT:
            return text("Our technicians' routes leave no time to come to you then.")
        case _:
            return _outside(reason, wish, day) or _on_the_day(reason, day)


def _outside(reason: Reason, wish: Wish, day: date) -> str:
    match reason:
        case Reason.PAST:
            return text("This time is over.")
        case Reason.TOO_SOON:
            return text(
                "We need %(days)s days to prepare. You can choose from %(day)s.",
                days=NOTICE_DAYS,
                day=date_in_words(wish.first_on, "day"),
            )
        case Reason.TOO_EARLY:
            return text(
                "That is too long before your boiler is due. You can choose from %(day)s.",
                day=date_in_words(wish.first_on, "day"),
            )
        case Reason.TOO_LATE:
            return text(
                "That is too long after your boiler was due. You can choose until %(day)s.",
                day=date_in_words(wish.last_on, "day"),
            )
        case Reason.TOO_FAR_AHEAD:
            return _too_far_ahead(wish)
    return ""


def _too_far_ahead(wish: Wish) -> str:
    weeks = HORIZON_DAYS // 7
    if wish.last_on < wish.first_on:
        return text("We plan %(weeks)s weeks ahead. Your boiler's turn comes later.", weeks=weeks)
    return text(
        "We plan %(weeks)s weeks ahead. Now you can choose until %(day)s.",
        weeks=weeks,
        day=date_in_words(wish.last_on, "day"),
    )


def _on_the_day(reason: Reason, day: date) -> str:
    match reason:
        case Reason.NO_WORKDAY:
            return text("We do not work in the weekend.")
        case Reason.PUBLIC_HOLIDAY:
            return text("It is %(name)s then.", name=public_holiday_name(day, language()))
        case Reason.COMPANY_CLOSED:
            return text("We are closed on this day.")
        case Reason.CLOSED_BY_PLANNER:
            return text("We make no new appointments at this time.")
        case Reason.FULL:
            return text("All places at this time are taken.")
        case Reason.NOT_OPEN_IN_REGION:
            return text("Our technicians are in other neighbourhoods then.")
        case _:
            return text("We do not come to your neighbourhood at this time.")
