"""Refusals and faults as friendly pages that tell nothing they should not; JSON for programs."""

from __future__ import annotations

import sqlite3

import structlog
from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue, ResponseValue
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from portal.deadlocks import is_ended_for_another, repeated
from portal.problems import is_for_a_program, problem_of_status
from portal.texts import source_text, text

log = structlog.get_logger(__name__)


class Refusal(Exception):
    """Something that the rules do not allow now. Subclasses name it and say why in `words`.

    One whose words hold values overrides `sentence`.
    """

    status = 409

    heading = source_text("That is not possible now")
    words = ""

    @property
    def title(self) -> str:
        """The heading of the page, in the reader's language."""
        return text(self.heading)

    @property
    def sentence(self) -> str:
        """The reason in plain words, in the reader's language."""
        return text(self.words)


def init_errors(app: Flask) -> None:
    """Turn every refusal and fault into a page."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_failed)
    if not app.testing:
        app.register_error_handler(Exception, _fault)


def error_page(status: int, title: str, sentence: str) -> tuple[ResponseValue, int]:
    """Return the page for something that went otherwise than hoped, with its status."""
    if is_for_a_program():
        return problem_of_status(status), status
    return render_template("error.html", title=title, sentence=sentence), status


def _refused(refusal: Refusal) -> ResponseReturnValue:
    return error_page(refusal.status, refusal.title, refusal.sentence)


def _form_too_old(_error: CSRFError) -> ResponseReturnValue:
    return error_page(
        400,
        text("Please try once more"),
        text("This page was open for a long time. Go back, reload the page and try again."),
    )


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    title, sentence = _words(error.code or 500)
    body, status = error_page(error.code or 500, title, sentence)
    headers = Headers(error.get_headers())
    headers.remove("Content-Type")
    return body, status, headers


def _words(status: int) -> tuple[str, str]:
    if status in (404, 410):
        return (
            text("We cannot find this page"),
            text("Perhaps the address was not copied completely. Call us and we will help you."),
        )
    if status in (401, 403):
        return text("This page is not for you"), text("Sign in with another account, or call us.")
    if status == 429:
        return text("Please wait a moment"), text("There were many tries. Try again in a minute.")
    if status >= 500:
        return (
            text("Something went wrong here"),
            text("We are sorry. Nothing was lost. Try again in a moment, or call us."),
        )
    return text("We did not understand that"), text("Go back and try again, or call us.")


def _database_failed(error: OperationalError) -> ResponseReturnValue:
    if not is_ended_for_another(error):
        return _database_busy(error)
    try:
        return repeated(current_app.dispatch_request, error)
    except OperationalError as last:
        return _database_busy(last)
    except Exception as other:
        return current_app.handle_user_exception(other)


def _database_busy(error: OperationalError) -> ResponseReturnValue:
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return _fault(error)  # SQLite's word for a statement that is wrong: waiting does not help
    log.error("database unavailable", endpoint=request.endpoint, kind=type(error.orig).__name__)
    _ask_no_more_who_reads()
    body, status = error_page(503, *_words(503))
    return body, status, Headers({"Retry-After": "10"})


def _fault(error: Exception) -> ResponseReturnValue:
    log.error("fault", endpoint=request.endpoint, exc_info=error)
    _ask_no_more_who_reads()
    return error_page(500, *_words(500))


def _ask_no_more_who_reads() -> None:
    """Templates know `current_user`; loading it once more may be the very thing that fails."""
    g._login_user = AnonymousUserMixin()
