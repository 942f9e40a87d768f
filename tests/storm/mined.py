"""The portal with mines in it: a process that reaches the armed point kills itself with -9.

Whoever runs the test writes the name of a point into the file STORM_ARMED; the process that gets
there first takes the file away and dies. Every point is struck once per arming, so that the same
request tried again goes through. Served by gunicorn; commands use it by `--app tests.storm.mined`.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

import portal.booking.actions.appointments
import portal.planning.actions
from wsgi import app

__all__ = ["app"]

ARMED = Path(os.environ["STORM_ARMED"])
BEFORE_STATEMENT = {"between_admit_and_release": r"DELETE FROM stops"}
AFTER_STATEMENT = {
    "after_claim": r"UPDATE openings SET taken=\(openings.taken \+",
    "after_stop": r"INSERT INTO stops",
    "after_appointment": r"INSERT INTO appointments",
    "after_message": r"INSERT INTO outbox",
    "after_cancelled": r"UPDATE appointments SET",
    "after_hold": r"INSERT INTO stops",
    "after_expired_stop": r"DELETE FROM stops",
    "after_routes_taken_up": r"UPDATE stops SET position=\(-",
}


def strike(point: str) -> None:
    """Die here if this point is armed."""
    try:
        if ARMED.read_text() != point:
            return
        ARMED.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("write"))


@sa.event.listens_for(sa.Engine, "begin", insert=True)
def _begin(connection: Connection) -> None:
    if writes(connection):
        strike("before_begin")


@sa.event.listens_for(sa.Engine, "commit")
def _commit(connection: Connection) -> None:
    if writes(connection):
        strike("before_commit")


@sa.event.listens_for(Session, "after_commit")
def _committed(_session: Session) -> None:
    strike("after_commit")


@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def _before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    reached(BEFORE_STATEMENT, statement)


@sa.event.listens_for(sa.Engine, "after_cursor_execute")
def _after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    reached(AFTER_STATEMENT, statement)


def reached(points: dict[str, str], statement: str) -> None:
    for point, pattern in points.items():
        if re.match(pattern, statement):
            strike(point)


def mined(call: Callable[..., Any], point: str) -> Callable[..., Any]:
    @wraps(call)
    def called(*given: Any, **named: Any) -> Any:
        found = call(*given, **named)
        strike(point)
        return found

    return called


portal.planning.actions.lock_days = mined(portal.planning.actions.lock_days, "after_lock")
portal.booking.actions.appointments.lock_days = portal.planning.actions.lock_days
