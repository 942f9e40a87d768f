"""The portal as `make run` starts it, with a small demo that is loaded once for all tests."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from portal.database import db
from portal.demo.load import load_demo
from portal.settings import Settings

BOILERS = 90


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings of a demo."""
    return settings.model_copy(update={"demo": True})


@pytest.fixture(scope="module")
def loaded_demo(tmp_path_factory):
    """A file in which the demo stays after the first test that loads it."""
    return tmp_path_factory.mktemp("demo") / "demo.sqlite3"


@pytest.fixture
def demo(session, clock, loaded_demo: Path):
    """The session of a database with the demo of the clock's day."""
    if loaded_demo.exists():
        copy(sqlite3.connect(loaded_demo), driver_connection())
    else:
        load_demo(clock(), boilers=BOILERS, solve_seconds=0)
        session.rollback()
        copy(driver_connection(), sqlite3.connect(loaded_demo))
    session.expire_all()
    return session


def driver_connection() -> sqlite3.Connection:
    """Return SQLite's own connection beneath the portal's database."""
    return db.engine.raw_connection().driver_connection


def copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Make one database equal to another."""
    source.backup(target)
