"""Words about an appointment that mails, calendars and pages share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import format_date

from portal.customers.models import Address
from portal.pages import clock_time
from portal.planning.windows import Window
from portal.texts import text


def window_in_words(window: Window) -> str:
    """Return "dinsdag 9 maart 2027 tussen 10:00 en 12:00"."""
    return _between("EEEE d MMMM y", window)


def window_in_brief(window: Window) -> str:
    """Return "di 9 maart tussen 10:00 en 12:00", for a subject."""
    return _between("EEE d MMMM", window)


def windows_in_brief(windows: Iterable[Window]) -> str:
    """Return several windows in one sentence, with semicolons between them."""
    return "; ".join(window_in_brief(window) for window in windows)


def day_in_words(day: date) -> str:
    """Return "dinsdag 9 maart"."""
    return str(format_date(day, "EEEE d MMMM"))


def place(address: Address) -> str:
    """Return an address on one line: "Dorpsstraat 1, 3511 AB Utrecht"."""
    postcode = f"{address.postcode[:4]} {address.postcode[4:]}".strip()
    return f"{address.line}, {postcode} {address.city}"


def _between(form: str, window: Window) -> str:
    return text(
        "%(day)s between %(start)s and %(end)s",
        day=format_date(window.date, form),
        start=clock_time(window.start),
        end=clock_time(window.end),
    )
