"""How near to an address the technicians come anyway, for others. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, hypot, radians

from portal.customers.models import Visit
from portal.planning.facts import StopFact

NEXT_DOOR_METRES = 250  # as the crow flies: what people call around the corner
METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere of 6,371 km


def metres_to_others(visit: Visit, stops: Iterable[StopFact]) -> dict[int, float]:
    """Return, for each technician with visits to others, the metres to the nearest one.

    In a straight line; the visit's own stops do not count, whatever they are for.
    """
    lat, lon = visit.address.lat or 0.0, visit.address.lon or 0.0
    narrowing = cos(radians(lat))
    nearest: dict[int, float] = {}
    for stop in stops:
        if stop.visit_id != visit.id:
            degrees = hypot(stop.lat - lat, (stop.lon - lon) * narrowing)
            metres = degrees * METRES_PER_DEGREE
            nearest[stop.technician_id] = min(metres, nearest.get(stop.technician_id, metres))
    return nearest
