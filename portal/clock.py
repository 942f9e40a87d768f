"""The one clock. Read it in views, commands and jobs only; rules take `now` as an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import Flask, current_app

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
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
