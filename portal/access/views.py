"""The start of a staff member's work, and the choice of language for everybody."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.access.current import current_staff
from portal.access.guards import Role, public, staff
from portal.access.navigation import home_endpoint
from portal.texts import COOKIE, LOCALES

bp = Blueprint("access", __name__)

A_YEAR = 365 * 24 * 3600


@bp.get("/staff/")
@staff(*Role)
def home() -> ResponseReturnValue:
    endpoint = home_endpoint(current_staff().role)
    return redirect(url_for(endpoint)) if endpoint else abort(404)


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
    address = urlsplit(wanted)
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    if not is_local or address.netloc or not _answers_get(address.path):
        return "/"
    return wanted


def _answers_get(path: str) -> bool:
    try:
        current_app.url_map.bind_to_environ(request.environ).match(path, "GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
