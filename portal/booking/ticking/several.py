"""The page on which windows are ticked: which stand on it, and what was sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Selection
from portal.booking.offering.offer import Offer, OfferedDay, by_day
from portal.booking.ticking.decision import FEWEST, decide_at, told_before
from portal.booking.ticking.selecting import open_selection, tickable, windows_of
from portal.clock import local_date
from portal.customers.models import Visit
from portal.pages import clock_time, date_in_words
from portal.texts import text

MOST_SENT = 100  # more boxes than any page has


@dataclass(frozen=True, slots=True)
class TickPage:
    """The windows with a box, which of them are ticked, and before when the customer hears."""

    offer: Offer
    days: tuple[OfferedDay, ...]
    ticked: frozenset[int]
    shows_all: bool
    told_before: datetime
    is_change: bool

    @property
    def has_more(self) -> bool:
        """Whether there are windows without a box on this page."""
        return sum(len(day.windows) for day in self.days) < len(self.offer.windows)

    @property
    def has_choice(self) -> bool:
        """Whether there are enough windows to tick."""
        return len(self.offer.windows) >= FEWEST


def tick_page(
    session: Session,
    visit: Visit,
    now: datetime,
    sent: Collection[int] | None = None,
    *,
    shows_all: bool = False,
) -> TickPage:
    """Return the page: the best windows, and those that are ticked; all of them with `shows_all`.

    Ticked is what was `sent`, else what the open selection names; what is no longer free is not.
    """
    known = open_selection(session, visit.id)
    is_ahead = known is not None and known.decide_at > now
    at = known.decide_at if known is not None and is_ahead else decide_at(now)
    offer = tickable(session, visit, at)
    wanted = set(windows_of(known)) if sent is None and known is not None else set(sent or ())
    ticked = frozenset(one.opening_id for one in offer.windows) & wanted
    best = {one.opening_id for one in offer.best}
    shown = [one for one in offer.windows if shows_all or one.opening_id in best | ticked]
    return TickPage(offer, by_day(shown), ticked, shows_all, told_before(at), known is not None)


def ticks_from(sent: Sequence[str]) -> frozenset[int]:
    """Return the ids that were sent; what is no number is passed over."""
    numbers = (one for one in sent[:MOST_SENT] if one.isascii() and one.isdigit())
    return frozenset(int(one) for one in numbers if len(one) <= 9)


def heard_in_words(before: datetime, now: datetime) -> str:
    """Return before when the customer hears: "today before 20:00", on a later day with its name."""
    day, time = local_date(before), clock_time(before)
    if now >= before:
        return text("any moment now")
    if day == local_date(now):
        return text("today before %(time)s", time=time)
    if (day - local_date(now)).days == 1:
        return text("tomorrow before %(time)s", time=time)
    return text("on %(day)s before %(time)s", day=date_in_words(day, "day"), time=time)


def missed(selection: Selection, now: datetime) -> datetime | None:
    """Return the moment before which the customer of an open selection should have heard.

    None while it is still to come.
    """
    before = told_before(selection.decide_at)
    return before if now >= before else None


def heard_of(selection: Selection, now: datetime) -> str:
    """Return before when the customer of a selection hears."""
    return heard_in_words(told_before(selection.decide_at), now)
