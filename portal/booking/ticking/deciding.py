"""The evening batch: every selection whose moment has come gets one of its windows.

The choice is made for all together, outside every transaction; then each window is confirmed in a
short transaction of its own, by the ordinary action. A batch that dies half-way has decided those
that it has decided, and the next one goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import groupby

import structlog
from sqlalchemy.exc import OperationalError

from portal.booking.actions.selections import decide, give_up
from portal.booking.circumstances import Circumstances
from portal.booking.errors import WITH_ALTERNATIVES
from portal.booking.links import path_to_choose_again
from portal.booking.models import Selection
from portal.booking.offering.offers import offer_for
from portal.booking.ticking.selecting import DueSelection, due_selections
from portal.database import db, transaction
from portal.planning.choosing import Choosing, choose, holds_for_selections
from portal.planning.windows import Window
from portal.rounds import one_by_one
from portal.site import Site

BY = "selection"  # who books, in the audit trail
SECONDS = 10.0  # of searching for each branch; some hundred people find most of it in five

log = structlog.get_logger(__name__)


class Outcome(Enum):
    """What came of one window for one selection; left is what was settled or changed meanwhile."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    LEFT = "left"


@dataclass(slots=True)
class Decided:
    """What a batch did: ids of the selections that got what was chosen for them, another of their
    windows, or none; and the travel in seconds of all days with what was held, and as chosen.
    """

    as_chosen: list[int] = field(default_factory=list)
    otherwise: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    held_travel_s: int = 0
    travel_s: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """When and in whose name is decided, the key of personal links, and how long to search."""

    now: datetime
    site: Site
    signing_key: str
    seconds: float = SECONDS
    seed: int = 0

    @property
    def circumstances(self) -> Circumstances:
        """As what the bookings are made."""
        return Circumstances(self.now, BY, self.site)


def decide_due(batch: Batch) -> Decided:
    """Decide every selection whose moment has come, branch by branch.

    One that the database is too busy for is left to the next batch, a minute later.
    """
    done = Decided()
    due = dict(by_branch(due_selections(db.session(), batch.now)))
    one_by_one(due, lambda branch_id: _decide_in_branch(branch_id, due[branch_id], batch, done))
    return done


def by_branch(due: Iterable[DueSelection]) -> list[tuple[int, list[DueSelection]]]:
    """Return the selections of each branch."""
    grouped = groupby(due, key=lambda one: one.branch_id)
    return [(branch_id, list(of_branch)) for branch_id, of_branch in grouped]


def chosen_for(branch_id: int, due: Sequence[DueSelection], batch: Batch) -> Choosing:
    """Return what would be chosen for these selections of a branch now; nothing is written."""
    ticked = [one.ticked for one in due]
    return choose(branch_id, ticked, seconds=batch.seconds, seed=batch.seed)


def _decide_in_branch(
    branch_id: int, due: Sequence[DueSelection], batch: Batch, done: Decided
) -> None:
    chosen = _chosen_if_possible(branch_id, due, batch)
    done.held_travel_s += chosen.held_travel_s
    done.travel_s += chosen.travel_s
    left = _confirm_as_chosen(due, chosen, batch, done)
    one_by_one(left, lambda one: _settle_otherwise(one, batch, done))


def _chosen_if_possible(branch_id: int, due: Sequence[DueSelection], batch: Batch) -> Choosing:
    """Return what is chosen for all; nothing when that fails, and everybody gets what is held.

    They were promised to hear this evening, and what is held can be kept without any choosing.
    """
    try:
        return chosen_for(branch_id, due, batch)
    except OperationalError:
        raise
    except Exception:
        db.session.rollback()
        log.exception("nothing chosen", branch=branch_id)
        return Choosing()


def _confirm_as_chosen(
    due: Sequence[DueSelection], chosen: Choosing, batch: Batch, done: Decided
) -> list[DueSelection]:
    """Confirm what was chosen, and return those for whom that was not possible.

    Somebody's window may be full until another one has left it: as long as any is confirmed, the
    rest are tried again.
    """
    left, before = list(due), len(due) + 1
    while left and len(left) < before:
        before = len(left)
        left = [one for one in left if not _confirmed(one, chosen, batch, done)]
    return left


def _confirmed(one: DueSelection, chosen: Choosing, batch: Batch, done: Decided) -> bool:
    opening_id = chosen.openings.get(one.ticked.visit_id)
    outcome = Outcome.REFUSED if opening_id is None else _try(one.selection_id, opening_id, batch)
    if outcome is Outcome.CONFIRMED:
        done.as_chosen.append(one.selection_id)
    return outcome is not Outcome.REFUSED


def _settle_otherwise(one: DueSelection, batch: Batch, done: Decided) -> None:
    """Confirm the window that is held, else any other that is ticked, else say sorry."""
    db.session.rollback()
    held = holds_for_selections(db.session(), [one.ticked.visit_id])
    first = [hold.opening_id for hold in held.values()]
    for opening_id in dict.fromkeys((*first, *one.ticked.windows)):
        outcome = _try(one.selection_id, opening_id, batch)
        if outcome is Outcome.CONFIRMED:
            done.otherwise.append(one.selection_id)
        if outcome is not Outcome.REFUSED:
            return
    if _gave_up(one.selection_id, batch):
        done.broken.append(one.selection_id)
        log.error("selection broken", selection=one.selection_id)


def _try(selection_id: int, opening_id: int, batch: Batch) -> Outcome:
    """Confirm one window in a transaction of its own."""
    try:
        with transaction() as session:
            selection = session.get_one(Selection, selection_id)
            booked = decide(session, selection, opening_id, batch.circumstances)
            return Outcome.LEFT if booked is None else Outcome.CONFIRMED
    except WITH_ALTERNATIVES:
        return Outcome.REFUSED
    except OperationalError as busy:
        log.warning("selection left", selection=selection_id, kind=type(busy.orig).__name__)
        return Outcome.LEFT
    except Exception:  # what should not be; it must not keep the others waiting
        log.exception("selection left", selection=selection_id)
        return Outcome.LEFT


def _gave_up(selection_id: int, batch: Batch) -> bool:
    others = _other_windows(selection_id, batch.now)
    with transaction() as session:
        selection = session.get_one(Selection, selection_id)
        again = path_to_choose_again(session, selection.visit_id, batch.signing_key)
        return give_up(session, selection, batch.circumstances, others, again)


def _other_windows(selection_id: int, now: datetime) -> tuple[Window, ...]:
    session = db.session()
    visit = session.get_one(Selection, selection_id).visit
    return offer_for(session, visit, now).examples
