"""The one clock. Read it in views, commands and jobs only; rules take `now` as an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY_BEGINS = time(8)  # when people may be disturbed
DAY_ENDS = time(21)
EXTENSION = "tijdvenster.clock"


def set_clock(app: Flask, source: Callable[[], datetime]) -> None:
    """Let `source` tell the time in this application."""
    app.extensions[EXTENSION] = source


def system_time() -> datetime:
    """Return the machine's moment in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    source: Callable[[], datetime] = current_app.extensions[EXTENSION]
    return source()


def local_date(moment: datetime) -> date:
    """Return the calendar date in the Netherlands at a moment."""
    return moment.astimezone(AMSTERDAM).date()


def midnight(day: date) -> datetime:
    """Return the moment at which a date begins in the Netherlands."""
    return datetime.combine(day, time(), AMSTERDAM)


def next_at(clock: time, now: datetime) -> datetime:
    """Return the first moment (UTC) from now on at which Dutch clocks show a time of the day.

    Both changes of the clock happen at night, so by day each such moment exists exactly once.
    """
    today = local_date(now)
    for day in (today, today + timedelta(days=1)):
        moment = datetime.combine(day, clock, AMSTERDAM).astimezone(UTC)
        if moment >= now:
            break
    return moment


def by_day(moment: datetime) -> datetime:
    """Return the moment itself between 08:00 and 21:00, else the next 08:00."""
    clock = moment.astimezone(AMSTERDAM).time()
    return moment if DAY_BEGINS <= clock < DAY_ENDS else next_at(DAY_BEGINS, moment)
