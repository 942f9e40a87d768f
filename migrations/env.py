"""How Alembic reaches the portal's database: one transaction, all or nothing.

Migrations are numbered files (`0001_first_tables.py`, revision 0001) that import nothing of the
portal, so that they stay what they were. `flask --app wsgi db migrate -m "what it does"` makes one.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.types import TypeDecorator

import portal
from portal.database import Base, db

ONE_AT_A_TIME = 7_270_271  # any number that nobody else locks; see PostgreSQL's advisory locks

for models in sorted(Path(portal.__path__[0]).glob("*/models.py")):
    import_module(f"portal.{models.parent.name}.models")


class BrokenReferences(Exception):
    """Rows point to rows that are gone: the migration is taken back."""


def plain_types(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Render column types that are ours or an extension's as the SQLAlchemy type they rest on."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def numbered(_context: MigrationContext, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Let the revision be the next number, and write no file when nothing changed."""
    [script] = scripts
    if script.upgrade_ops is not None and script.upgrade_ops.is_empty():
        scripts[:] = []
        return
    head = ScriptDirectory.from_config(context.config).get_current_head()
    script.rev_id = f"{int(head or 0) + 1:04}"


def run_migrations(connection: sa.Connection) -> None:
    """Run what is asked for in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=plain_types,
        process_revision_directives=numbered,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,  # Alembic thinks SQLite cannot; with our own BEGIN it can
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            refuse_broken_references(connection)


def refuse_broken_references(connection: sa.Connection) -> None:
    """Raise BrokenReferences when the rows of some table lost what they point to."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise BrokenReferences(sorted({row[0] for row in broken}))


def run() -> None:
    """Connect and migrate; on SQLite without foreign keys, because it rebuilds tables.

    Rebuilding a parent table with foreign keys on deletes its children where they cascade.
    """
    connection = db.engine.connect().execution_options(write=True)
    try:
        if connection.dialect.name == "sqlite":
            # Has no effect inside a transaction, so it goes past SQLAlchemy, which would begin one.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        run_migrations(connection)
    finally:
        connection.invalidate()  # the next user gets a connection with foreign keys on
        connection.close()


run()
