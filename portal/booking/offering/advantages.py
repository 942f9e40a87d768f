"""Why a window stands high in the offer, in a few words that are true."""

from __future__ import annotations

from datetime import datetime

from portal.booking.offering.offer import Offer, OfferedDay, OfferedWindow
from portal.pages import clock_time, date_in_words, last_day, moment_in_words
from portal.texts import text


def advantage(one: OfferedWindow, offer: Offer) -> str:
    """Return what speaks for a window in the reader's language, "" when nothing special does.

    Minutes are told where a window saves clearly more driving than a usual one of this offer.
    """
    if one.held_until is not None:
        return _kept(one.held_until, is_long=one.is_kept_long)
    minutes = offer.saved_minutes(one)
    if one.is_nearby and one.is_next_door:
        if minutes:
            return text(
                "We are around the corner: %(minutes)s minutes less driving", minutes=minutes
            )
        return text("We are around the corner")
    if one.is_nearby:
        if minutes:
            return text(
                "We are in your neighbourhood: %(minutes)s minutes less driving", minutes=minutes
            )
        return text("We are in your neighbourhood")
    return text("A time that you like") if one.is_wish else ""


def day_advantage(day: OfferedDay, offer: Offer) -> str:
    """Return what speaks for all windows of a day alike, to be said once; "" when they differ."""
    said = {advantage(one, offer) for one in day.windows}
    return said.pop() if len(said) == 1 and len(day.windows) > 1 else ""


def _kept(until: datetime, *, is_long: bool) -> str:
    if day := last_day(until):
        return text("Kept for you until the end of %(day)s", day=date_in_words(day, "day"))
    return text(
        "Kept for you until %(until)s",
        until=moment_in_words(until) if is_long else clock_time(until),
    )
