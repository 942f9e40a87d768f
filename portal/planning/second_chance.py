"""A second chance: rearranging a day so that a window fits which insertion alone refuses.

Works outside every transaction. The new routes serve the same promises in the same windows and are
published by compare-and-set before anything is offered or asked again, so what is shown afterwards
rests on a witness that is stored. Measured in docs/benchmarks.md: most refusals on days that are 80
to 90 % full are wrong, and 10 to 40 ms find the way.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.orm import Session

import optimizer.problem as optimizer
from optimizer.check import violations
from optimizer.insertion import Candidate
from optimizer.plan import Plan
from optimizer.repair import repaired
from portal.customers.models import Visit
from portal.database import db, transaction
from portal.planning.day import DayState, day_state
from portal.planning.errors import PlanChanged
from portal.planning.models import DayPlan
from portal.planning.problem import candidate_of
from portal.planning.publication import publish_routes
from portal.planning.windows import Window, time_window

log = structlog.get_logger(__name__)

SECONDS = 0.2  # for one day; half of that finds nearly all that there is to find
MOST_REMEMBERED = 1_000
EXTENSION = "tijdvenster.no_room"
NEWCOMER = "newcomer"

Attempt = tuple[int, int, int, Candidate]
"""A day plan at a version, who is on duty (as a hash), and who looked for room in it."""

_one_at_a_time = threading.Lock()


def make_room(
    visit: Visit, windows: Sequence[Window], *, seconds: float = SECONDS, seed: int = 0
) -> bool:
    """Rearrange one date so that the visit fits in at least one of its windows; say if it worked.

    All windows are of the same date. Ends at once when this process makes room for somebody else,
    or when it tried in vain before and the day has not changed since. Begins with a rollback of the
    session, which therefore must not have changes.
    """
    day, branch_id = windows[0].date, visit.customer.branch_id
    candidate = candidate_of(visit, [time_window(day, one.start, one.end) for one in windows])
    db.session.rollback()
    state = _state(db.session(), branch_id, day)
    db.session.rollback()
    if state is None or not _one_at_a_time.acquire(blocking=False):
        return False
    try:
        attempt = _attempt(state, candidate)
        if attempt in _failures():
            return False
        plan = _rearranged(state, candidate, seconds, seed)
        if plan is None:
            _remember(attempt)
            return False
        return _published(state, plan)
    finally:
        _one_at_a_time.release()


def _state(session: Session, branch_id: int, day: date) -> DayState | None:
    plan = session.scalar(
        sa.select(DayPlan).where(DayPlan.branch_id == branch_id, DayPlan.date == day)
    )
    return day_state(session, plan) if plan is not None else None


def _rearranged(state: DayState, wanted: Candidate, seconds: float, seed: int) -> Plan | None:
    """Return routes for the same promises that leave room for one more, None when none were found.

    They are checked without the newcomer too: that is what will be stored.
    """
    problem = state.problem()
    newcomer = optimizer.Visit(
        id=NEWCOMER,
        place=wanted.place,
        service_s=wanted.service_s,
        windows=wanted.windows,
        skills=wanted.skills,
    )
    wider = replace(problem, visits=(*problem.visits, newcomer))
    found = repaired(wider, state.routes(), NEWCOMER, seconds=seconds, seed=seed)
    plan = found and found.without([NEWCOMER])
    return plan if plan is not None and not violations(problem, plan) else None


def _published(state: DayState, plan: Plan) -> bool:
    try:
        with transaction() as session:
            publish_routes(session, state, plan)
    except PlanChanged:
        return False
    log.info("room made", day_plan=state.plan_id)
    return True


def _attempt(state: DayState, wanted: Candidate) -> Attempt:
    return state.plan_id, state.version, hash(state.working), wanted


def _remember(failure: Attempt) -> None:
    failures = _failures()
    if len(failures) >= MOST_REMEMBERED:
        failures.clear()
    failures.add(failure)


def _failures() -> set[Attempt]:
    found: set[Attempt] = current_app.extensions.setdefault(EXTENSION, set())
    return found
