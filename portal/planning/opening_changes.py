"""Opening and closing windows by hand. The reason goes into the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.planning.actions import lock_days, make_days
from portal.planning.errors import DayTooNear, PlacesBelowTaken, UnknownWindow
from portal.planning.models import Opening, OpeningReason
from portal.planning.policy import first_choosable_on
from portal.planning.windows import STANDARD_WINDOWS
from portal.regions.models import Region


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided, why and when; `by` as the audit trail writes it: 'staff:3'."""

    by: str
    reason: str
    now: datetime


def set_places(
    session: Session, region: Region, day: date, start: time, places: int, decision: Decision
) -> Opening:
    """Open a window with this number of places, or change their number; a closed one reopens.

    Raises UnknownWindow, DayTooNear or PlacesBelowTaken, and then nothing has changed.
    """
    end = dict(STANDARD_WINDOWS).get(start)
    if end is None:
        raise UnknownWindow
    _require_choosable(day, decision.now)
    make_days(session, region.branch, day, day)
    lock_days(session, region.branch_id, [day])  # two planners opening at once: one after another
    opening = _locked_opening(session, region, day, start)
    if opening is None:
        opening = Opening(region_id=region.id, date=day, window_start=start, window_end=end)
        opening.taken = 0
        session.add(opening)
    if places < opening.taken:
        raise PlacesBelowTaken(opening.taken)
    opening.places, opening.closed = places, False
    opening.reason, opening.opened_by = OpeningReason.PLANNER, decision.by
    session.flush()
    _record(session, opening, "opening.set", decision)
    return opening


def close(session: Session, region: Region, day: date, start: time, decision: Decision) -> Opening:
    """Close a window for new choices; what was promised in it stays. Closing twice is the same.

    Raises UnknownWindow when it was never open, or DayTooNear.
    """
    _require_choosable(day, decision.now)
    opening = _locked_opening(session, region, day, start)
    if opening is None:
        raise UnknownWindow
    if not opening.closed:
        opening.closed = True
        session.flush()
        _record(session, opening, "opening.closed", decision)
    return opening


def _require_choosable(day: date, now: datetime) -> None:
    if day < first_choosable_on(now):
        raise DayTooNear


def _locked_opening(session: Session, region: Region, day: date, start: time) -> Opening | None:
    return session.scalar(
        sa.select(Opening)
        .where(Opening.region_id == region.id, Opening.date == day, Opening.window_start == start)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _record(session: Session, opening: Opening, action: str, decision: Decision) -> None:
    record(
        session,
        actor=decision.by,
        action=action,
        subject=f"opening:{opening.id}",
        now=decision.now,
        detail={"places": opening.places, "taken": opening.taken, "reason": decision.reason},
    )
