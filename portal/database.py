"""One code for SQLite and PostgreSQL: base class, column types, the writing transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

SQLITE_BUSY_MS = 20_000  # docs/decisions/0003: writers queue, they do not fail
POSTGRESQL_LOCK_TIMEOUT = "5s"
AFTER_COMMIT = "tijdvenster.after_commit"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: stored in UTC, returned aware; a naive value is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC; raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return the moment, aware, in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Base(DeclarativeBase):
    """Parent of every table; constraint names are the same on every database."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime()}


db = SQLAlchemy(metadata=Base.metadata)


def init_database(app: Flask) -> None:
    """Let the application use the database; sessions end with their context, whatever happens."""
    db.init_app(app)
    app.teardown_appcontext(_end_session)


def _end_session(_error: BaseException | None) -> None:
    """End the session without a word: the answer is made, and what had to be kept is committed.

    A server that goes away just now fails the rollback, and that would spoil a good answer.
    """
    try:
        db.session.remove()
    except OperationalError:
        db.session().invalidate()


def enum_column(values: type[Enum]) -> sa.Enum:
    """Return a column type that keeps an enum's values as text, checked by the database."""
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=True,
        length=20,
        name=values.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class PendingChanges(Exception):
    """A writing transaction was asked for while unsaved changes were waiting in the session."""


@contextmanager
def transaction() -> Iterator[Session]:
    """Yield the session inside one writing transaction: committed at the end, else rolled back.

    Rows loaded before are forgotten and read afresh, so that decisions rest on what is true now.
    On SQLite the transaction takes the write lock at once (BEGIN IMMEDIATE).
    """
    session: Session = db.session()
    if session.new or session.dirty or session.deleted:
        raise PendingChanges
    session.rollback()
    session.info[AFTER_COMMIT] = {}
    session.connection(execution_options={"write": True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    for call in session.info.pop(AFTER_COMMIT).values():
        call()


def after_commit(session: Session, name: str, call: Callable[[], None]) -> None:
    """Let something be done once the transaction is certain; the same name is done once."""
    session.info.setdefault(AFTER_COMMIT, {})[name] = call


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: object) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None  # SQLAlchemy's "begin" event below writes BEGIN itself
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            f"busy_timeout={SQLITE_BUSY_MS}",
            "synchronous=FULL",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    writes = _writes(connection)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{POSTGRESQL_LOCK_TIMEOUT}'")


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("write", False))


def insert_if_new(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that passes over rows which somebody else inserted first."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()
