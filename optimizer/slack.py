"""Earliest leaving and latest begin along a fixed order, with lunch due or taken.

A technician is in one of two states: *due* (lunch not yet taken) and *taken*. Both are kept side
by side, since due is earlier and taken is freer; in either, earlier is never worse, so the earliest
time per state decides feasibility exactly. Somebody without lunch is in *taken* from the start.
Source: forward and backward time slack of Savelsbergh (1992), doi:10.1287/ijoc.4.2.146.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from optimizer.problem import Technician, TimeWindow

# Sentinels far beyond problem.LARGEST_SECOND: sums of a few of them still fit in 64 bits.
NEVER = 1 << 40
TOO_LATE = -NEVER


class LunchRule(NamedTuple):
    """Lunch of `seconds`, started in [first, last]; `last` is TOO_LATE for somebody without."""

    first: int
    last: int
    seconds: int

    @staticmethod
    def of(technician: Technician) -> LunchRule:
        """Return the technician's rule."""
        lunch = technician.lunch
        if lunch is None:
            return LunchRule(0, TOO_LATE, 0)
        return LunchRule(lunch.window.start, lunch.window.end, lunch.seconds)


class Work(NamedTuple):
    """What slack needs to know of one visit."""

    service_s: int
    windows: tuple[TimeWindow, ...]


class Slack(NamedTuple):
    """Times along start, stops 1..n, end. Unreachable is NEVER or more, hopeless TOO_LATE or less.

    `due` and `taken` (n + 1 entries, start first): earliest leaving in that state. `latest_due`
    and `latest_taken` (n + 1 entries, end last): latest begin in that state that keeps the rest.
    """

    due: list[int]
    taken: list[int]
    latest_due: list[int]
    latest_taken: list[int]
    feasible: bool


def slack_of(technician: Technician, work: Sequence[Work], legs: Sequence[int]) -> Slack:
    """Return the slack of a technician's order of work; `legs` holds its n + 1 travel seconds.

    An empty order is feasible whatever the leg home: nobody leaves.
    """
    rule = LunchRule.of(technician)
    due, taken = earliest_leaving(technician, rule, work, legs)
    latest_due, latest_taken = latest_begins(technician, rule, work, legs)
    home_due, home_taken = arrivals(due[-1], taken[-1], legs[-1], rule)
    feasible = home_due <= latest_due[-1] or home_taken <= latest_taken[-1]
    return Slack(due, taken, latest_due, latest_taken, feasible or not work)


def earliest_leaving(
    technician: Technician, rule: LunchRule, work: Sequence[Work], legs: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return the earliest leaving of start and every stop, lunch due and lunch taken.

    Written out without calls of its own: it runs for every route that a search touches.
    """
    away, (first, last, seconds) = technician.shift.start, rule
    at_due, at_taken = (away, NEVER) if technician.lunch else (NEVER, away)
    due, taken = [at_due], [at_taken]
    for (service_s, windows), leg in zip(work, legs, strict=False):
        at_taken += leg
        if at_due <= last:
            lunched = max(at_due + leg, first) + seconds
            if lunched < at_taken:
                at_taken = lunched
        at_due = first_begin(windows, at_due + leg) + service_s
        at_taken = first_begin(windows, at_taken) + service_s
        due.append(at_due)
        taken.append(at_taken)
    return due, taken


def arrivals(due: int, taken: int, leg: int, rule: LunchRule) -> tuple[int, int]:
    """Return the earliest arrival at the far end of a leg, lunch due and lunch taken.

    Lunch on the way needs leaving by `rule.last`; it starts at `rule.first` at the earliest and
    may as well be taken at the far end, hence max(leave + leg, first) + seconds.
    """
    if due > rule.last:
        return due + leg, taken + leg
    return due + leg, min(taken + leg, max(due + leg, rule.first) + rule.seconds)


def first_begin(windows: Sequence[TimeWindow], arrive: int) -> int:
    """Return the earliest begin at or after `arrive`, NEVER when all windows are over."""
    if len(windows) == 1:
        window = windows[0]
        if arrive > window.end:
            return NEVER
        return arrive if arrive > window.start else window.start
    begins = [max(window.start, arrive) for window in windows if arrive <= window.end]
    return min(begins, default=NEVER)


def latest_begins(
    technician: Technician, rule: LunchRule, work: Sequence[Work], legs: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return the latest begin of every stop and the latest return, lunch due and lunch taken."""
    first, last, seconds = rule
    late_due, late_taken = min(last, technician.shift.end), technician.shift.end
    due, taken = [late_due], [late_taken]
    for (service_s, windows), leg in zip(reversed(work), reversed(legs), strict=False):
        late_due -= leg
        late_taken -= leg
        if late_taken + leg >= first + seconds:  # lunch on this leg can be over in time
            late_due = max(late_due, min(last, late_taken - seconds))
        late_due = last_begin(windows, late_due - service_s)
        late_taken = last_begin(windows, late_taken - service_s)
        due.append(late_due)
        taken.append(late_taken)
    return due[::-1], taken[::-1]


def last_begin(windows: Sequence[TimeWindow], late: int) -> int:
    """Return the latest begin at or before `late`, TOO_LATE when no window has opened."""
    if len(windows) == 1:
        window = windows[0]
        if late < window.start:
            return TOO_LATE
        return late if late < window.end else window.end
    begins = [min(window.end, late) for window in windows if late >= window.start]
    return max(begins, default=TOO_LATE)
