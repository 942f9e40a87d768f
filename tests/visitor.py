"""A visitor: Flask's test client that looks at every page as a strict person would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, has_app_context, has_request_context, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.database import db
from tests.document import Document, Form, parse
from tests.page_rules import faults_of

# Pages that write a note when they are read, and why that does no harm when a machine reads them.
GETS_THAT_NOTE: dict[str, str] = {}

Values = Mapping[str, str | int | Sequence[str] | None]


class Visitor:
    """Fetches pages and submits forms; every HTML answer must pass the page rules."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http: FlaskClient = app.test_client()

    def fetch(self, path: str, status: int = 200, **options: Any) -> Document:
        """Return the page at a path; redirects are followed unless a 3xx status is expected.

        Options go to Flask's client: `headers=`, `query_string=` and the like.
        """
        return self._open("GET", path, status, **options)

    def submit(
        self,
        form: Form,
        values: Values | None = None,
        status: int = 200,
        *,
        button: str | None = None,
        unchecked: bool = False,
        **options: Any,
    ) -> Document:
        """Return the page that follows a form, filled in with `values` (None empties a field).

        `button` is the value (or name=value) of the button pressed, when the form has several.
        Only what the form offers can be sent, unless `unchecked` lets bad input through.
        """
        data = _filled(form, values or {}, unchecked)
        if button is not None:
            name, _, value = button.rpartition("=")
            data[name or _button_name(form, value)] = [value]
        if form.method == "get":
            return self._open("GET", form.action, status, query_string=data, **options)
        return self._open("POST", form.action, status, data=data, **options)

    def set_language(self, language: str) -> None:
        """Read Dutch (nl) or English (en) from now on."""
        self.http.set_cookie("language", language)

    def post(self, path: str, data: Mapping[str, Any], status: int, **options: Any) -> Document:
        """Return the answer to a POST that no form made: for forged and forgotten tokens."""
        return self._open("POST", path, status, data=data, **options)

    def _open(self, method: str, path: str, status: int, **options: Any) -> Document:
        follow = not 300 <= status < 400
        response = self._answer(method, path, options, follow)
        end = response.request.path
        document = parse(end, response.status_code, response.headers, response.data)
        assert document.status == status, (
            f"{method} {path}: {document.status} instead of {status} "
            f"{document.location}\n{document.text[:1500]}"
        )
        is_part = "HX-Request" in dict(options.get("headers") or {})
        with self.app.test_request_context(end):
            faults = faults_of(document, self.app, is_part=is_part)
        assert not faults, f"{method} {path} breaks page rules:\n- " + "\n- ".join(faults)
        return document

    def _answer(
        self, method: str, path: str, options: dict[str, Any], follow: bool
    ) -> TestResponse:
        parts = urlsplit(path)
        if parts.netloc:
            path = parts.path + ("?" + parts.query if parts.query else "")
        _show_given_data()
        # A context of its own, so that the request shares neither `g` nor session with the test.
        with self.app.app_context(), writes_while_reading() as writes:
            response = self.http.open(path, method=method, follow_redirects=follow, **options)
        _see_what_changed()
        assert not writes, f"a GET changed the database: {writes}"
        return response


@contextmanager
def writes_while_reading() -> Iterator[list[str]]:
    """Yield a list of what GET and HEAD requests wrote: mail scanners and browsers ask ahead."""
    writes: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        is_write = statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")
        reads = has_request_context() and request.method in ("GET", "HEAD")
        if is_write and reads and request.endpoint not in GETS_THAT_NOTE:
            writes.append(f"{request.endpoint}: {statement[:80]}")

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield writes
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def _show_given_data() -> None:
    if has_app_context():
        db.session.commit()


def _see_what_changed() -> None:
    if has_app_context():
        db.session.rollback()
        db.session.expire_all()


def _filled(form: Form, values: Values, unchecked: bool) -> dict[str, list[str]]:
    data = form.values
    for name, value in values.items():
        assert unchecked or name in form.names, f"no field {name!r} among {sorted(form.names)}"
        wanted = [] if value is None else [value] if isinstance(value, str | int) else value
        wanted = [str(item) for item in wanted]
        choices = _closed_choices(form, name)
        if choices and not unchecked:
            assert set(wanted) <= choices, f"{name}={wanted} is not among {sorted(choices)}"
        data[name] = wanted
    return data


def _closed_choices(form: Form, name: str) -> set[str]:
    kinds = [c for c in form.controls if c.get("name") == name]
    closed = all(c.tag == "select" or c.get("type") in ("radio", "checkbox") for c in kinds)
    return set(form.choices(name)) if closed else set()


def _button_name(form: Form, value: str) -> str:
    for control in form.controls:
        is_button = control.tag == "button" or control.get("type") == "submit"
        if is_button and control.get("name") and control.get("value") == value:
            return control.get("name", "")
    raise AssertionError(f"no button with value {value!r}")
