"""What of an incumbent plan can still be driven: its routes, or the largest part that keeps."""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.errors import UnknownName
from optimizer.plan import Plan, Route
from optimizer.tours import Network, Tour


def rescued(network: Network, plan: Plan) -> list[Tour]:
    """Return one feasible tour per technician, in the plan's order of visits.

    A route that keeps every rule comes back whole. From a broken one visits are left out (promises
    are tried before optional visits, in driving order), as are second copies of a visit, further
    routes of one technician and everything that the problem does not know.
    """
    orders: dict[int, tuple[int, ...]] = {}
    seen: set[int] = set()
    for route in plan.routes:
        technician = known_technician(network, route)
        if technician is None or technician in orders:
            continue
        visits = [row for row in known_visits(network, route) if row not in seen]
        orders[technician] = tuple(dict.fromkeys(visits))
        seen.update(visits)
    crew = range(len(network.problem.technicians))
    return [kept_part(network, network.tour(row, orders.get(row, ()))) for row in crew]


def known_technician(network: Network, route: Route) -> int | None:
    """Return the row of a route's technician, None when the problem has no such one."""
    try:
        return network.problem.technician_row(route.technician)
    except UnknownName:
        return None


def known_visits(network: Network, route: Route) -> Iterable[int]:
    """Yield the rows of a route's visits that the problem has."""
    for visit in route.visits:
        try:
            yield network.problem.visit_row(visit)
        except UnknownName:
            continue


def kept_part(network: Network, tour: Tour) -> Tour:
    """Return the tour itself when it fits, else one that was grown from it visit by visit."""
    if network.fits(tour):
        return tour
    visits = network.problem.visits
    kept: tuple[int, ...] = ()
    for row in sorted(tour.visits, key=lambda one: visits[one].optional):
        tried = tuple(one for one in tour.visits if one in kept or one == row)
        if network.fits(network.tour(tour.technician, tried)):
            kept = tried
    return network.tour(tour.technician, kept)
