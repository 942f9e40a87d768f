"""One line of JSON per event: what happened and the ids, never names, addresses or tokens."""

from __future__ import annotations

import logging
import sys
import time
import traceback
import uuid
from types import TracebackType

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError

from portal.settings import Settings

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def init_logs(app: Flask, settings: Settings) -> None:
    """Send our events and the libraries' through one JSON line format to standard error."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    if not settings.testing:
        root.handlers = [_json_handler()]
    root.setLevel(settings.log_level.upper())
    app.log_exception = _log_fault  # type: ignore[assignment,method-assign]  # its own tells the path
    app.before_request(_start)
    app.after_request(_log_request)


def _json_handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(traceback_without_values),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    return handler


def traceback_without_values(exc_info: ExcInfo) -> str:
    """Return the frames of an error and of what led to it, without values of the database's rows.

    PostgreSQL quotes them in its messages and SQLAlchemy repeats those, parameters hidden or not.
    """
    told: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        frames = "".join(traceback.format_tb(error.__traceback__))
        told.insert(0, f"{frames}{type(error).__module__}.{type(error).__name__}: {_words(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nled to\n".join(told)


def _words(error: BaseException) -> str:
    if isinstance(error, DBAPIError):
        return error.statement or ""
    if hasattr(error, "sqlstate"):  # psycopg
        return f"{error.sqlstate} {error.diag.constraint_name or ''}"  # type: ignore[attr-defined]
    return str(error)


def _log_fault(fault: ExcInfo) -> None:
    log = structlog.get_logger("portal.request")
    log.error("fault outside a page", endpoint=request.endpoint, exc_info=fault)


def _start() -> None:
    g.started = time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex[:12])


def _log_request(response: Response) -> Response:
    structlog.get_logger("portal.request").info(
        "request",
        method=request.method,
        endpoint=request.endpoint,  # never the path: it may hold a personal link's token
        status=response.status_code,
        ms=round((time.monotonic() - g.get("started", time.monotonic())) * 1000, 1),
    )
    return response
