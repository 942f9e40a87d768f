"""The windows shown to one invitation at one moment: which ones, in what order, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from statistics import median_low

from portal.planning.windows import Window

NEARBY_S = 8 * 60
FIRST_TIER = 8
MOST_PER_DAY = 2
FEWEST_DAYS = 3
FEWEST_WEEKDAYS = 2
FEWEST_PER_HALF = 2
EXAMPLES = 3
WORTH_TELLING_MINUTES = 10  # less driving saved is not worth a sentence
STEP_MINUTES = 5

Rank = tuple[bool, int, date, time]


@dataclass(frozen=True, slots=True)
class OfferedWindow:
    """A window that is open with a free place and fits the routes, at so much extra travel.

    `joins_route`: the technician has other customers that day; `is_next_door`: one of them lives
    around the corner. `dislike_s` is what it is worth to this customer to avoid it. With
    `held_until` it is kept for this customer already, for more than minutes if `is_kept_long`.
    """

    opening_id: int
    window: Window
    extra_travel_s: int
    joins_route: bool
    dislike_s: int = 0
    is_wish: bool = False
    is_next_door: bool = False
    held_until: datetime | None = None
    is_kept_long: bool = False

    @property
    def is_nearby(self) -> bool:
        """Whether a technician comes to the neighbourhood anyway, for somebody else."""
        return self.joins_route and self.extra_travel_s <= NEARBY_S

    @property
    def rank(self) -> Rank:
        """Best first: what is kept for the customer, then travel weighed with the customer's taste.

        A disliked window comes first only if it saves more travel than avoiding it is worth.
        """
        cost = self.extra_travel_s + self.dislike_s
        return self.held_until is None, cost, self.window.date, self.window.start


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """The offered windows of one date, by the clock."""

    date: date
    windows: tuple[OfferedWindow, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one customer may choose from: the first tier, best day first, and all of it by date.

    `usual_s` is the extra travel of a window in the middle: half of them cost as much or more.
    """

    first: tuple[OfferedDay, ...]
    all: tuple[OfferedDay, ...]
    usual_s: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to choose."""
        return not self.all

    @property
    def has_more(self) -> bool:
        """Whether there is more than the first tier."""
        return _count(self.all) > _count(self.first)

    @property
    def windows(self) -> tuple[OfferedWindow, ...]:
        """Every window, in order of time."""
        return tuple(one for day in self.all for one in day.windows)

    @property
    def best(self) -> tuple[OfferedWindow, ...]:
        """The windows of the first tier, best first."""
        windows = [window for day in self.first for window in day.windows]
        return tuple(sorted(windows, key=_rank))

    @property
    def examples(self) -> tuple[Window, ...]:
        """Up to three windows on different dates to show in a message, in order of time."""
        of_date = {one.window.date: one.window for one in reversed(self.best)}
        cheapest = [one.window for one in self.best if of_date[one.window.date] == one.window]
        return tuple(sorted(cheapest[:EXAMPLES]))

    def saved_minutes(self, one: OfferedWindow) -> int:
        """Return the driving that a window near our route saves against the usual one.

        In whole steps of five minutes, rounded down; 0 when it is not worth telling.
        """
        saved = (self.usual_s - one.extra_travel_s) // 60
        told = one.is_nearby and saved >= WORTH_TELLING_MINUTES
        return saved - saved % STEP_MINUTES if told else 0


NOTHING = Offer((), ())


def offer_of(windows: Iterable[OfferedWindow], usual_s: int | None = None) -> Offer:
    """Return the offer: best windows first, with a choice of days and of parts of the day.

    `usual_s` says what is usual when the windows are only a part of all.
    """
    by_rank = sorted(windows, key=_rank)
    if usual_s is None:
        usual_s = median_low([one.extra_travel_s for one in by_rank]) if by_rank else 0
    first = by_day(first_tier(by_rank))
    return Offer(best_day_first(first), by_day(by_rank), usual_s)


def first_tier(by_rank: Sequence[OfferedWindow]) -> list[OfferedWindow]:
    """Return the best windows, spread over days, with more where choice still lacks.

    Filters lose customers, orderings with a fall-back do not: what is left out is one click away.
    """
    spread: list[OfferedWindow] = []
    left_out: list[OfferedWindow] = []
    of_date: Counter[date] = Counter()
    for one in by_rank:
        of_date[one.window.date] += 1
        (spread if of_date[one.window.date] <= MOST_PER_DAY else left_out).append(one)
    chosen, rest = spread[:FIRST_TIER], spread[FIRST_TIER:] + left_out
    chosen += left_out[: FIRST_TIER - len(chosen)]
    for one in rest:
        if not lacks_choice(chosen):
            break
        if one not in chosen and adds_choice(chosen, one):
            chosen.append(one)
    return chosen


def lacks_choice(chosen: Sequence[OfferedWindow]) -> bool:
    """Return whether there are too few days, weekdays, mornings or afternoons."""
    days = {one.window.date for one in chosen}
    weekdays = {day.weekday() for day in days}
    too_few_days = len(days) < FEWEST_DAYS or len(weekdays) < FEWEST_WEEKDAYS
    return too_few_days or min(_of_half(chosen, half) for half in (True, False)) < FEWEST_PER_HALF


def adds_choice(chosen: Sequence[OfferedWindow], one: OfferedWindow) -> bool:
    """Return whether a window brings a day, a weekday or a part of the day that is still scarce."""
    days = {other.window.date for other in chosen}
    weekdays = {day.weekday() for day in days}
    brings_day = len(days) < FEWEST_DAYS and one.window.date not in days
    brings_weekday = len(weekdays) < FEWEST_WEEKDAYS and one.window.date.weekday() not in weekdays
    return brings_day or brings_weekday or _of_half(chosen, one.window.is_morning) < FEWEST_PER_HALF


def by_day(windows: Iterable[OfferedWindow]) -> tuple[OfferedDay, ...]:
    """Return the windows grouped by date, by the clock."""
    ordered = sorted(windows, key=lambda one: (one.window.date, one.window.start))
    grouped = groupby(ordered, key=lambda one: one.window.date)
    return tuple(OfferedDay(day, tuple(of_day)) for day, of_day in grouped)


def best_day_first(days: Iterable[OfferedDay]) -> tuple[OfferedDay, ...]:
    """Return the days in the order of the best window of each."""
    return tuple(sorted(days, key=lambda day: min(one.rank for one in day.windows)))


def _rank(one: OfferedWindow) -> Rank:
    return one.rank


def _of_half(chosen: Sequence[OfferedWindow], is_morning: bool) -> int:
    return sum(one.window.is_morning is is_morning for one in chosen)


def _count(days: Sequence[OfferedDay]) -> int:
    return sum(len(day.windows) for day in days)
