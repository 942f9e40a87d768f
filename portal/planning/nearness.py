"""How near to an address a technician comes anyway, for others. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, hypot, radians

from portal.customers.models import Visit
from portal.planning.facts import StopFact

NEXT_DOOR_METRES = 250  # as the crow flies: what people call around the corner
METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere of 6,371 km


def metres_to_others(visit: Visit, stops: Iterable[StopFact]) -> float | None:
    """Return the metres in a straight line to the nearest of these stops that is for somebody else.

    None when there is none: a visit's own stops do not count, whatever they are for.
    """
    lat, lon = visit.address.lat or 0.0, visit.address.lon or 0.0
    narrowing = cos(radians(lat))
    degrees = [
        hypot(stop.lat - lat, (stop.lon - lon) * narrowing)
        for stop in stops
        if stop.visit_id != visit.id
    ]
    return min(degrees) * METRES_PER_DEGREE if degrees else None
