"""Rounds of a job that tells people something, with what may come between its look and its turn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.database import db


def after_the_look(
    monkeypatch: pytest.MonkeyPatch, job: ModuleType, look: str, then: Callable[[Session], object]
) -> None:
    """Let something happen when the job has looked whom to tell, before it tells anybody."""
    looks = getattr(job, look)

    def looked_first(session: Session, now: datetime) -> object:
        found = looks(session, now)
        then(session)
        return found

    monkeypatch.setattr(job, look, looked_first)


def both_look_first(monkeypatch: pytest.MonkeyPatch, job: ModuleType, look: str) -> None:
    """Let the job tell nobody before two rounds have looked."""
    both_looked = threading.Barrier(2)
    after_the_look(monkeypatch, job, look, lambda _session: both_looked.wait(timeout=60))


def two_at_once(app: Flask, tell: Callable[[int], tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what two rounds told, in threads of their own; each is given its number."""

    def run(number: int) -> tuple[int, int]:
        with app.app_context():
            try:
                return tell(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))
