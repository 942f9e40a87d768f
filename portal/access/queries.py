"""Who colleagues are, and programs that act for them."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import ApiKey, StaffMember


def colleague_names(session: Session, actors: Collection[str]) -> dict[str, str]:
    """Return the names of those actors of the audit trail ('staff:3') who are colleagues."""
    ids = {actor: int(number) for actor in actors if (number := staff_number(actor))}
    found = sa.select(StaffMember).where(StaffMember.id.in_(ids.values()))
    names = {one.id: one.name for one in session.scalars(found)} if ids else {}
    return {actor: names[number] for actor, number in ids.items() if number in names}


def program_names(session: Session, actors: Collection[str]) -> dict[str, str]:
    """Return the names of those actors ('api_key:3') who are programs with a key."""
    ids = {one: int(number) for one in actors if (number := _number(one, "api_key"))}
    found = sa.select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(ids.values()))
    names = dict(session.execute(found).all()) if ids else {}
    return {actor: f"{names[number]} (API)" for actor, number in ids.items() if number in names}


def staff_number(actor: str) -> str:
    """Return the digits of 'staff:3', "" for an actor who is no colleague."""
    return _number(actor, "staff")


def _number(actor: str, wanted: str) -> str:
    kind, _, number = actor.partition(":")
    return number if kind == wanted and number.isdigit() else ""
