"""The travel times that this portal plans with."""

from __future__ import annotations

from flask import current_app

from optimizer.travel import GreatCircle, TravelTimes

EXTENSION = "tijdvenster.travel"


def travel_times() -> TravelTimes:
    """Return the travel times of this application, the same object for its whole life."""
    extensions = current_app.extensions
    if EXTENSION not in extensions:
        extensions[EXTENSION] = GreatCircle()
    travel: TravelTimes = extensions[EXTENSION]
    return travel
