"""Which three windows stand in a letter. Pure.

Whoever reads paper cannot ask for more, so the three differ: other days, both parts of the day,
other weekdays, not all in one week. Within that the best for routes and customer come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from portal.booking.offering.offer import OfferedWindow, Rank
from portal.campaigns.letters.policy import WINDOWS

APART = timedelta(days=4)  # who is away for a long weekend misses one of them only


def three_windows(offered: Iterable[OfferedWindow]) -> tuple[OfferedWindow, ...]:
    """Return three windows on different dates in order of time, or none when there are not three.

    For whom told us what suits, only such windows count if there are enough.
    """
    candidates = list(offered)
    wished = [one for one in candidates if one.is_wish]
    for group in (wished, candidates):
        chosen = _spread(group)
        if len(chosen) == WINDOWS:
            return tuple(sorted(chosen, key=lambda one: one.window))
    return ()


def _spread(candidates: Sequence[OfferedWindow]) -> list[OfferedWindow]:
    chosen: list[OfferedWindow] = []
    while len(chosen) < WINDOWS:
        dates = {one.window.date for one in chosen}
        left = [one for one in candidates if one.window.date not in dates]
        if not left:
            break
        chosen.append(min(left, key=lambda one: _likeness(one, chosen)))
    return chosen


def _likeness(one: OfferedWindow, chosen: Sequence[OfferedWindow]) -> tuple[bool, bool, bool, Rank]:
    """Return how little a window adds to those chosen before; the smallest adds most."""
    same_half = {other.window.is_morning for other in chosen} == {one.window.is_morning}
    weekdays = {other.window.date.weekday() for other in chosen}
    is_near = any(abs(one.window.date - other.window.date) < APART for other in chosen)
    return same_half, is_near, one.window.date.weekday() in weekdays, one.rank
