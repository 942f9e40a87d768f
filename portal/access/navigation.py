"""The menu of staff: which pages exist for which roles, in reading order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask.sansio.app import App

from portal.access.current import current_staff
from portal.access.guards import Role
from portal.texts import source_text, text

DESK, PLANNER, TECHNICIAN = Role.DESK, Role.PLANNER, Role.TECHNICIAN

COUNTS = "tijdvenster.menu_counts"
HOMES = {
    Role.PLANNER: "console.board",
    Role.DESK: "console.desk",
    Role.TECHNICIAN: "fieldwork.day",
    Role.ADMINISTRATOR: "console.board",
}

# endpoint, label, roles beside the administrator
PAGES = (
    ("console.board", source_text("Board"), (PLANNER, DESK)),
    ("console.openings", source_text("Time windows"), (PLANNER,)),
    ("console.desk", source_text("Desk"), (DESK, PLANNER)),
    ("console.inbox", source_text("Mail"), (DESK, PLANNER)),
    ("console.waiting", source_text("Waiting list"), (DESK, PLANNER)),
    ("console.letters", source_text("Letters"), (DESK, PLANNER)),
    ("feedback.opinions", source_text("Opinions"), (DESK, PLANNER)),
    ("fieldwork.day", source_text("My day"), (TECHNICIAN,)),
)


@dataclass(frozen=True)
class MenuEntry:
    """One page of the menu as the reader sees it, and how much waits there."""

    label: str
    href: str
    is_here: bool
    waiting: int = 0


def home_of(role: Role) -> str:
    """Return the address of the page where a role's work starts."""
    return url_for(HOMES[role])


def staff_menu() -> list[MenuEntry]:
    """Return the pages of the signed-in staff member's role that this application has."""
    counts = _counts(current_app)
    return [
        MenuEntry(
            text(label),
            url_for(endpoint),
            is_here=request.endpoint == endpoint,
            waiting=counts[endpoint]() if endpoint in counts else 0,
        )
        for endpoint, label in _pages(current_staff().role)
    ]


def count_beside(app: App, endpoint: str, count: Callable[[], int]) -> None:
    """Let the menu tell how much waits on a page; `count` is asked at each page that is shown."""
    _counts(app)[endpoint] = count


def _counts(app: App) -> dict[str, Callable[[], int]]:
    counts: dict[str, Callable[[], int]] = app.extensions.setdefault(COUNTS, {})
    return counts


def _pages(role: Role) -> list[tuple[str, str]]:
    return [
        (endpoint, label)
        for endpoint, label, roles in PAGES
        if (role in roles or role is Role.ADMINISTRATOR) and endpoint in current_app.view_functions
    ]
