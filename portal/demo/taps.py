"""What the technicians tapped today before the demo begins: each visit as the plan has it."""

from __future__ import annotations

from datetime import date, datetime

from portal.booking.circumstances import Circumstances
from portal.clock import AMSTERDAM
from portal.customers.due import next_due
from portal.database import db, transaction
from portal.demo.actors import technician
from portal.fieldwork.actions import WorkDone, finish, start
from portal.fieldwork.route import booked
from portal.fieldwork.touch import Touch
from portal.fieldwork.work import USUAL
from portal.planning.queries import PlannedStop, planned_day
from portal.site import Site


def tap_until_now(branch_id: int, today: date, now: datetime, site: Site) -> int:
    """Let everybody start and finish what the plan has before `now`; return how many were done."""
    planned = planned_day(db.session(), branch_id, today)
    routes = planned.routes if planned else ()
    done = 0
    for route in routes:
        technician_id = route.on_duty.technician_id
        by = technician(db.session(), technician_id)
        for stop in booked(route):
            if _moment(today, stop) > now:
                break
            done += _tapped(stop, technician_id, by, today, site)
    return done


def _tapped(stop: PlannedStop, technician_id: int, by: str, today: date, site: Site) -> bool:
    visit_id, key = stop.fact.visit_id, f"demo-tap-{stop.fact.stop_id:08}"
    begin = datetime.combine(today, stop.begin, AMSTERDAM)
    end = _moment(today, stop)
    following = next_due(today, stop.visit.boiler.cycle_months)
    with transaction() as session:
        touch = Touch(technician_id, visit_id, f"{key}-start")
        start(session, touch, Circumstances(begin, by, site))
    with transaction() as session:
        touch = Touch(technician_id, visit_id, f"{key}-done")
        done = WorkDone(today, USUAL, "", following)
        finish(session, touch, done, Circumstances(end, by, site))
    return True


def _moment(today: date, stop: PlannedStop) -> datetime:
    return datetime.combine(today, stop.leave, AMSTERDAM)
