"""How many windows a letter holds, and how much of what is open letters may hold together."""

from __future__ import annotations

from fractions import Fraction

from portal.campaigns.policy import room_for_invitations

WINDOWS = 3  # fewer is no choice; each more stands idle for four weeks

# Of the places that a region has on one date, rounded down. A letter holds a window for weeks, and
# three of them for one visit: without a bound people on the web would find the best days empty. Of
# the date, not of the window, because most windows have one or two places only.
SHARE = Fraction(1, 3)


def most_held(places: int) -> int:
    """Return how many of a region's places on a date letters may hold together."""
    return int(places * SHARE)


def room_for_letters(free_places: int, unanswered: int) -> int:
    """Return how many letters may be written for the places that are free: each takes three."""
    return room_for_invitations(free_places, unanswered) // WINDOWS
