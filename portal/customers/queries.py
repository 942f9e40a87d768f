"""What is known about customers, their boilers and visits."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from portal.cells import email, phone
from portal.customers.models import Address, Boiler, Customer, Visit, VisitState
from portal.tabular import BadCell

POSTCODE_AND_NUMBER = re.compile(r"([1-9]\d{3})\s*([A-Za-z]{2})(?:[\s,]*(\d{1,5})\D*)?")
WITH_PLACE_OF_VISIT = (
    joinedload(Visit.boiler)
    .joinedload(Boiler.address)
    .options(joinedload(Address.customer), joinedload(Address.region))
)


def open_visits(
    session: Session, branch_id: int, region_id: int | None = None, due_until: date | None = None
) -> list[Visit]:
    """Return the branch's open visits with place, customer and region loaded, soonest due first."""
    wanted = _visits_of_branch(branch_id).order_by(Visit.due_on, Visit.id)
    if region_id is not None:
        wanted = wanted.where(Address.region_id == region_id)
    if due_until is not None:
        wanted = wanted.where(Visit.due_on <= due_until)
    return list(session.scalars(wanted))


def visit_with_everything(session: Session, visit_id: int) -> Visit | None:
    """Return a visit with boiler, address, customer and region loaded in one query, or None."""
    wanted = sa.select(Visit).where(Visit.id == visit_id).options(WITH_PLACE_OF_VISIT)
    return session.scalar(wanted)


def visits_waiting_for_place(
    session: Session, branch_id: int, limit: int | None = None
) -> list[Visit]:
    """Return the open visits that cannot be planned until the desk places their address."""
    wanted = _visits_of_branch(branch_id).where(_without_place())
    return list(session.scalars(wanted.order_by(Visit.due_on, Visit.id).limit(limit)))


def number_waiting_for_place(session: Session, branch_id: int) -> int:
    """Return how many open visits of a branch wait for the desk to place their address."""
    wanted = (
        sa.select(sa.func.count(Visit.id))
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(Customer.branch_id == branch_id, Visit.state == VisitState.OPEN, _without_place())
    )
    return session.scalar(wanted) or 0


def addresses_without_place(session: Session, branch_id: int) -> list[Address]:
    """Return the branch's addresses that miss coordinates or a region."""
    wanted = (
        sa.select(Address)
        .join(Address.customer)
        .where(Customer.branch_id == branch_id, _without_place())
    )
    return list(session.scalars(wanted))


def customers_found(
    session: Session, branch_id: int, words: str, limit: int = 50
) -> list[Customer]:
    """Return the customers that fit what somebody says, by name, with their addresses loaded.

    `words` may be a mail address, a postcode with or without house number, a telephone number, a
    customer number, or parts of a name in any order.
    """
    words = " ".join(words.split())
    if not words:
        return []
    wanted = (
        sa.select(Customer)
        .where(Customer.branch_id == branch_id)
        .order_by(Customer.name, Customer.id)
        .limit(limit)
        .options(selectinload(Customer.addresses))
    )
    numbered = session.scalars(wanted.where(Customer.number == words)).all()
    return list(numbered or session.scalars(wanted.where(_fits(words))))


def _visits_of_branch(branch_id: int) -> sa.Select[Visit]:
    return (
        sa.select(Visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(Customer.branch_id == branch_id, Visit.state == VisitState.OPEN)
        .options(
            contains_eager(Visit.boiler)
            .contains_eager(Boiler.address)
            .options(contains_eager(Address.customer), joinedload(Address.region))
        )
    )


def _without_place() -> sa.ColumnElement[bool]:
    return sa.or_(Address.lat.is_(None), Address.lon.is_(None), Address.region_id.is_(None))


def _fits(words: str) -> sa.ColumnElement[bool]:
    """Return the condition for what the words look like; all but names are indexed."""
    if "@" in words:
        return Customer.email == _or_as_typed(email, words)
    if place := POSTCODE_AND_NUMBER.fullmatch(words):
        return _lives_at(f"{place[1]}{place[2].upper()}", place[3])
    if re.fullmatch(r"[+()\d\s.\-/]+", words):
        return Customer.phone == _or_as_typed(phone, words)
    return sa.and_(*(_named(word) for word in words.split()))


def _or_as_typed(read: Any, words: str) -> str:
    try:
        return str(read(words))
    except BadCell:
        return words


def _lives_at(postcode: str, house_number: str | None) -> sa.ColumnElement[bool]:
    living = sa.select(Address.customer_id).where(Address.postcode == postcode)
    if house_number:
        living = living.where(Address.house_number == house_number)
    return Customer.id.in_(living)


def _named(word: str) -> sa.ColumnElement[bool]:
    """Match a part of the name; SQLite folds only a to z, so others are tried in three ways."""
    ways = {word} if word.isascii() else {word, word.lower(), word.capitalize()}
    return sa.or_(*(Customer.name.icontains(way, autoescape=True) for way in sorted(ways)))
