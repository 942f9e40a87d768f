"""How many windows a letter holds, and how much of what is open letters may hold together."""

from __future__ import annotations

from portal.campaigns.policy import room_for_invitations

WINDOWS = 3  # fewer is no choice; each more stands idle for four weeks

# Half of a window's places, rounded down. A letter holds a window for weeks and three of them for
# one visit, so without a bound people on the web would find the best days empty. A window with one
# place is nobody's on paper.
SHARE = 0.5


def most_held(places: int) -> int:
    """Return how many places of one window letters may hold together."""
    return int(places * SHARE)


def room_for_letters(free_places: int, unanswered: int) -> int:
    """Return how many letters may be written for the places that are free: each takes three."""
    return room_for_invitations(free_places, unanswered) // WINDOWS
