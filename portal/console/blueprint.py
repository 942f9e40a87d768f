"""The blueprint that all pages of planner and desk hang from."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint
from flask_babel import format_decimal

from portal.access.current import current_staff
from portal.access.guards import Role

bp = Blueprint("console", "portal.console", template_folder="templates")


@bp.context_processor
def _numbers() -> dict[str, object]:
    return {"decimal": decimal}


def decimal(number: float | Decimal, pattern: str = "0.##") -> str:
    """Return a number as the reader writes it: 5,3 in Dutch."""
    return str(format_decimal(number, pattern))


def may_plan() -> bool:
    """Return whether the reader may change what is planned; the desk may not."""
    return current_staff().role is not Role.DESK
