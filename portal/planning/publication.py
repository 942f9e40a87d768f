"""New routes for a day become its routes only if the day still is what they were made from."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from optimizer.plan import Plan
from portal.planning.actions import rearrange
from portal.planning.begun import are_kept, begun_stops
from portal.planning.day import DayState, day_state
from portal.planning.errors import PlanChanged
from portal.planning.models import DayPlan


def publish_routes(session: Session, state: DayState, routes: Plan) -> DayPlan:
    """Write the routes and return the day plan, by compare-and-set on what the day was.

    Raises PlanChanged when a promise came or went, when somebody fell ill meanwhile, or when the
    routes change what a technician has driven already. Windows are not touched, and nobody is told:
    nothing was promised that changed.
    """
    plan = session.scalar(
        sa.select(DayPlan)
        .where(DayPlan.id == state.plan_id, DayPlan.version == state.version)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if plan is None or day_state(session, plan) != state:
        raise PlanChanged
    if not are_kept(routes, state.routes(), begun_stops(session, plan.id)):
        raise PlanChanged
    rearrange(session, plan, _stops_by_technician(state, routes))
    return plan


def _stops_by_technician(state: DayState, routes: Plan) -> list[tuple[int, list[int]]]:
    """Return stop ids by technician; what has no place in the plan stays with its technician."""
    found = {int(route.technician): [int(key) for key in route.visits] for route in routes.routes}
    for stop in state.stops:
        if stop.key not in routes.served:
            found.setdefault(stop.technician_id, []).append(stop.stop_id)
    return list(found.items())
