"""The start of a staff member's work, and the choice of language for everybody."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.access.current import current_staff
from portal.access.guards import Role, public, staff
from portal.access.navigation import home_of
from portal.access.targets import is_local
from portal.texts import COOKIE, LOCALES

bp = Blueprint("access", __name__)

A_YEAR = 365 * 24 * 3600


@bp.get("/staff/")
@staff(*Role)
def home() -> ResponseReturnValue:
    return redirect(home_of(current_staff().role))


@bp.post("/language")
@public("Changes only the language in which the asking browser reads.")
def choose_language() -> ResponseReturnValue:
    chosen = request.form.get("language")
    if chosen not in LOCALES:
        abort(400)
    answer = redirect(_page_to_return_to(request.form.get("next", "")))
    answer.set_cookie(
        COOKIE,
        chosen,
        max_age=A_YEAR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


def _page_to_return_to(wanted: str) -> str:
    """Return the wanted address when it is a page of ours that can be asked for, else the start."""
    return wanted if is_local(wanted) and _answers_get(urlsplit(wanted).path) else "/"


def _answers_get(path: str) -> bool:
    try:
        current_app.url_map.bind_to_environ(request.environ).match(path, "GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
