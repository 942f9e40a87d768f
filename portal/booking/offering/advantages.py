"""Why a window stands high in the offer, in a few words that are true."""

from __future__ import annotations

from enum import Enum

from portal.booking.offering.offer import Offer, OfferedDay, OfferedWindow
from portal.pages import clock_time, date_in_words, last_day, moment_in_words
from portal.texts import text


class Advantage(Enum):
    """What speaks for a window."""

    KEPT_FOR_YOU = "kept_for_you"
    AROUND_THE_CORNER = "around_the_corner"
    IN_YOUR_NEIGHBOURHOOD = "in_your_neighbourhood"
    LIKED = "liked"


def advantage_of(one: OfferedWindow) -> Advantage | None:
    """Return what speaks for a window, None when nothing special does."""
    if one.held_until is not None:
        return Advantage.KEPT_FOR_YOU
    if one.is_nearby:
        near = Advantage.AROUND_THE_CORNER, Advantage.IN_YOUR_NEIGHBOURHOOD
        return near[0] if one.is_next_door else near[1]
    return Advantage.LIKED if one.is_wish else None


def advantage(one: OfferedWindow, offer: Offer) -> str:
    """Return what speaks for a window in the reader's language, "" when nothing special does.

    Minutes are told where a window saves clearly more driving than a usual one of this offer.
    """
    match advantage_of(one):
        case Advantage.KEPT_FOR_YOU:
            return _kept(one)
        case Advantage.AROUND_THE_CORNER:
            return _around_the_corner(offer.saved_minutes(one))
        case Advantage.IN_YOUR_NEIGHBOURHOOD:
            return _in_your_neighbourhood(offer.saved_minutes(one))
        case Advantage.LIKED:
            return text("A time that you like")
    return ""


def day_advantage(day: OfferedDay, offer: Offer) -> str:
    """Return what speaks for all windows of a day alike, to be said once; "" when they differ."""
    said = {advantage(one, offer) for one in day.windows}
    return said.pop() if len(said) == 1 and len(day.windows) > 1 else ""


def _around_the_corner(minutes: int) -> str:
    if minutes:
        return text("We are around the corner: %(minutes)s minutes less driving", minutes=minutes)
    return text("We are around the corner")


def _in_your_neighbourhood(minutes: int) -> str:
    if minutes:
        return text(
            "We are in your neighbourhood: %(minutes)s minutes less driving", minutes=minutes
        )
    return text("We are in your neighbourhood")


def _kept(one: OfferedWindow) -> str:
    if one.held_until is None:
        return ""
    if day := last_day(one.held_until):
        return text("Kept for you until the end of %(day)s", day=date_in_words(day, "day"))
    is_long = one.is_kept_long
    until = moment_in_words(one.held_until) if is_long else clock_time(one.held_until)
    return text("Kept for you until %(until)s", until=until)
