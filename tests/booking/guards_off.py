"""The write path with its guards off: the control of races. It must go wrong."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import portal.planning.actions
from portal.customers.models import Visit
from portal.planning.models import DayPlan, Opening
from portal.planning.windows import Window


def take_guards_off(monkeypatch: pytest.MonkeyPatch, crowd: int) -> None:
    """Count places, wait until all of a crowd have counted, then take; and lock nothing."""
    everybody_has_read = threading.Barrier(crowd)

    def count_then_take(session: Session, opening_id: int, visit: Visit, window: Window) -> None:
        found = session.scalars(sa.select(Opening).where(Opening.id == opening_id)).one()
        places, taken = found.places, found.taken
        everybody_has_read.wait(timeout=60)
        if taken >= places:
            raise portal.planning.actions.WindowTaken
        session.execute(sa.update(Opening).where(Opening.id == opening_id).values(taken=taken + 1))

    def unlocked(session: Session, branch_id: int, dates: list[object]) -> dict[object, DayPlan]:
        found = session.scalars(sa.select(DayPlan).where(DayPlan.date.in_(dates)))
        return {plan.date: plan for plan in found}

    monkeypatch.setattr(portal.planning.actions, "claim_place", count_then_take)
    monkeypatch.setattr(portal.planning.actions, "lock_days", unlocked)
    monkeypatch.setattr("portal.booking.actions.appointments.lock_days", unlocked)
    monkeypatch.setattr("portal.database._writes", lambda _connection: False)
