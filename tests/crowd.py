"""Many callers at one moment: each in a thread of its own, all let go together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from portal.database import db
from portal.errors import Refusal

T = TypeVar("T")


def all_at_once(app: Flask, calls: Sequence[Callable[[], T]]) -> list[T]:
    """Return what each call returned, in their order; raises what the first one raised."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        with app.app_context():
            start.wait(timeout=60)
            try:
                return call()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def at_once(app: Flask, calls: Sequence[Callable[[], str]]) -> Counter[str]:
    """Return how often each answer was given; a refusal's answer is its name."""
    return Counter(all_at_once(app, [_answering(call) for call in calls]))


def _answering(call: Callable[[], str]) -> Callable[[], str]:
    def answer() -> str:
        try:
            return call()
        except Refusal as refusal:
            return type(refusal).__name__

    return answer
