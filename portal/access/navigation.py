"""The menu of staff: which pages exist for which roles, in reading order."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for

from portal.access.current import current_staff
from portal.access.guards import Role
from portal.texts import text

DESK, PLANNER, TECHNICIAN = Role.DESK, Role.PLANNER, Role.TECHNICIAN

# endpoint, label, roles beside the administrator; a role's first page is its home
PAGES = (
    ("console.board", "Board", (PLANNER,)),
    ("console.openings", "Time windows", (PLANNER,)),
    ("console.desk", "Desk", (DESK, PLANNER)),
    ("fieldwork.day", "My day", (TECHNICIAN,)),
)


@dataclass(frozen=True)
class MenuEntry:
    """One page of the menu as the reader sees it."""

    label: str
    href: str
    is_here: bool


def home_endpoint(role: Role) -> str | None:
    """Return the page where a role's work starts, or None while the application has none."""
    return next((endpoint for endpoint, _ in _pages(role)), None)


def staff_menu() -> list[MenuEntry]:
    """Return the pages of the signed-in staff member's role that this application has."""
    return [
        MenuEntry(text(label), url_for(endpoint), is_here=request.endpoint == endpoint)
        for endpoint, label in _pages(current_staff().role)
    ]


def _pages(role: Role) -> list[tuple[str, str]]:
    return [
        (endpoint, label)
        for endpoint, label, roles in PAGES
        if (role in roles or role is Role.ADMINISTRATOR) and endpoint in current_app.view_functions
    ]
