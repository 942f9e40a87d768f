"""When a customer is asked how a visit went, and how soon a colleague calls. Pure."""

from __future__ import annotations

from datetime import date, timedelta

# Not the day after, as a reflex: after some days the house has been warm and cold again, and what
# was said at the door is still known. After two weeks it is not.
ASK_AFTER = timedelta(days=4)
ASK_UNTIL = timedelta(days=14)
# Whoever has many boilers has one opinion of us: once a season is enough.
ASK_AGAIN_AFTER = timedelta(days=90)
CALL_WITHIN = timedelta(days=2)


def visited_between(today: date) -> tuple[date, date]:
    """Return the first and the last date of a visit about which is asked today."""
    return today - ASK_UNTIL, today - ASK_AFTER


def call_before(answered_on: date) -> date:
    """Return the date before which somebody calls; a weekend does not count."""
    day, left = answered_on, CALL_WITHIN.days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def wants_a_call(*, is_content: bool, words: str) -> bool:
    """Return whether an answer stays open until a person has dealt with it."""
    return not is_content or bool(words)
