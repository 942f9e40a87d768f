"""What changes a day plan. Every promise of the portal is made, kept and given back here.

Lock order everywhere: the visit first (by the caller), then day plans by date, then openings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from optimizer.insertion import evaluate
from portal.customers.models import Visit
from portal.database import insert_if_new
from portal.planning.day import day_state
from portal.planning.errors import NoDayPlan, NoLongerFits, WindowTaken
from portal.planning.models import DayPlan, Hold, Opening, Stop
from portal.planning.problem import candidate_of
from portal.planning.windows import Window, time_window
from portal.regions.models import Branch


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the routes of a day a visit is put."""

    technician_id: int
    position: int


def make_days(session: Session, branch: Branch, first_on: date, last_on: date) -> int:
    """Make the day plans that are missing between two dates; return how many were made."""
    known = set(
        session.scalars(
            sa.select(DayPlan.date).where(
                DayPlan.branch_id == branch.id, DayPlan.date.between(first_on, last_on)
            )
        )
    )
    wanted = (first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1))
    missing = [
        {"branch_id": branch.id, "date": day, "version": 0} for day in wanted if day not in known
    ]
    if missing:
        session.execute(insert_if_new(session, DayPlan), missing)
    return len(missing)


def lock_days(session: Session, branch_id: int, dates: Iterable[date]) -> dict[date, DayPlan]:
    """Lock the day plans of these dates in date order and return them; raises NoDayPlan.

    The lock lets others refer to the rows (FOR NO KEY UPDATE): on PostgreSQL a neighbour's stop
    that is shifted looks at its own visit's key, and would wait for ever in a circle.
    """
    wanted = sorted(set(dates))
    found = session.scalars(
        sa.select(DayPlan)
        .where(DayPlan.branch_id == branch_id, DayPlan.date.in_(wanted))
        .order_by(DayPlan.date)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if len(found) < len(wanted):
        raise NoDayPlan
    return {plan.date: plan for plan in found}


def admit(
    session: Session,
    visit: Visit,
    window: Window,
    *,
    opening_id: int | None,
    hold: Hold | None = None,
) -> Stop:
    """Promise a visit a window: put it on a route and take a place of the opening.

    Decides on the locked rows of that day. With a hold the promise ends by itself. Without an
    opening (a planner's own booking) only the witness decides. Raises NoLongerFits, WindowTaken or
    NoDayPlan, and then nothing has changed.
    """
    plan = lock_days(session, visit.customer.branch_id, [window.date])[window.date]
    place = cheapest_place(session, plan, visit, window)
    if place is None:
        raise NoLongerFits
    if opening_id is not None:
        claim_place(session, opening_id, visit, window)
    _make_room(session, plan.id, place)
    stop = Stop(
        day_plan_id=plan.id,
        technician_id=place.technician_id,
        position=place.position,
        visit_id=visit.id,
        opening_id=opening_id,
        window_start=window.start,
        window_end=window.end,
        held_until=hold and hold.until,
        hold_kind=hold and hold.kind,
    )
    session.add(stop)
    session.flush()
    _changed(session, plan)
    return stop


def cheapest_place(session: Session, plan: DayPlan, visit: Visit, window: Window) -> Place | None:
    """Return where the visit fits on that day with least extra travel, or None."""
    day = day_state(session, plan).snapshot()
    wanted = candidate_of(visit, [time_window(plan.date, window.start, window.end)])
    for found in evaluate(wanted, [day]):
        return Place(int(found.technician), found.position)
    return None


def claim_place(session: Session, opening_id: int, visit: Visit, window: Window) -> None:
    """Take one place of an opening of the visit's own region and this window, or raise WindowTaken.

    One conditional UPDATE decides, so two people cannot both get the last place.
    """
    claimed = session.execute(
        sa.update(Opening)
        .where(
            Opening.id == opening_id,
            Opening.region_id == visit.address.region_id,
            Opening.date == window.date,
            Opening.window_start == window.start,
            Opening.window_end == window.end,
            Opening.closed.is_(False),
            Opening.taken < Opening.places,
        )
        .values(taken=Opening.taken + 1)
        .execution_options(synchronize_session=False)
    )
    if _row_count(claimed) == 0:
        raise WindowTaken


def keep(session: Session, stop: Stop) -> None:
    """Turn a held stop into a booked one. Never asks again whether it fits: it was promised."""
    plan = _locked_day_of(session, stop)
    stop.held_until = stop.hold_kind = None
    session.flush()
    _changed(session, plan)


def loosen(session: Session, stop: Stop, hold: Hold) -> None:
    """Turn a stop into a held one, of this kind: nobody else gets its place until the hold ends."""
    plan = _locked_day_of(session, stop)
    stop.held_until, stop.hold_kind = hold.until, hold.kind
    session.flush()
    _changed(session, plan)


def prolong(session: Session, stop: Stop, until: datetime) -> None:
    """Let a held stop be held until a later moment."""
    plan = _locked_day_of(session, stop)
    stop.held_until = until
    session.flush()
    _changed(session, plan)


def release(session: Session, stop: Stop) -> None:
    """Give a promise back: take the stop off its route and return the opening's place."""
    plan = _locked_day_of(session, stop)
    gone = Place(stop.technician_id, stop.position)
    opening_id = stop.opening_id
    session.delete(stop)
    session.flush()
    _close_gap(session, plan.id, gone)
    if opening_id is not None:
        session.execute(
            sa.update(Opening)
            .where(Opening.id == opening_id)
            .values(taken=Opening.taken - 1)
            .execution_options(synchronize_session=False)
        )
    _changed(session, plan)


def ended_holds(session: Session, now: datetime) -> Sequence[int]:
    """Return the holds (ids of stops) whose time is over, by branch and date."""
    return session.scalars(
        sa.select(Stop.id)
        .join(Stop.day_plan)
        .where(Stop.held_until <= now)
        .order_by(DayPlan.branch_id, DayPlan.date, Stop.id)
    ).all()


def expire_hold(session: Session, stop_id: int, now: datetime) -> bool:
    """Release a hold if its time is over under the lock of its day; return whether it was."""
    stop = session.get(Stop, stop_id)
    if stop is None:
        return False
    plan = lock_days(session, stop.day_plan.branch_id, [stop.day_plan.date])[stop.day_plan.date]
    over = session.scalar(
        sa.select(Stop)
        .where(Stop.id == stop_id, Stop.day_plan_id == plan.id, Stop.held_until <= now)
        .execution_options(populate_existing=True)
    )
    if over is not None:
        release(session, over)
    return over is not None


def rearrange(session: Session, plan: DayPlan, routes: Sequence[tuple[int, Sequence[int]]]) -> None:
    """Write new routes: for each technician the stop ids in order. Windows are left as they are."""
    session.execute(
        sa.update(Stop)
        .where(Stop.day_plan_id == plan.id)
        .values(position=-Stop.position - 1)
        .execution_options(synchronize_session=False)
    )
    places = [
        {"stop": stop_id, "technician": technician_id, "place": position}
        for technician_id, stop_ids in routes
        for position, stop_id in enumerate(stop_ids)
    ]
    if places:
        session.connection().execute(
            sa.update(Stop.__table__)  # type: ignore[arg-type]
            .where(Stop.__table__.c.id == sa.bindparam("stop"))
            .values(technician_id=sa.bindparam("technician"), position=sa.bindparam("place")),
            places,
        )
    session.expire_all()
    _changed(session, plan)


def _make_room(session: Session, plan_id: int, place: Place) -> None:
    _shift(session, plan_id, place.technician_id, Stop.position >= place.position, 1)


def _close_gap(session: Session, plan_id: int, place: Place) -> None:
    _shift(session, plan_id, place.technician_id, Stop.position > place.position, -1)


def _shift(
    session: Session, plan_id: int, technician_id: int, which: sa.ColumnElement[bool], by: int
) -> None:
    """Move stops by one position in two steps, since positions are unique at every moment."""
    of_route = (Stop.day_plan_id == plan_id, Stop.technician_id == technician_id)
    for values in (
        sa.update(Stop).where(*of_route, which).values(position=-(Stop.position + by)),
        sa.update(Stop).where(*of_route, Stop.position < 0).values(position=-Stop.position),
    ):
        session.execute(values.execution_options(synchronize_session=False))


def _locked_day_of(session: Session, stop: Stop) -> DayPlan:
    """Lock the day of a stop, then read the stop again: a publication may have moved it."""
    day = session.get_one(DayPlan, stop.day_plan_id)
    plan = lock_days(session, day.branch_id, [day.date])[day.date]
    session.refresh(stop)
    return plan


def _changed(session: Session, plan: DayPlan) -> None:
    plan.version += 1
    session.flush()


def _row_count(result: sa.Result[Any]) -> int:
    return cast("sa.CursorResult[Any]", result).rowcount
