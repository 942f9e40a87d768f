"""A round of a job: many things to do, each by itself, so that a bad one keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

from portal.database import db

One = TypeVar("One")
Result = TypeVar("Result")

log = structlog.get_logger(__name__)


def one_by_one(ones: Iterable[One], do: Callable[[One], Result]) -> list[Result]:
    """Return what `do` returned for each, in order, without those with which it failed.

    `do` commits by itself what it writes. A failure, of whatever kind, is rolled back and in the
    log: the others have their turn all the same, and the next round tries it again.
    """
    done = []
    for one in ones:
        try:
            done.append(do(one))
        except Exception:
            db.session.rollback()
            number = one if isinstance(one, int) else getattr(one, "appointment_id", None)
            log.exception("passed over", by=do.__qualname__, number=number)
    return done
