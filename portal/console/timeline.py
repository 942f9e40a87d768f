"""A day's routes as a drawing along the hours. Pure geometry: clock times in, positions out.

Positions are in the drawing's own units, from its top left corner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from enum import Enum
from itertools import pairwise

WIDTH = 1200
GUTTER = 172  # on the left, for names
MARGIN = 28  # on the right, so that the last hour's label is not cut
AXIS = 30  # on top, for the hours
ROW = 74
BAR_TOP = 22  # inside a row, under the brackets
BAR = 40
LETTER = 6.6  # a letter's width at the size of a block's words
PADDING = 6
HOUR_S = 3600


class Doing(Enum):
    """What a technician does during a part of the day."""

    TRAVEL = "travel"
    WAIT = "wait"
    LUNCH = "lunch"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class TimedVisit:
    """One visit with its times by the clock, and the words that go with it."""

    arrive: time
    begin: time
    leave: time
    window: tuple[time, time]
    place: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class TimedDay:
    """One technician's day; `travel_s` is all travel of the route in seconds."""

    number: int
    name: str
    shift: tuple[time, time]
    leaves: time
    returns: time
    lunch: tuple[time, time] | None
    travel_s: int
    visits: tuple[TimedVisit, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the day, in seconds since midnight by the clock."""

    doing: Doing
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle for a part of the day."""

    doing: Doing
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class VisitBlock:
    """The rectangle of one visit's work: its number, and words cut to what fits inside."""

    visit: TimedVisit
    number: int
    x: float
    y: float
    width: float
    height: float
    times: str
    place: str


@dataclass(frozen=True, slots=True)
class Bracket:
    """A promised window above the visits in it: from `left` to `right` at height `y`."""

    left: float
    right: float
    y: float


@dataclass(frozen=True, slots=True)
class Row:
    """One technician's line of the drawing."""

    day: TimedDay
    y: float
    shift: tuple[float, float]
    blocks: tuple[Block, ...]
    visits: tuple[VisitBlock, ...]
    brackets: tuple[Bracket, ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """A line of the axis and the time that stands at it."""

    x: float
    at: time


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole drawing."""

    width: int
    height: int
    hours: tuple[Hour, ...]
    rows: tuple[Row, ...]
    now_x: float | None


@dataclass(frozen=True, slots=True)
class Axis:
    """Where the hours stand: from `first` to `last`, both whole hours."""

    first: int
    last: int

    def x(self, seconds: int) -> float:
        """Return the horizontal position of a time in seconds since midnight."""
        share = (seconds - self.first * HOUR_S) / ((self.last - self.first) * HOUR_S)
        return round(GUTTER + share * (WIDTH - GUTTER - MARGIN), 1)

    @property
    def hours(self) -> tuple[Hour, ...]:
        """The lines of the axis; midnight at the end is 00:00."""
        marks = range(self.first, self.last + 1)
        return tuple(Hour(self.x(hour * HOUR_S), time(hour % 24)) for hour in marks)


def timeline(days: Sequence[TimedDay], now: time | None = None) -> Timeline:
    """Return the drawing of the days, one row each; `now` adds a line when it is on the axis."""
    axis = axis_of(days)
    rows = tuple(_row(axis, number, day) for number, day in enumerate(days))
    return Timeline(
        width=WIDTH,
        height=AXIS + ROW * len(rows) + PADDING,
        hours=axis.hours,
        rows=rows,
        now_x=_now_x(axis, now),
    )


def axis_of(days: Sequence[TimedDay]) -> Axis:
    """Return the whole hours that hold every shift and every route; 08:00 to 17:00 without any."""
    if not days:
        return Axis(8, 17)
    first = min(seconds_of(min(day.shift[0], day.leaves)) for day in days)
    last = max(seconds_of(max(day.shift[1], day.returns)) for day in days)
    return Axis(first // HOUR_S, min(-(-last // HOUR_S), 24))


def spans_of(day: TimedDay) -> tuple[Span, ...]:
    """Return what the technician does from leaving home to being back, visits excepted.

    Only the whole way to a visit is known for the leg on which lunch falls, so its travel is what
    the other legs leave of the route's total; the rest of that leg is waiting for lunch time.
    """
    if not day.visits:
        return ()
    legs = tuple(_legs(day))
    at_lunch = next((leg for leg in legs if _has_lunch(leg, day)), None)
    found: list[Span] = []
    for leg in legs:
        if leg is at_lunch:
            others = sum(other.end - other.start for other in legs if other is not leg)
            found += _leg_with_lunch(leg, day, max(day.travel_s - others, 0))
        else:
            found.append(leg)
    found += (
        Span(Doing.WAIT, seconds_of(visit.arrive), seconds_of(visit.begin)) for visit in day.visits
    )
    if at_lunch is None and day.lunch:
        found.append(Span(Doing.LUNCH, *map(seconds_of, day.lunch)))
    return tuple(sorted((span for span in found if span.end > span.start), key=_start))


def fitted(words: str, width: float) -> str:
    """Return the words, cut with an ellipsis to what fits a width; nothing when hardly any does."""
    room = int((width - PADDING) / LETTER)
    if len(words) <= room:
        return words
    return words[: room - 1].rstrip() + "…" if room >= 4 else ""


def seconds_of(clock: time) -> int:
    """Return seconds since midnight as the clock shows them."""
    return clock.hour * HOUR_S + clock.minute * 60 + clock.second


def _legs(day: TimedDay) -> Iterator[Span]:
    leaves = [day.leaves, *(visit.leave for visit in day.visits)]
    arrives = [*(visit.arrive for visit in day.visits), day.returns]
    for leave, arrive in zip(leaves, arrives, strict=True):
        yield Span(Doing.TRAVEL, seconds_of(leave), seconds_of(arrive))


def _has_lunch(leg: Span, day: TimedDay) -> bool:
    if day.lunch is None:
        return False
    start, end = map(seconds_of, day.lunch)
    return leg.start <= start and end <= leg.end


def _leg_with_lunch(leg: Span, day: TimedDay, travel_s: int) -> Iterator[Span]:
    assert day.lunch is not None
    start, end = map(seconds_of, day.lunch)
    arrived = min(leg.start + travel_s, start)
    yield Span(Doing.TRAVEL, leg.start, arrived)
    yield Span(Doing.WAIT, arrived, start)
    yield Span(Doing.LUNCH, start, end)
    yield Span(Doing.TRAVEL, end, leg.end)


def _start(span: Span) -> int:
    return span.start


def _row(axis: Axis, number: int, day: TimedDay) -> Row:
    y = AXIS + ROW * number
    start, end = (axis.x(seconds_of(clock)) for clock in day.shift)
    return Row(
        day=day,
        y=y,
        shift=(start, round(end - start, 1)),
        blocks=tuple(_block(axis, y + BAR_TOP, span) for span in spans_of(day)),
        visits=tuple(
            _visit_block(axis, y + BAR_TOP, place, visit)
            for place, visit in enumerate(day.visits, start=1)
        ),
        brackets=tuple(_brackets(axis, y, day.visits)),
    )


def _block(axis: Axis, y: float, span: Span) -> Block:
    left, right = axis.x(span.start), axis.x(span.end)
    inset = 0 if span.doing is Doing.LUNCH else 12
    return Block(span.doing, left, y + inset, round(right - left, 1), BAR - 2 * inset)


def _visit_block(axis: Axis, y: float, number: int, visit: TimedVisit) -> VisitBlock:
    left, right = axis.x(seconds_of(visit.begin)), axis.x(seconds_of(visit.leave))
    width = round(max(right - left, 14), 1)
    return VisitBlock(
        visit=visit,
        number=number,
        x=left,
        y=y,
        width=width,
        height=BAR,
        times=fitted(f"{number} · {visit.begin:%H:%M}", width) or str(number),
        place=fitted(visit.place, width),
    )


def _brackets(axis: Axis, y: float, visits: Sequence[TimedVisit]) -> Iterator[Bracket]:
    """Yield each distinct window once; one that overlaps the window before it stands higher."""
    windows = sorted({visit.window for visit in visits})
    lanes = [0] * len(windows)
    for at, (before, window) in enumerate(pairwise(windows), start=1):
        lanes[at] = 1 - lanes[at - 1] if window[0] < before[1] else 0
    for lane, (start, end) in zip(lanes, windows, strict=True):
        left, right = axis.x(seconds_of(start)), axis.x(seconds_of(end))
        yield Bracket(left + 1, right - 1, y + 14 - 6 * lane)


def _now_x(axis: Axis, now: time | None) -> float | None:
    if now is None or not axis.first <= now.hour < axis.last:
        return None
    return axis.x(seconds_of(now))
