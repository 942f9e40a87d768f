"""Who may see a page. Every route carries exactly one of these decisions; a test insists on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app
from flask_login import current_user

P = ParamSpec("P")
R = TypeVar("R")


# Routes that libraries bring; everything else carries its decision on the function itself.
EXTENSION_ROUTES = {
    "static": "The look of the pages: style sheets, icons, small scripts.",
    "security.login": "Who signs in is not signed in yet; tries are limited.",
    "security.logout": "Ends the asking browser's session and nothing else.",
}


class Role(Enum):
    """What staff do; an administrator may do all of it."""

    DESK = "desk"
    PLANNER = "planner"
    TECHNICIAN = "technician"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Guard:
    """The decision about a route: for everyone with a reason, for these roles, or for programs.

    `by_key`: only a program with an API key comes in, no session of anybody (portal/api).
    """

    roles: frozenset[Role]
    reason: str = ""
    by_key: bool = False


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that leaves a view open to everyone, and says why that is right."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        view.guard = Guard(frozenset(), reason)  # type: ignore[attr-defined]
        return view

    return decorate


def staff(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that lets in signed-in staff with one of the roles."""
    allowed = frozenset({*roles, Role.ADMINISTRATOR})

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if current_user.role not in allowed:
                abort(403)
            return view(*args, **kwargs)

        guarded.guard = Guard(allowed)  # type: ignore[attr-defined]
        return guarded

    return decorate
