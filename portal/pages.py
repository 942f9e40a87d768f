"""What every page has at hand: the company, the language, dates in words, versioned assets."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, abort, current_app, request, url_for
from flask_babel import format_date
from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from werkzeug.routing import IntegerConverter, Map

from portal.clock import AMSTERDAM
from portal.settings import current_settings
from portal.telephone import dialled, grouped
from portal.texts import LOCALES, language

STATIC = Path(__file__).parent / "static"


def init_pages(app: Flask) -> None:
    """Give templates their globals and filters; an unknown name in a template is an error."""
    app.url_map.converters["int"] = RowId
    app.before_request(_refuse_nul)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        date_in_words=date_in_words,
        clock_time=clock_time,
        moment_in_words=moment_in_words,
        last_day=last_day,
        to_call=to_call,
    )
    app.context_processor(_context)


class RowId(IntegerConverter):
    """A number in an address that can be the id of a row."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def _refuse_nul() -> None:
    """Answer 400 to a NUL in what was sent: no database keeps one, and no person types one."""
    if any("\x00" in value for value in request.values.values()):
        abort(400)


def date_in_words(day: date, form: str = "full") -> str:
    """Return a date such as 'donderdag 3 december 2026'; form 'day' leaves the year out."""
    patterns = {"full": "EEEE d MMMM y", "day": "EEEE d MMMM", "short": "EEE d MMM"}
    pattern = patterns[form]
    return str(format_date(day, pattern))


def clock_time(value: time | datetime) -> str:
    """Return '08:00' for a local time, or for a moment seen from the Netherlands."""
    local = value.astimezone(AMSTERDAM) if isinstance(value, datetime) else value
    return local.strftime("%H:%M")


def moment_in_words(moment: datetime) -> str:
    """Return a moment as a local date and time in words."""
    local = moment.astimezone(AMSTERDAM)
    return f"{date_in_words(local.date(), 'day')}, {clock_time(local)}"


def last_day(moment: datetime) -> date | None:
    """Return the date that a moment ends: nobody reads midnight as the day before it, else None."""
    local = moment.astimezone(AMSTERDAM)
    return None if local.time() > time() else local.date() - timedelta(days=1)


def to_call(number: str | None) -> Markup:
    """Return a number in groups as a link that dials it, "" when there is none."""
    return _dialling(number, grouped(number)) if number else Markup("")


def _dialling(number: str, shown: str) -> Markup:
    address = dialled(number)
    if not address:
        return escape(shown)
    return Markup('<a class="call" href="{}">{}</a>').format(address, shown)


def asset(file: str) -> str:
    """Return the address of a static file, with a part that changes when its content does."""
    return url_for("static", filename=file, v=_fingerprint(file))


def has_page(endpoint: str) -> bool:
    """Return whether this application has the page, so that a menu shows no dead ends."""
    return endpoint in current_app.view_functions


def _context() -> dict[str, Any]:
    settings = current_settings()
    return {
        "asset": asset,
        "company": {
            "name": settings.company_name,
            "phone": settings.company_phone,
            "phone_link": dialled(settings.company_phone),
            "call": _dialling(settings.company_phone, settings.company_phone),
            "email": settings.company_email,
            "hours": settings.company_hours.replace("-", "–"),
        },
        "is_demo": settings.demo,
        "language": language(),
        "languages": LOCALES,
        "here": _here(),
        "has_page": has_page,
    }


def _here() -> str:
    address = request.full_path.removesuffix("?")
    return address if address.isprintable() else "/"


@cache
def _fingerprint(file: str) -> str:
    return hashlib.sha256((STATIC / file).read_bytes()).hexdigest()[:10]
