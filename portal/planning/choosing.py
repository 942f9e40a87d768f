"""Which of the ticked windows everybody gets, so that the routes of all days together are shortest.

Reads what is true now and lets go of the database before it searches. What comes of it is advice:
each window is confirmed on locked rows afterwards, like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from optimizer.batch import assigned
from optimizer.check import Kind, violations
from optimizer.wishes import Day, Waiting, Wish
from portal.customers.models import Boiler, Visit
from portal.database import db
from portal.planning.day import DayState, day_state
from portal.planning.horizon import horizon
from portal.planning.models import DayPlan, HoldKind, Opening, Stop
from portal.planning.problem import candidate_of
from portal.planning.windows import Window, time_window


@dataclass(frozen=True, slots=True)
class Ticked:
    """A visit and the windows that suit, by the id of the opening that each belongs to."""

    visit_id: int
    windows: Mapping[int, Window]


@dataclass(frozen=True, slots=True)
class Choosing:
    """The opening that each visit gets (by id), and the travel of all days before and after.

    A visit for which nothing can be kept is absent.
    """

    openings: Mapping[int, int] = field(default_factory=dict)
    held_travel_s: int = 0
    travel_s: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """The stop that keeps one of the ticked windows."""

    stop_id: int
    opening_id: int


@dataclass(frozen=True, slots=True)
class _Evening:
    """What a batch is about; `visits` are the ids of visits by their names in it."""

    days: Sequence[Day]
    waiting: Sequence[Waiting]
    places: Mapping[str, int]
    visits: Mapping[str, int]


def choose(branch_id: int, ticked: Sequence[Ticked], *, seconds: float, seed: int = 0) -> Choosing:
    """Return a window for every visit of a branch, searching for at most so many seconds.

    Begins and ends with a rollback of the session, which therefore must not have changes.
    """
    db.session.rollback()
    evening = _read(db.session(), branch_id, ticked)
    db.session.rollback()
    found = assigned(evening.days, evening.waiting, evening.places, seconds=seconds, seed=seed)
    return Choosing(
        openings={evening.visits[name]: int(wish.opening) for name, wish in found.chosen.items()},
        held_travel_s=found.held_travel_s,
        travel_s=found.travel_s,
    )


def is_endangered(session: Session, stop: Stop) -> bool:
    """Return whether a promise cannot be kept on the routes as they stand, as after an illness."""
    state = day_state(session, session.get_one(DayPlan, stop.day_plan_id))
    return str(stop.id) in _endangered(state)


def holds_for_selections(session: Session, visit_ids: Sequence[int]) -> dict[int, Held]:
    """Return what is held of each visit's ticked windows, by visit."""
    rows = session.execute(
        sa.select(Stop.visit_id, Stop.id, Stop.opening_id).where(
            Stop.visit_id.in_(visit_ids), Stop.hold_kind == HoldKind.SELECTION
        )
    )
    return {
        visit_id: Held(stop_id, opening_id)
        for visit_id, stop_id, opening_id in rows
        if opening_id is not None
    }


def _endangered(state: DayState) -> set[str]:
    """Return the stops (keys) on no route, or on a route that breaks a rule."""
    problem, routes = state.problem(), state.routes()
    faults = violations(problem, routes)
    unserved = {fault.ids[0] for fault in faults if fault.kind is Kind.UNSERVED}
    technicians = {fault.ids[-1] for fault in faults if fault.kind is not Kind.UNSERVED}
    return unserved.union(*(routes.route_of(technician).visits for technician in technicians))


def _read(session: Session, branch_id: int, ticked: Sequence[Ticked]) -> _Evening:
    dates = sorted({window.date for one in ticked for window in one.windows.values()})
    planned = horizon(session, branch_id, dates[0], dates[-1]) if dates else ()
    states = [day.state for day in planned if day.date in dates]
    held = holds_for_selections(session, [one.visit_id for one in ticked])
    places = _places(session, ticked, held)
    waiting = _waiting(session, ticked, held, {day.date: row for row, day in enumerate(states)})
    own_stops = {str(one.stop_id) for one in held.values()}
    return _Evening(
        days=[_day(state, own_stops) for state in states],
        waiting=[*waiting.values()],
        places={str(opening_id): number for opening_id, number in places.items()},
        visits={one.id: visit_id for visit_id, one in waiting.items()},
    )


def _day(state: DayState, own_stops: set[str]) -> Day:
    """Return the day as the optimiser sees it; what is held in vain is on no route."""
    return Day(state.problem(), state.routes().without(sorted(own_stops & _endangered(state))))


def _places(session: Session, ticked: Sequence[Ticked], held: Mapping[int, Held]) -> dict[int, int]:
    """Return how many of these visits each opening can take, those that hold a place included."""
    wanted = {opening_id for one in ticked for opening_id in one.windows}
    holders = Counter(one.opening_id for one in held.values())
    rows = session.execute(
        sa.select(Opening.id, Opening.places, Opening.taken, Opening.closed).where(
            Opening.id.in_(wanted)
        )
    )
    return {
        opening_id: holders[opening_id] + (0 if closed else places - taken)
        for opening_id, places, taken, closed in rows
    }


def _waiting(
    session: Session, ticked: Sequence[Ticked], held: Mapping[int, Held], rows: Mapping[date, int]
) -> dict[int, Waiting]:
    """Return those who wait, by visit; without coordinates or a planned day nobody can choose."""
    visits = session.scalars(
        sa.select(Visit)
        .where(Visit.id.in_([one.visit_id for one in ticked]))
        .options(joinedload(Visit.boiler).joinedload(Boiler.address))
    )
    by_id = {visit.id: visit for visit in visits}
    found = {}
    for one in ticked:
        visit, wishes = by_id[one.visit_id], _wishes(one, rows)
        if wishes and visit.address.lat is not None and visit.address.lon is not None:
            found[visit.id] = _waiting_for(visit, wishes, held.get(visit.id))
    return found


def _wishes(one: Ticked, rows: Mapping[date, int]) -> dict[int, Wish]:
    return {
        opening_id: Wish(
            rows[window.date], time_window(window.date, window.start, window.end), str(opening_id)
        )
        for opening_id, window in one.windows.items()
        if window.date in rows
    }


def _waiting_for(visit: Visit, wishes: Mapping[int, Wish], held: Held | None) -> Waiting:
    asked = candidate_of(visit, [wish.window for wish in wishes.values()])
    of_visit = Waiting(
        f"visit-{visit.id}", asked.place, asked.service_s, tuple(wishes.values()), asked.skills
    )
    if held is None or held.opening_id not in wishes:
        return of_visit
    return replace(of_visit, held=wishes[held.opening_id], stop=str(held.stop_id))
