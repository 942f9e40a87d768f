"""Loads the demo: an invented branch around Utrecht with a past and a busy near future.

What happened before `now` is done again through the portal's own actions, each at its own moment,
so that all holds that holds for real data. The same moment gives the same people and choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.links import running_key
from portal.booking.models import Appointment, AppointmentStatus, Invitation
from portal.clock import local_date
from portal.customers.models import Boiler
from portal.customers.queries import number_waiting_for_place
from portal.database import db, transaction
from portal.demo.branch import demo_branch, found_branch
from portal.demo.fortnight import live_through
from portal.demo.mail import receive_some
from portal.demo.past import LOOKED_BACK
from portal.demo.season import play, season_of
from portal.demo.sent import go_out
from portal.demo.taps import tap_until_now
from portal.planning.horizon import forget_horizon
from portal.planning.queries import unsolved_days
from portal.planning.solving import solve_apart_for, solve_day
from portal.site import current_site

BOILERS = 540
SOLVED_DAYS = 4  # the nearest ones; the others follow in the background


@dataclass(frozen=True)
class DemoSummary:
    """What is there after loading, in numbers."""

    boilers: int
    invited: int
    booked: int
    waiting_for_place: int
    solved_days: int


def load_demo(now: datetime, boilers: int = BOILERS, solve_seconds: float = 1.0) -> DemoSummary:
    """Fill an empty database with the demo as of `now`; raises DatabaseInUse or DemoThereAlready.

    Writes in several transactions: when it breaks off half way, throw the rest away and start anew.
    With `solve_seconds` 0 the routes stay as the bookings made them.
    """
    today = local_date(now)
    site, signing_key = current_site(), running_key()
    forget_horizon()
    with transaction() as session:
        found_branch(session, now, today - LOOKED_BACK, boilers)
    season = season_of(db.session(), now, today, boilers, site, signing_key)
    play(season)
    live_through(season)
    forget_horizon()
    solved = _solve_nearest(now, today, solve_seconds) if solve_seconds else 0
    tap_until_now(demo_branch(db.session()).id, today, now, site)
    receive_some(now, site, signing_key)
    with transaction() as session:
        go_out(session, now)
    return _summary(db.session(), solved)


def _solve_nearest(now: datetime, today: date, seconds: float) -> int:
    near = [plan.id for plan in unsolved_days(db.session(), today)][:SOLVED_DAYS]
    solve = solve_apart_for(seconds, seed=0)
    return sum(solve_day(plan_id, solve, now).published for plan_id in near)


def _summary(session: Session, solved: int) -> DemoSummary:
    live = Appointment.status == AppointmentStatus.CONFIRMED
    return DemoSummary(
        boilers=_count(session, sa.select(sa.func.count(Boiler.id))),
        invited=_count(session, sa.select(sa.func.count(Invitation.id))),
        booked=_count(session, sa.select(sa.func.count(Appointment.id)).where(live)),
        waiting_for_place=number_waiting_for_place(session, demo_branch(session).id),
        solved_days=solved,
    )


def _count(session: Session, wanted: sa.Select[int]) -> int:
    return session.scalar(wanted) or 0
