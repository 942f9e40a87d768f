"""Which free window suits whom on the waiting list, and who comes first. Pure.

Who has no appointment is helped whatever it costs: the visit has to be made. Who has one is helped
when the routes do not grow by it, so that the list never costs kilometres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.clock import AMSTERDAM
from portal.customers.models import ALL_WEEKDAYS, DayPart
from portal.planning.windows import Window

KEPT_FOR = timedelta(hours=1)
OFFERED_FROM = time(8)  # an offer ends within an hour: it comes when people are awake and look
OFFERED_UNTIL = time(20)
MOST_EXTRA_TRAVEL_S = 0  # of who has an appointment: the new place beside what the old one frees


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody waits for: dates (both included), part of the day, weekdays (bit 0 Monday)."""

    first_on: date
    last_on: date
    part: DayPart = DayPart.ANY
    weekdays: int = ALL_WEEKDAYS

    def suit(self, window: Window) -> bool:
        """Return whether a window is what is waited for."""
        is_on_day = bool(self.weekdays >> window.date.weekday() & 1)
        return self.first_on <= window.date <= self.last_on and is_on_day and self._at(window)

    def _at(self, window: Window) -> bool:
        match self.part:
            case DayPart.ANY:
                return True
            case DayPart.MORNING:
                return window.is_morning
            case DayPart.AFTERNOON:
                return not window.is_morning


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody on the list: since when, with which appointment, and which openings they know.

    `saved_s` is the travel that leaving the appointment's place saves, 0 without an appointment.
    """

    request_id: int
    wishes: Wishes
    since: datetime
    present: Window | None = None
    saved_s: int = 0
    known: frozenset[int] = frozenset()

    def looks_for(self, opening_id: int, window: Window) -> bool:
        """Return whether a window suits, is earlier than the appointment and was not offered."""
        is_earlier = self.present is None or window < self.present
        return is_earlier and opening_id not in self.known and self.wishes.suit(window)


@dataclass(frozen=True, slots=True)
class Room:
    """A window with a free place in which a visit fits, at so much extra travel."""

    opening_id: int
    window: Window
    extra_travel_s: int


@dataclass(frozen=True, slots=True)
class Match:
    """A window for somebody on the list; `net_travel_s` is what the routes grow by (or shrink)."""

    request_id: int
    opening_id: int
    window: Window
    net_travel_s: int
    since: datetime
    present: Window | None

    @property
    def rank(self) -> tuple[bool, int, datetime, Window, int]:
        """Without an appointment first, then most travel saved, then longest waiting."""
        is_served = self.present is not None
        return is_served, self.net_travel_s, self.since, self.window, self.request_id

    @property
    def dates(self) -> set[date]:
        """The dates whose routes it rests on."""
        return {self.window.date, *([self.present.date] if self.present else [])}


def matches_of(waiter: Waiter, rooms: Iterable[Room]) -> list[Match]:
    """Return the windows that may be offered to somebody, in no order."""
    return [
        Match(
            waiter.request_id,
            room.opening_id,
            room.window,
            room.extra_travel_s - waiter.saved_s,
            waiter.since,
            waiter.present,
        )
        for room in rooms
        if waiter.looks_for(room.opening_id, room.window)
        and (waiter.present is None or room.extra_travel_s - waiter.saved_s <= MOST_EXTRA_TRAVEL_S)
    ]


def apart(ranked: Sequence[Match]) -> list[Match]:
    """Return, best first, those matches that do not touch each other's people or days.

    What an offer changes on a day changes what the next one there is worth: that one waits for a
    fresh look, and so does whoever was passed over because of it.
    """
    chosen: list[Match] = []
    requests: set[int] = set()
    dates: set[date] = set()
    for one in ranked:
        if one.request_id in requests:
            continue
        requests.add(one.request_id)
        if not dates & one.dates:
            chosen.append(one)
            dates |= one.dates
    return chosen


def may_offer(now: datetime) -> bool:
    """Return whether the clock in the Netherlands says that it is no hour to leave people alone."""
    return OFFERED_FROM <= now.astimezone(AMSTERDAM).time() < OFFERED_UNTIL
