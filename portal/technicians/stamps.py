"""Marks a branch when anything changes that decides who works there.

Pages keep a branch's roster in memory for as long as the mark stays the same. The marks are drawn,
not counted: one that is rolled back never comes again with another meaning.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from portal.regions.models import Branch
from portal.technicians.models import Absence, Certificate, Shift, Technician

CHANGES = ("after_insert", "after_update", "after_delete")
BITS = 62  # a signed 64-bit column holds it


def mark_changes() -> None:
    """Let every change of a technician, shift, certificate or absence mark its branch."""
    for change in CHANGES:
        sa.event.listen(Technician, change, _of_technician)
        for table in (Shift, Certificate, Absence):
            sa.event.listen(table, change, _of_part)


def _of_technician(_mapper: object, connection: Connection, technician: Technician) -> None:
    before = sa.inspect(technician).attrs.branch_id.history.deleted or ()
    _mark(connection, Branch.id.in_({technician.branch_id, *_numbers(before)}))


def _of_part(_mapper: object, connection: Connection, part: Shift | Certificate | Absence) -> None:
    of_branch = sa.select(Technician.branch_id).where(Technician.id == part.technician_id)
    _mark(connection, Branch.id.in_(of_branch))


def _mark(connection: Connection, which: sa.ColumnElement[bool]) -> None:
    connection.execute(sa.update(Branch).where(which).values(roster_stamp=secrets.randbits(BITS)))


def _numbers(values: Iterable[object]) -> set[int]:
    return {value for value in values if isinstance(value, int)}
