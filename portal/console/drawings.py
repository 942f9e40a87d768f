"""From planned routes to what the timeline and the map draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time

from portal.console.board import BoardRoute
from portal.console.map_drawing import MapDrawing, MappedRoute, MappedVisit, map_drawing
from portal.console.timeline import TimedDay, TimedVisit, Timeline, timeline
from portal.planning.queries import PlannedStop
from portal.texts import text

Link = Callable[[PlannedStop], str]


def timeline_of(routes: Sequence[BoardRoute], link: Link, now: time | None) -> Timeline:
    """Return the routes along the hours; `now` is given for today only."""
    return timeline([_timed_day(one, link) for one in routes], now)


def map_of(routes: Sequence[BoardRoute], link: Link) -> MapDrawing | None:
    """Return the routes on a map, or None when nobody goes anywhere."""
    return map_drawing(
        [
            MappedRoute(
                number=one.number,
                name=one.name,
                start=one.route.on_duty.start,
                end=one.route.on_duty.end,
                visits=tuple(_mapped_visit(stop, link) for stop in one.route.stops),
            )
            for one in routes
        ]
    )


def label_of(stop: PlannedStop) -> str:
    """Return a visit in one line: who, from when until when, where, and what was promised."""
    return text(
        "%(name)s, %(begin)s–%(leave)s, %(address)s, %(city)s, promised %(start)s–%(end)s",
        name=stop.customer.name,
        begin=f"{stop.begin:%H:%M}",
        leave=f"{stop.leave:%H:%M}",
        address=stop.address.line,
        city=stop.address.city,
        start=f"{stop.window.start:%H:%M}",
        end=f"{stop.window.end:%H:%M}",
    )


def _timed_day(one: BoardRoute, link: Link) -> TimedDay:
    route = one.route
    return TimedDay(
        number=one.number,
        name=one.name,
        shift=(route.on_duty.starts, route.on_duty.ends),
        leaves=route.leaves,
        returns=route.returns,
        lunch=route.lunch,
        travel_s=route.travel_s,
        visits=tuple(_timed_visit(stop, link) for stop in route.stops),
    )


def _timed_visit(stop: PlannedStop, link: Link) -> TimedVisit:
    return TimedVisit(
        arrive=stop.arrive,
        begin=stop.begin,
        leave=stop.leave,
        window=(stop.window.start, stop.window.end),
        place=stop.address.city,
        label=label_of(stop),
        href=link(stop),
    )


def _mapped_visit(stop: PlannedStop, link: Link) -> MappedVisit:
    return MappedVisit(
        place=(stop.fact.lat, stop.fact.lon),
        city=stop.address.city,
        label=label_of(stop),
        href=link(stop),
    )
