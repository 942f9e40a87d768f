"""Runs a request once more when the database ended its transaction to let another one go on.

Locks are taken in one order (docs/decisions/0003), so this is rare; the form's key makes it safe.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from time import sleep

import structlog
from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from portal.database import db

MOST_REPEATS = 3
LONGEST_WAIT_S = 0.2
ENDED_FOR_ANOTHER = frozenset({"40P01", "40001"})  # PostgreSQL: deadlock, serialization failure

log = structlog.get_logger(__name__)


def is_ended_for_another(error: OperationalError) -> bool:
    """Whether the database chose this transaction to be the one that gives way."""
    return getattr(error.orig, "sqlstate", None) in ENDED_FOR_ANOTHER


def repeated(
    answer: Callable[[], ResponseReturnValue], error: OperationalError
) -> ResponseReturnValue:
    """Return what `answer` returns after at most three repeats, each after a random short wait.

    Raises what the last repeat raised.
    """
    for repeat in range(1, MOST_REPEATS + 1):
        db.session.rollback()
        log.info("deadlock", endpoint=request.endpoint, repeat=repeat)
        sleep(random.uniform(0, LONGEST_WAIT_S * repeat))
        try:
            return answer()
        except OperationalError as again:
            if not is_ended_for_another(again):
                raise
            error = again
    raise error
