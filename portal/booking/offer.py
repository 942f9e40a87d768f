"""The windows shown to one invitation at one moment: which ones, in what order, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from portal.planning.windows import Window

NEARBY_S = 8 * 60
FIRST_TIER = 8
MOST_PER_DAY = 2
FEWEST_DAYS = 3
FEWEST_WEEKDAYS = 2
FEWEST_PER_HALF = 2
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class OfferedWindow:
    """A window that is open with a free place and fits the routes, at so much extra travel."""

    opening_id: int
    window: Window
    extra_travel_s: int
    joins_route: bool

    @property
    def is_nearby(self) -> bool:
        """Whether a technician comes to the neighbourhood anyway, for somebody else."""
        return self.joins_route and self.extra_travel_s <= NEARBY_S


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """The offered windows of one date, by the clock."""

    date: date
    windows: tuple[OfferedWindow, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one customer may choose from: the first tier, and all of it."""

    first: tuple[OfferedDay, ...]
    all: tuple[OfferedDay, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to choose."""
        return not self.all

    @property
    def has_more(self) -> bool:
        """Whether there is more than the first tier."""
        return _count(self.all) > _count(self.first)

    @property
    def best(self) -> tuple[OfferedWindow, ...]:
        """The windows of the first tier, least extra travel first."""
        windows = [window for day in self.first for window in day.windows]
        return tuple(sorted(windows, key=lambda one: (one.extra_travel_s, one.window)))

    @property
    def examples(self) -> tuple[Window, ...]:
        """Up to three windows on different dates to show in a message, in order of time."""
        of_date = {one.window.date: one.window for one in reversed(self.best)}
        cheapest = [one.window for one in self.best if of_date[one.window.date] == one.window]
        return tuple(sorted(cheapest[:EXAMPLES]))


NOTHING = Offer((), ())


def offer_of(windows: Iterable[OfferedWindow]) -> Offer:
    """Return the offer: cheapest windows first, with a choice of days and of parts of the day."""
    by_price = sorted(windows, key=lambda one: (one.extra_travel_s, one.window))
    return Offer(first=by_day(first_tier(by_price)), all=by_day(by_price))


def first_tier(by_price: Sequence[OfferedWindow]) -> list[OfferedWindow]:
    """Return the cheapest windows, spread over days, with more where choice still lacks.

    Filters lose customers, orderings with a fall-back do not: what is left out is one click away.
    """
    spread: list[OfferedWindow] = []
    for one in by_price:
        if _of_date(spread, one) < MOST_PER_DAY:
            spread.append(one)
    left_out = [one for one in by_price if one not in spread]
    chosen, rest = spread[:FIRST_TIER], spread[FIRST_TIER:] + left_out
    chosen += left_out[: FIRST_TIER - len(chosen)]
    for one in rest:
        if one not in chosen and lacks_choice(chosen) and adds_choice(chosen, one):
            chosen.append(one)
    return chosen


def lacks_choice(chosen: Sequence[OfferedWindow]) -> bool:
    """Return whether there are too few days, weekdays, mornings or afternoons."""
    days = {one.window.date for one in chosen}
    weekdays = {day.weekday() for day in days}
    too_few_days = len(days) < FEWEST_DAYS or len(weekdays) < FEWEST_WEEKDAYS
    return too_few_days or min(_of_half(chosen, half) for half in (True, False)) < FEWEST_PER_HALF


def adds_choice(chosen: Sequence[OfferedWindow], one: OfferedWindow) -> bool:
    """Return whether a window brings a new day, or a part of the day that is still scarce."""
    is_new_day = _of_date(chosen, one) == 0
    return is_new_day or _of_half(chosen, one.window.is_morning) < FEWEST_PER_HALF


def by_day(windows: Iterable[OfferedWindow]) -> tuple[OfferedDay, ...]:
    """Return the windows grouped by date, by the clock."""
    ordered = sorted(windows, key=lambda one: one.window)
    grouped = groupby(ordered, key=lambda one: one.window.date)
    return tuple(OfferedDay(day, tuple(of_day)) for day, of_day in grouped)


def _of_date(chosen: Sequence[OfferedWindow], one: OfferedWindow) -> int:
    return sum(other.window.date == one.window.date for other in chosen)


def _of_half(chosen: Sequence[OfferedWindow], is_morning: bool) -> int:
    return sum(one.window.is_morning is is_morning for one in chosen)


def _count(days: Sequence[OfferedDay]) -> int:
    return sum(len(day.windows) for day in days)
