"""What may be ticked, what was ticked, and what of it is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.booking.models import SelectedOpening, Selection, SelectionState
from portal.booking.offering.offer import Offer
from portal.booking.offering.offers import Holds, offer_with_holds
from portal.booking.queries import holds_of
from portal.customers.models import Address, Boiler, Visit
from portal.planning.choosing import Ticked
from portal.planning.models import HoldKind, Stop
from portal.planning.windows import Window

OWN_CHOICE = (HoldKind.CHOICE, HoldKind.SELECTION)


@dataclass(frozen=True, slots=True)
class DueSelection:
    """An open selection of which the moment has come."""

    selection_id: int
    branch_id: int
    ticked: Ticked


def open_selection(session: Session, visit_id: int) -> Selection | None:
    """Return the selection of a visit that waits for its moment, or None."""
    return session.scalar(
        sa.select(Selection).where(
            Selection.visit_id == visit_id, Selection.state == SelectionState.OPEN
        )
    )


def last_selection(session: Session, visit_id: int) -> Selection | None:
    """Return the newest selection of a visit, whatever became of it, or None."""
    newest = sa.select(Selection).where(Selection.visit_id == visit_id)
    return session.scalar(newest.order_by(Selection.id.desc()).limit(1))


def ticked_openings(session: Session, selection: Selection) -> set[int]:
    """Return the ids of the openings that a selection names now."""
    named = sa.select(SelectedOpening.opening_id).where(
        SelectedOpening.selection_id == selection.id
    )
    return set(session.scalars(named))


def selection_hold(session: Session, visit: Visit) -> Stop | None:
    """Return the stop that is the witness of a visit's selection, or None."""
    held = holds_of(session, visit)
    return next((stop for stop in held if stop.hold_kind is HoldKind.SELECTION), None)


def tickable(session: Session, visit: Visit, at: datetime) -> Offer:
    """Return the windows of which each could still be booked at the deciding moment.

    What was chosen or ticked before takes no room from it: a new selection gives that back. What is
    held for another reason, and longer, can be ticked whatever else is true.
    """
    return offer_with_holds(session, visit, at, None, _holds(session, visit, at))


def due_selections(session: Session, now: datetime | None) -> Sequence[DueSelection]:
    """Return the open selections whose moment has come, or all (None), by branch and age."""
    wanted = sa.select(Selection).where(Selection.state == SelectionState.OPEN)
    if now is not None:
        wanted = wanted.where(Selection.decide_at <= now)
    found = session.scalars(
        wanted.order_by(Selection.id).options(
            selectinload(Selection.openings),
            joinedload(Selection.visit)
            .joinedload(Visit.boiler)
            .joinedload(Boiler.address)
            .joinedload(Address.customer),
        )
    )
    due = [
        DueSelection(one.id, one.visit.customer.branch_id, Ticked(one.visit_id, windows_of(one)))
        for one in found
    ]
    return sorted(due, key=lambda one: one.branch_id)


def windows_of(selection: Selection) -> Mapping[int, Window]:
    """Return the ticked windows in order of time, by the id of each one's opening."""
    return {
        one.id: Window(one.date, one.window_start, one.window_end) for one in selection.openings
    }


def _holds(session: Session, visit: Visit, at: datetime) -> Holds:
    held = holds_of(session, visit)
    given_back = tuple(stop for stop in held if stop.hold_kind in OWN_CHOICE)
    kept = {
        Window(stop.day_plan.date, stop.window_start, stop.window_end): stop
        for stop in held
        if stop not in given_back and stop.held_until is not None and stop.held_until > at
    }
    return Holds(kept=kept, given_back=given_back)
