"""What travel leaves the routes when a visit leaves its place on them."""

from __future__ import annotations

from optimizer.schedule import timed
from portal.planning.day import DayState
from portal.planning.horizon import PlannedDate


def saved_without(day: PlannedDate, stop_id: int) -> int:
    """Return the travel seconds that the routes of a day save without this stop; 0 if it is gone.

    The other stops keep their order. Nothing is saved on the route of somebody who is not on duty.
    """
    technician = next(
        (one.technician_id for one in day.state.stops if one.stop_id == stop_id), None
    )
    if technician is None:
        return 0
    return _travel_s(day.state, technician) - _travel_s(day.state.without({stop_id}), technician)


def _travel_s(state: DayState, technician_id: int) -> int:
    route = state.routes().route_of(str(technician_id))
    return timed(state.problem(), route).travel_s if route.visits else 0
