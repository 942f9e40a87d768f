"""What every test has at hand: settings, a clock, the portal, its database, and a careful visitor.

Given-data comes from `tests/factories.py`. Tests marked `heart` run on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy.orm import Session
from xdist.scheduler import LoadScopeScheduling

from portal import clock as portal_clock
from portal.application import create_app
from portal.clock import AMSTERDAM
from portal.database import db
from portal.limits import limiter
from portal.planning.horizon import forget_horizon
from portal.settings import Settings
from tests.databases import READY_POSTGRESQL, empty_tables, make_tables, postgresql_database
from tests.visitor import Visitor

MONDAY_NOON = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)
# The same examples in every run, however slow the machine is. `--hypothesis-profile=searching`
# draws new ones: what it finds becomes an explicit example.
hypothesis_settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile(
    "searching", derandomize=False, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")

OUTSIDE_SERVICES = ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "IMAP_URL", "OSRM_URL")


def pytest_configure(config: pytest.Config) -> None:
    """Let no setting of the machine reach a test."""
    for name in list(os.environ):
        ours = name in OUTSIDE_SERVICES or name.startswith("TIJDVENSTER_")
        if ours and name != READY_POSTGRESQL:
            del os.environ[name]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `heart` on both databases, all else on SQLite."""
    if "database_url" in metafunc.fixturenames:
        heart = metafunc.definition.get_closest_marker("heart")
        kinds = ["sqlite", "postgresql"] if heart else ["sqlite"]
        metafunc.parametrize("database_url", kinds, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: begun last, one process would wait a minute for the other."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/walkthrough/"))


class BrowserTogether(LoadScopeScheduling):
    """Spreads tests over processes one by one, but those that drive a browser go to one process.

    Marks would do, but pytest-xdist 3.8 writes groups where pytest 9.2 no longer reads them.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BrowserTogether:
    """Two browsers at once would only wait for each other."""
    return BrowserTogether(config, log)


class SettableClock:
    """The portal's clock, standing still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment.astimezone(portal_clock.UTC)

    def set(self, moment: datetime) -> None:
        """Make it this moment (aware)."""
        self.moment = moment

    def forward(self, **duration: float) -> None:
        """Let time pass: `clock.forward(minutes=10)`."""
        self.moment = self.moment.astimezone(portal_clock.UTC) + timedelta(**duration)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def connect_near(self: socket.socket, address: Any) -> None:
        near = self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1", "localhost")
        if not near:
            pytest.fail(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_near)


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """The name of this test process under xdist, `main` without it."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def postgresql_url(worker: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of this process's own."""
    with postgresql_database(worker) as url:
        yield url


@pytest.fixture(scope="session")
def _test_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal")


@pytest.fixture
def database_url(request: pytest.FixtureRequest, _test_folder: Path) -> str:
    """The URL of the database of this test: see `pytest_generate_tests`."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{_test_folder / 'test.sqlite3'}"


@pytest.fixture
def settings(database_url: str, _test_folder: Path) -> Settings:
    """Settings for a test. To change one, override this fixture with `settings.model_copy(...)`."""
    data_dir = _test_folder / "data"
    shutil.rmtree(data_dir, ignore_errors=True)
    return Settings(
        testing=True, secret_key="t" * 48, data_dir=data_dir, log_level="WARNING",
        DATABASE_URL=database_url,
    )  # fmt: skip


@pytest.fixture
def clock() -> SettableClock:
    """The portal's clock: Monday 1 March 2027, 12:00 in Amsterdam, until the test sets it."""
    return SettableClock(MONDAY_NOON)


@pytest.fixture(scope="session")
def _made_apps() -> Iterator[dict[str, Flask]]:
    made: dict[str, Flask] = {}
    yield made
    for portal in made.values():
        with portal.app_context():
            db.engine.dispose()


@pytest.fixture
def app(settings: Settings, clock: SettableClock, _made_apps: dict[str, Flask]) -> Iterator[Flask]:
    """The portal on an empty database; equal settings share one, its configuration is restored."""

    key = settings.model_dump_json()
    if key not in _made_apps:
        _made_apps[key] = create_app(settings, clock)
        with _made_apps[key].app_context():
            prepare_for_tests(db.engine)
            make_tables(db.engine)
    portal = _made_apps[key]
    portal_clock.set_clock(portal, clock)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    configuration = dict(portal.config)
    limiter.enabled = not settings.testing  # one for all apps: another one may have changed it
    with portal.app_context():
        empty_tables(db.engine)
        forget_horizon()
    yield portal
    portal.config.clear()
    portal.config.update(configuration)


def prepare_for_tests(engine: sa.Engine) -> None:
    """Spare SQLite the waiting for a disk: what a test writes need not survive a power cut."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(
            engine, "connect", lambda dbapi, _record: dbapi.execute("PRAGMA synchronous=OFF")
        )


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The database session, inside an application context; nothing of it outlives the test."""
    with app.app_context():
        yield db.session()
        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> Visitor:
    """A visitor with a browser that checks every page it gets: see `tests/visitor.py`."""
    return Visitor(app)


@pytest.fixture
def make_client(app: Flask) -> Callable[[], Visitor]:
    """Return new visitors, each with cookies of their own."""
    return lambda: Visitor(app)
