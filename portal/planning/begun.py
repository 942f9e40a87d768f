"""Stops at which the day itself has begun: a better route may change what comes after them only."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from optimizer.plan import Plan, Route
from portal.planning.actions import lock_days
from portal.planning.models import DayPlan, Stop


def begin(session: Session, stop: Stop) -> None:
    """Keep a stop where it is from now on: with its technician, in its place."""
    _lock_day_of(session, stop)
    stop.begun = stop.pinned = True
    session.flush()


def take_back(session: Session, stop: Stop) -> None:
    """Let a stop be planned again; it stays with its technician, whose day it is."""
    _lock_day_of(session, stop)
    stop.begun = False
    session.flush()


def begun_stops(session: Session, plan_id: int) -> frozenset[str]:
    """Return the stops of a day that have begun, by the ids that the optimiser knows them by."""
    found = session.scalars(sa.select(Stop.id).where(Stop.day_plan_id == plan_id, Stop.begun))
    return frozenset(str(stop_id) for stop_id in found)


def kept_in_place(routes: Plan, before: Plan, begun: Collection[str]) -> Plan:
    """Return routes in which all that was driven up to the last begun stop is as it was before.

    What somebody began who went home ill is nobody else's: it stays where it was.
    """
    driven = _driven(before, begun)
    elsewhere = {*begun, *(visit for visits in driven.values() for visit in visits)}
    names = [route.technician for route in routes.routes]
    names += [name for name in driven if name not in names]
    return Plan(
        tuple(
            Route(name, (*driven.get(name, ()), *_rest(routes, name, elsewhere))) for name in names
        )
    )


def are_kept(routes: Plan, before: Plan, begun: Collection[str]) -> bool:
    """Return whether routes leave all that was driven as it was before."""
    left_behind = set(begun) - before.served
    return not left_behind & routes.served and all(
        routes.route_of(name).visits[: len(visits)] == visits
        for name, visits in _driven(before, begun).items()
    )


def _driven(before: Plan, begun: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return for each technician who has begun the visits up to the last begun one."""
    found = {}
    for route in before.routes:
        ends = [number for number, visit in enumerate(route.visits, start=1) if visit in begun]
        if ends:
            found[route.technician] = route.visits[: ends[-1]]
    return found


def _rest(routes: Plan, name: str, elsewhere: Collection[str]) -> tuple[str, ...]:
    return tuple(visit for visit in routes.route_of(name).visits if visit not in elsewhere)


def _lock_day_of(session: Session, stop: Stop) -> None:
    day = session.get_one(DayPlan, stop.day_plan_id)
    lock_days(session, day.branch_id, [day.date])
    session.refresh(stop)
