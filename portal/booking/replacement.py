"""Which windows make up best for one that we promised and could not keep. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from portal.booking.offering.offer import Offer, OfferedWindow
from portal.planning.windows import Window

KEPT_FOR = timedelta(days=1)  # people are at work, and it is we who have to wait now
ANSWER = timedelta(days=14)  # for whoever had no page of their own yet
TRIED = 3  # others may take the best at this very moment; further down is no better than choosing
OTHERS = 3
OTHER_PART_DAYS = 2  # the afternoon for a morning is as bad as two days later


def replacements(offer: Offer, broken: Window) -> tuple[OfferedWindow, ...]:
    """Return the windows of an offer, the one most like the broken one first.

    Near its date and in the same part of the day; among equals the one that saves us travel. Never
    on that date itself: it is the day on which things go wrong.
    """
    others = [one for one in offer.windows if one.window.date != broken.date]
    return tuple(sorted(others, key=lambda one: (_unlike(one.window, broken), one.rank)))


def on_other_dates(windows: Iterable[OfferedWindow], taken: date | None) -> tuple[Window, ...]:
    """Return up to three of these windows, the first ones, each on a date of its own."""
    found: dict[date, Window] = {}
    for one in windows:
        if one.window.date != taken:
            found.setdefault(one.window.date, one.window)
    return tuple(sorted(list(found.values())[:OTHERS]))


def _unlike(window: Window, broken: Window) -> int:
    apart = abs((window.date - broken.date).days)
    return apart + OTHER_PART_DAYS * (window.is_morning != broken.is_morning)
