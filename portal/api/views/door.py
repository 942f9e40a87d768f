"""Who may ask: a program with a live key, and only about the customers that the key opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from flask import g, request

from portal import clock
from portal.access.guards import Guard
from portal.access.keys import actor_of, is_to_be_noted, key_behind, note_use
from portal.database import db, transaction
from portal.limits import CALLS, GUESSES, asker, limiter
from portal.problems import Problem
from portal.texts import spoken_to

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Caller:
    """The program that asks: as the audit trail writes it, and its branch; None for all."""

    actor: str
    branch_id: int | None

    def opens(self, branch_id: int) -> bool:
        """Return whether the key opens the customers of a branch."""
        return self.branch_id in (None, branch_id)


def by_key(view: Callable[P, R]) -> Callable[P, R]:
    """Let in a program with a live key, whoever else is signed in; it is answered in English.

    What is about a customer is said in the customer's own language: see `about`.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        with spoken_to("en"):
            _let_in()
            return view(*args, **kwargs)

    guarded.guard = Guard(frozenset(), by_key=True)  # type: ignore[attr-defined]
    return guarded


def current_caller() -> Caller:
    """Return the program that asks, inside a view that is guarded by key."""
    caller: Caller = g.api_caller
    return caller


def _let_in() -> None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise _stranger("key_missing", "Send your key in the header: Authorization: Bearer …")
    key = key_behind(db.session(), secret.strip())
    if key is None:
        raise _stranger("key_unknown", "We do not know this key, or it was revoked.")
    g.api_caller = Caller(actor_of(key), key.branch_id)
    structlog.contextvars.bind_contextvars(program=_actor())
    with limiter.shared_limit(CALLS, scope="api", key_func=_actor):
        if is_to_be_noted(key, now := clock.now()):
            key_id = key.id
            with transaction() as session:
                note_use(session, key_id, now)


def _actor() -> str:
    """Return who is counted, found by the request: all threads share the limit of one line."""
    return current_caller().actor


def _stranger(code: str, detail: str) -> Problem:
    """Return the refusal of who has no live key, after counting one more try from its network.

    Neighbours with a live key are not counted: nobody's wrong key closes their door.
    """
    with limiter.shared_limit(GUESSES, scope="api-key", key_func=asker):
        return Problem(401, code, detail)
