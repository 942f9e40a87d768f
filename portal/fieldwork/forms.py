"""Which day somebody wants to see."""

from __future__ import annotations

from datetime import date, timedelta

from portal.pages import date_in_words
from portal.texts import text

FURTHEST = timedelta(days=3 * 366)


def chosen_date(words: str, usual: date) -> tuple[date, str]:
    """Return the date that was asked for, or the usual one with a sentence when it is no use."""
    if not words.strip():
        return usual, ""
    try:
        day = date.fromisoformat(words.strip())
    except ValueError:
        return usual, text("That is not a date. This is %(date)s.", date=date_in_words(usual))
    if abs(day - usual) > FURTHEST:
        return usual, text(
            "That date is too far away. This is %(date)s.", date=date_in_words(usual)
        )
    return day, ""
