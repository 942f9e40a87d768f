"""The two databases that tests run on, and how they are emptied between tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.database import Base

READY_POSTGRESQL = "TIJDVENSTER_TEST_POSTGRESQL"  # a URL of a server on which we may make databases
MISSING = "PostgreSQL is not installed: apt-get install postgresql, or set " + READY_POSTGRESQL


@contextmanager
def postgresql_database(worker: str) -> Iterator[str]:
    """Yield the URL of an empty database of this test worker's own."""
    ready = os.environ.get(READY_POSTGRESQL)
    if ready:
        yield fresh_database(ready, f"tijdvenster_{worker}")
        return
    programs = _server_programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with _own_server(programs) as folder:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"


def _server_programs() -> Path | None:
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name)
    )
    if versions:
        return versions[-1]
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def _own_server(programs: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tv-pg-", dir="/tmp"))  # a socket's path must be short
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    options = (
        f"-c listen_addresses='' -k {folder} -c fsync=off"
        " -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
    )
    control = [programs / "pg_ctl", "-D", data, "-l", folder / "log"]
    try:
        _as_postgres(
            programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        _as_postgres(*control, "-w", "start", "-o", options)
        yield folder
    finally:
        _as_postgres(*control, "-m", "immediate", "stop", must=False)
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(*command: str | Path, must: bool = True) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*prefix, *map(str, command)], check=must, cwd="/", stdout=subprocess.DEVNULL, timeout=60
    )


def fresh_database(url: str, name: str) -> str:
    """Return the URL of a new, empty database on the server of `url`."""
    server = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


def make_tables(engine: sa.Engine) -> None:
    """Create every table on an engine of which the database may still hold older ones."""
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)


def empty_tables(engine: sa.Engine) -> None:
    """Delete every row, and let keys count from 1 again."""
    if engine.dialect.name == "sqlite":
        _empty_sqlite(engine)
        return
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        _empty_postgresql(connection)


def _empty_postgresql(connection: sa.Connection) -> None:
    """Truncating makes new files for every table and index: a row here and there goes faster."""
    tables = [table.name for table in Base.metadata.sorted_tables]
    filled = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables
    )
    numbered = connection.exec_driver_sql(
        "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
    ).scalars()
    restarts = [f"setval('\"{name}\"', 1, false)" for name in numbered]
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # in any order
    deletes = [f'DELETE FROM "{name}"' for name in connection.exec_driver_sql(filled).scalars()]
    for statement in [*deletes, *(["SELECT " + ", ".join(restarts)] if restarts else [])]:
        connection.exec_driver_sql(statement)


def _empty_sqlite(engine: sa.Engine) -> None:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
        cursor.execute("BEGIN IMMEDIATE")
        for table in Base.metadata.sorted_tables:
            cursor.execute(f'DELETE FROM "{table.name}"')
        cursor.execute("COMMIT")
        cursor.execute("PRAGMA foreign_keys=ON")
    finally:
        connection.close()
