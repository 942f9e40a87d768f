"""Pages of planner and desk, one file per page; importing this package gives them their routes."""

from __future__ import annotations

from portal.console.blueprint import bp
from portal.console.views import (
    apology,
    board,
    card,
    customer,
    desk,
    feeds,
    inbox,
    letters,
    looking,
    openings,
    preferences,
    selection,
    waiting,
)

__all__ = [
    "apology",
    "board",
    "bp",
    "card",
    "customer",
    "desk",
    "feeds",
    "inbox",
    "letters",
    "looking",
    "openings",
    "preferences",
    "selection",
    "waiting",
]
