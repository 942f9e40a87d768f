"""The portal with its guards off: the control of the booking storm, for gunicorn to serve.

Days are not locked, nobody is refused early, and places are counted as this process saw them
first: "is there room?" is asked outside the transaction that takes it. The counter stops at the
places, so that the database's own constraint does not save the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import portal.booking.actions.appointments
import portal.planning.actions
from portal.customers.models import Visit
from portal.planning.errors import WindowTaken
from portal.planning.models import DayPlan, Opening
from portal.planning.windows import Window
from wsgi import app

__all__ = ["app"]

seen_first: dict[int, int] = {}


def claim_place(session: Session, opening_id: int, visit: Visit, window: Window) -> None:
    opening = session.get_one(Opening, opening_id)
    if seen_first.setdefault(opening.id, opening.taken) >= opening.places:
        raise WindowTaken
    fewer = sa.case((Opening.taken < Opening.places, Opening.taken + 1), else_=Opening.places)
    session.execute(sa.update(Opening).where(Opening.id == opening_id).values(taken=fewer))


def lock_days(session: Session, branch_id: int, dates: Iterable[date]) -> dict[date, DayPlan]:
    wanted = sa.select(DayPlan).where(DayPlan.branch_id == branch_id, DayPlan.date.in_(set(dates)))
    return {plan.date: plan for plan in session.scalars(wanted)}


def never_refused_early(session: Session, visit: Visit, window: Window) -> bool:
    return True


portal.planning.actions.claim_place = claim_place
portal.planning.actions.lock_days = lock_days
portal.booking.actions.appointments.lock_days = lock_days
portal.booking.actions.appointments._is_promised = never_refused_early
