"""Pages of planner and desk, one file per page; importing this package gives them their routes."""

from __future__ import annotations

from portal.console.blueprint import bp
from portal.console.views import (
    board,
    customer,
    desk,
    feeds,
    openings,
    preferences,
    selection,
    waiting,
)

__all__ = [
    "board",
    "bp",
    "customer",
    "desk",
    "feeds",
    "openings",
    "preferences",
    "selection",
    "waiting",
]
