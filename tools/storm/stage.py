"""Where a storm takes place: a fresh database of either kind, a branch in it, the portal served."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from flask import Flask

from portal.clock import system_time
from portal.database import db
from tools.storm.portal import Place, Portal, prepared, serving
from tools.storm.postgresql import Server, own_server
from tools.storm.world import Size, World, make_world

WORKERS = 4  # on PostgreSQL; SQLite is run with one process


class Kind(Enum):
    """The database on which the storm is let loose."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True)
class Stage:
    """A portal before people: `app` looks behind the scenes, `server` is PostgreSQL's."""

    app: Flask
    world: World
    portal: Portal
    server: Server | None = None


@contextmanager
def stage(
    kind: Kind,
    size: Size,
    seed: int,
    wsgi: str = "wsgi:app",
    more: Mapping[str, str] | None = None,
) -> Iterator[Stage]:
    """Yield a served portal with an invented branch; everything goes at the end."""
    with tempfile.TemporaryDirectory(prefix="tv-storm-") as name, database(kind) as (url, server):
        folder = Path(name)
        place = Place(
            folder,
            url or f"sqlite:///{folder / 'storm.sqlite3'}",
            workers=1 if server is None else WORKERS,
            wsgi=wsgi,
            more=more or {},
        )
        app = prepared(place)
        world = make_world(app, size, system_time(), random.Random(seed))
        try:
            with serving(place) as portal:
                yield Stage(app, world, portal, server)
        finally:
            with app.app_context():
                db.engine.dispose()


@contextmanager
def database(kind: Kind) -> Iterator[tuple[str, Server | None]]:
    """Yield a URL and its server, or "" and None: SQLite's file lies in the portal's folder."""
    if kind is Kind.SQLITE:
        yield "", None
        return
    with own_server() as server:
        yield server.url, server
