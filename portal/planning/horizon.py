"""The planned days of a branch as snapshots that answer "does this visit fit?" in a millisecond.

Snapshots are kept in this process and used again while neither the day plan's version nor who is on
duty has changed; the latter is read again when the branch's `roster_stamp` is another. What they
say is only an offer: a promise is decided on the locked rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from optimizer.insertion import Insertion, Snapshot, evaluate
from portal.customers.models import Visit
from portal.planning.day import DayState
from portal.planning.facts import StopFact, stop_facts
from portal.planning.models import DayPlan
from portal.planning.nearness import NEXT_DOOR_METRES, metres_to_others
from portal.planning.problem import candidate_of
from portal.planning.windows import STANDARD_WINDOWS, Window, elapsed_seconds, time_window
from portal.regions.models import Branch
from portal.technicians.queries import workforce
from portal.technicians.shifts import OnDuty, Workforce

EXTENSION = "tijdvenster.horizon"

Versioned = tuple[int, date, int]
"""A day plan by its id, its date and its version."""


@dataclass(frozen=True, slots=True)
class PlannedDate:
    """One date of a branch, read at a version of its day plan, with its snapshot.

    `stops_of` are the stops of each technician who has any.
    """

    state: DayState
    snapshot: Snapshot
    stops_of: Mapping[int, tuple[StopFact, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_technician: dict[int, tuple[StopFact, ...]] = {}
        for stop in self.state.stops:
            before = by_technician.get(stop.technician_id, ())
            by_technician[stop.technician_id] = (*before, stop)
        object.__setattr__(self, "stops_of", by_technician)

    @property
    def date(self) -> date:
        """The local date."""
        return self.state.date

    def without(self, stop_ids: Collection[int]) -> PlannedDate:
        """Return the date as it is once these stops are off its routes."""
        if not any(stop.stop_id in stop_ids for stop in self.state.stops):
            return self
        state = self.state.without(stop_ids)
        return PlannedDate(state, state.snapshot())


@dataclass(frozen=True, slots=True)
class Kept:
    """What this process remembers: planned dates by day plan, workforces by branch and stamp.

    `building` lets one thread make what is missing while the others wait for it: all at once, each
    for itself, they would take as many times as long.
    """

    days: dict[int, PlannedDate] = field(default_factory=dict)
    workforces: dict[int, tuple[int, Workforce]] = field(default_factory=dict)
    building: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Fit:
    """A window in which a visit fits beside every promise: on whose route, and at what cost.

    `joins_route` says that the technician goes to others that day, `is_next_door` that one of them
    lives around the corner.
    """

    window: Window
    technician_id: int
    position: int
    extra_travel_s: int
    joins_route: bool
    is_next_door: bool


def horizon(
    session: Session, branch_id: int, first_on: date, last_on: date
) -> tuple[PlannedDate, ...]:
    """Return every planned date between two dates, both included, in order."""
    rows = session.execute(
        sa.select(DayPlan.id, DayPlan.date, DayPlan.version, Branch.roster_stamp)
        .join(Branch, Branch.id == DayPlan.branch_id)
        .where(DayPlan.branch_id == branch_id, DayPlan.date.between(first_on, last_on))
        .order_by(DayPlan.date)
    ).all()
    if not rows:
        return ()
    wanted = [(row.id, row.date, row.version) for row in rows]
    kept = _kept()
    people = _workforce(session, branch_id, rows[0].roster_stamp)
    if _stale(kept.days, wanted, people):
        with kept.building:
            _build(session, kept.days, _stale(kept.days, wanted, people), people)
    return tuple(kept.days[day_plan_id] for day_plan_id, _, _ in wanted)


def fits(visit: Visit, days: Sequence[PlannedDate]) -> list[Fit]:
    """Return, for each day and standard window in which the visit fits, its cheapest place."""
    found: list[Fit] = []
    address = visit.address
    place = (address.lat or 0.0, address.lon or 0.0)
    metres_on: dict[tuple[date, int], float | None] = {}
    for seconds, group in _by_clock(days):
        of_seconds = dict(zip(seconds, STANDARD_WINDOWS, strict=True))
        wanted = candidate_of(visit, [time_window(group[0].date, *w) for w in STANDARD_WINDOWS])
        for one in evaluate(wanted, [day.snapshot for day in group]):
            day, technician = group[one.day], int(one.technician)
            route = (day.date, technician)
            if route not in metres_on:
                others = day.stops_of.get(technician, ())
                metres_on[route] = metres_to_others(visit.id, place, others)
            window = Window(day.date, *of_seconds[one.window.start])
            found.append(_fit(one, window, metres_on[route]))
    return sorted(found, key=_window)


def _fit(one: Insertion, window: Window, metres: float | None) -> Fit:
    """Return an insertion as a fit, on a route that comes this near for others, or for nobody."""
    return Fit(
        window,
        int(one.technician),
        one.position,
        one.extra_travel_s,
        joins_route=metres is not None,
        is_next_door=metres is not None and metres <= NEXT_DOOR_METRES,
    )


def _window(fit: Fit) -> Window:
    return fit.window


def forget_horizon() -> None:
    """Drop all that this process remembers."""
    _kept().days.clear()
    _kept().workforces.clear()


def _by_clock(
    days: Sequence[PlannedDate],
) -> list[tuple[tuple[int, ...], list[PlannedDate]]]:
    """Group days by what the windows' starts are in elapsed seconds: clock changes differ."""
    groups: dict[tuple[int, ...], list[PlannedDate]] = {}
    for day in days:
        seconds = tuple(elapsed_seconds(day.date, start) for start, _ in STANDARD_WINDOWS)
        groups.setdefault(seconds, []).append(day)
    return list(groups.items())


def _stale(
    kept: Mapping[int, PlannedDate], wanted: Sequence[Versioned], people: Workforce
) -> list[Versioned]:
    return [
        (day_plan_id, day, version)
        for day_plan_id, day, version in wanted
        if not _is_current(kept.get(day_plan_id), day, version, people.on(day))
    ]


def _build(
    session: Session, kept: dict[int, PlannedDate], stale: Sequence[Versioned], people: Workforce
) -> None:
    stops = stop_facts(session, [day_plan_id for day_plan_id, _, _ in stale])
    for day_plan_id, day, version in stale:
        state = DayState(day_plan_id, day, version, people.on(day), stops[day_plan_id])
        kept[day_plan_id] = PlannedDate(state, state.snapshot())


def _is_current(
    kept: PlannedDate | None, day: date, version: int, working: tuple[OnDuty, ...]
) -> bool:
    if kept is None:
        return False
    return (kept.state.date, kept.state.version, kept.state.working) == (day, version, working)


def _workforce(session: Session, branch_id: int, stamp: int) -> Workforce:
    """Return who may work in a branch, read again only when its stamp is another."""
    kept = _kept().workforces
    known_stamp, known = kept.get(branch_id, (None, None))
    if known is None or known_stamp != stamp:
        known = workforce(session, branch_id)
        kept[branch_id] = (stamp, known)
    return known


def _kept() -> Kept:
    found: Kept = current_app.extensions.setdefault(EXTENSION, Kept())
    return found
