"""How near to an address a technician comes anyway, for others. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, hypot, radians

from portal.planning.facts import StopFact

NEXT_DOOR_METRES = 250  # as the crow flies: what people call around the corner
METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere of 6,371 km


def metres_to_others(
    visit_id: int, place: tuple[float, float], stops: Iterable[StopFact]
) -> float | None:
    """Return the metres from a visit's place, (lat, lon) in degrees, to the nearest of these stops.

    In a straight line, and only stops for somebody else: a visit's own do not count, whatever they
    are for. None when there is none.
    """
    lat, lon = place
    narrowing = cos(radians(lat))
    degrees = [
        hypot(stop.lat - lat, (stop.lon - lon) * narrowing)
        for stop in stops
        if stop.visit_id != visit_id
    ]
    return min(degrees) * METRES_PER_DEGREE if degrees else None
