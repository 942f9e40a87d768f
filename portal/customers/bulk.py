"""Rows by the thousand: read and written in batches, never one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.database import Base

BATCH = 5_000  # SQLite takes 32,766 values in a statement, PostgreSQL 65,535

Key = TypeVar("Key", bound=Hashable)
Values = dict[str, Any]


@dataclass(frozen=True)
class Tally:
    """How many rows were added and how many were changed."""

    added: int = 0
    changed: int = 0


def rows_among(
    session: Session,
    wanted: sa.Select[*tuple[Any, ...]],
    column: InstrumentedAttribute[Any],
    values: Collection[Any],
) -> Iterator[RowMapping]:
    """Yield the rows of a query whose `column` is one of many values."""
    ordered = sorted(values)
    for at in range(0, len(ordered), BATCH):
        batch = wanted.where(column.in_(ordered[at : at + BATCH]))
        yield from session.execute(batch).mappings()


def upsert(
    session: Session,
    model: type[Base],
    key_of: Callable[[RowMapping], Key],
    known: Mapping[Key, RowMapping],
    wanted: Mapping[Key, Values],
) -> tuple[dict[Key, int], Tally]:
    """Add rows whose key is not known and change those that differ; return every key's id.

    A value of None changes nothing and leaves a new row to the column's default.
    """
    ids = {key: row["id"] for key, row in known.items() if key in wanted}
    new = [said(values) for key, values in wanted.items() if key not in known]
    if new:
        # Not in the order of the values: SQLite would need a statement for each row.
        statement = sa.insert(model).returning(*sa.inspect(model).local_table.columns)
        rows = session.execute(statement, sorted(new, key=_shape)).mappings()
        ids.update({key_of(row): row["id"] for row in rows})
    changes = [
        {"id": known[key]["id"], **changed}
        for key, values in wanted.items()
        if key in known and (changed := differences(known[key], values))
    ]
    if changes:
        session.execute(sa.update(model), sorted(changes, key=_shape))
    return ids, Tally(len(new), len(changes))


def differences(row: RowMapping, values: Values) -> Values:
    """Return the values that say something else than the row."""
    return {name: value for name, value in said(values).items() if row[name] != value}


def said(values: Values) -> Values:
    """Return the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def _shape(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Order by which columns are there: equal ones side by side become one statement."""
    return tuple(sorted(values))
