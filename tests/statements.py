"""The SQL statements that something takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from portal.database import db


@contextmanager
def counted() -> Iterator[list[str]]:
    """Yield the list in which every query or change executed inside is written down."""
    found: list[str] = []

    def write_down(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(" ".join(statement.split()))

    sa.event.listen(db.engine, "before_cursor_execute", write_down)
    try:
        yield found
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", write_down)
