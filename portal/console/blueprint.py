"""The blueprint that all pages of planner and desk hang from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import format_decimal

from portal.access.current import current_staff
from portal.access.guards import Role
from portal.console.queries import chosen_branch
from portal.database import db
from portal.regions.queries import branches

bp = Blueprint("console", "portal.console", template_folder="templates")

PAGES_OF_A_BRANCH = (
    "console.board",
    "console.openings",
    "console.desk",
    "console.inbox",
    "console.waiting",
    "console.letters",
)
KEPT_ARGUMENTS = ("date", "from")


@dataclass(frozen=True, slots=True)
class BranchChoice:
    """A branch in the switch at the top of the page."""

    name: str
    href: str
    is_here: bool


@bp.context_processor
def _at_hand() -> dict[str, object]:
    return {"decimal": decimal, "branch_choices": branch_choices}


def branch_choices() -> tuple[BranchChoice, ...]:
    """Return this page for every branch; nothing when there is one, or when the page is of none."""
    endpoint = request.endpoint
    if endpoint not in PAGES_OF_A_BRANCH or request.method != "GET":
        return ()
    known = branches(db.session())
    if len(known) < 2:
        return ()
    here = chosen_branch(db.session(), request.args.get("branch"))
    kept: dict[str, Any] = {
        name: request.args[name] for name in KEPT_ARGUMENTS if name in request.args
    }
    return tuple(
        BranchChoice(one.name, url_for(endpoint, branch=one.slug, **kept), one.id == here.id)
        for one in known
    )


def decimal(number: float | Decimal, pattern: str = "0.##") -> str:
    """Return a number as the reader writes it: 5,3 in Dutch."""
    return str(format_decimal(number, pattern))


def may_plan() -> bool:
    """Return whether the reader may change what is planned; the desk may not."""
    return current_staff().role is not Role.DESK
