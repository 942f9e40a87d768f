"""A route as its technician needs it: what is next, what follows, what is done. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time
from urllib.parse import quote

from portal.planning.queries import PlannedRoute, PlannedStop
from portal.telephone import dialled


@dataclass(frozen=True, slots=True)
class Lunch:
    """A break in the route."""

    start: time
    end: time


Entry = PlannedStop | Lunch


@dataclass(frozen=True, slots=True)
class RouteOfTheDay:
    """The booked visits of a route, split by what was tapped; lunch stands where it falls."""

    route: PlannedRoute
    earlier: tuple[PlannedStop, ...]
    next: PlannedStop | None
    later: tuple[Entry, ...]

    @property
    def stop_count(self) -> int:
        """How many visits there are in all."""
        following = sum(isinstance(entry, PlannedStop) for entry in self.later)
        return len(self.earlier) + following + (self.next is not None)


def route_of_the_day(
    route: PlannedRoute,
    day: date,
    today: date,
    ended: Collection[int] = (),
    at_hand: int | None = None,
) -> RouteOfTheDay:
    """Return the route as it looks on `today`: behind is what was tapped to its end.

    `ended` are the visits that came to an end, `at_hand` the one that was set off for or started:
    it is next, wherever it stands. On a day that has passed everything is behind.
    """
    stops = booked(route)
    done = tuple(stop for stop in stops if day < today or stop.fact.visit_id in ended)
    ahead = [stop for stop in stops if stop not in done]
    ahead.sort(key=lambda stop: stop.fact.visit_id != at_hand)
    entries: list[Entry] = [*ahead[1:]]
    if route.lunch and ahead and day >= today:
        lunch = Lunch(*route.lunch)
        if lunch.start >= ahead[0].begin:
            place = sum(stop.begin < lunch.start for stop in ahead[1:])
            entries.insert(place, lunch)
    return RouteOfTheDay(route, done, ahead[0] if ahead else None, tuple(entries))


def booked(route: PlannedRoute) -> tuple[PlannedStop, ...]:
    """Return the visits that customers confirmed; a held window may still come to nothing."""
    return tuple(stop for stop in route.stops if stop.fact.held_until is None)


def navigation_link(stop: PlannedStop) -> str:
    """Return an address that opens the phone's own map there (RFC 5870, with Android's label)."""
    place = f"{stop.fact.lat:.6f},{stop.fact.lon:.6f}"
    return f"geo:{place}?q={place}({quote(stop.address.line, safe='')})"


def telephone_link(phone: str | None) -> str | None:
    """Return an address that dials, or None when there is no number to dial."""
    return dialled(phone or "") or None
