"""A branch's day with real routes, admitted one by one as bookings would be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from sqlalchemy.orm import Session

from portal.customers.models import Visit
from portal.planning.actions import admit, make_days
from portal.planning.models import DayPlan
from portal.planning.queries import planned_day
from portal.planning.windows import STANDARD_WINDOWS, Window
from portal.technicians.models import Technician
from tests.factories import (
    NEXT_MONDAY,
    make_address,
    make_customer,
    make_technician,
    make_visit,
    the_branch,
)

BOARD = f"/staff/board?date={NEXT_MONDAY.isoformat()}"


def promise(
    session: Session, start: time = time(8), day: date = NEXT_MONDAY, **customer: Any
) -> Visit:
    """Return a visit that stands on a route of the day in the window that starts then."""
    owner = make_customer(session, **customer)
    visit = make_visit(session, address=make_address(session, customer=owner))
    make_days(session, the_branch(session), day, day)
    admit(session, visit, Window(day, start, dict(STANDARD_WINDOWS)[start]), opening_id=None)
    session.commit()
    return visit


def busy_day(
    session: Session, visits: int = 4, day: date = NEXT_MONDAY, names: Sequence[str] = ()
) -> list[Technician]:
    """Return technicians whose routes of the day hold so many visits, spread over the windows."""
    people = [make_technician(session, name=name) for name in names or ("Anouk", "Bram")]
    for number in range(visits):
        promise(session, STANDARD_WINDOWS[number % len(STANDARD_WINDOWS)][0], day)
    return people


def plan_of_day(session: Session, day: date = NEXT_MONDAY) -> DayPlan:
    """Return the day plan of a date that has one."""
    planned = planned_day(session, the_branch(session).id, day)
    assert planned is not None
    return planned.plan
