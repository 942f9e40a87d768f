"""Which free windows suit the people on the waiting list now, and for how much travel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.models import Appointment, AppointmentStatus, WaitingOffer, WaitingRequest
from portal.booking.offering.offers import free_openings
from portal.booking.policy import bookable_period
from portal.booking.queries import window_of
from portal.booking.waiting_list.queries import wishes_of
from portal.booking.waiting_list.wishes import Match, Room, Waiter, matches_of
from portal.customers.models import Visit, VisitState
from portal.planning.horizon import PlannedDate, fits, horizon
from portal.planning.models import HoldKind, Stop
from portal.planning.policy import first_choosable_on
from portal.planning.savings import saved_without
from portal.planning.windows import Window

Begin = tuple[date, time]
CHOOSING = (HoldKind.CHOICE, HoldKind.SELECTION)


@dataclass(frozen=True, slots=True)
class Present:
    """The appointment that somebody has already, and the stop that is its witness."""

    window: Window
    stop_id: int


@dataclass(frozen=True, slots=True)
class Look:
    """What was read of a branch to see which windows suit whom; openings by region and window."""

    now: datetime
    openings: Mapping[int, Mapping[Window, int]]
    days: Mapping[date, PlannedDate]
    present: Mapping[int, Present]
    known: Mapping[int, frozenset[int]]
    had: Mapping[int, frozenset[Begin]]

    def matches_of(self, request: WaitingRequest) -> list[Match]:
        """Return the windows that may be offered for a request, in no order."""
        visit = request.visit
        free = self._free_for(visit)
        waiter = self._waiter(request)
        first_on, last_on = bookable_period(visit.due_on, self.now)
        wanted = {
            window.date
            for window, opening_id in free.items()
            if first_on <= window.date <= last_on and waiter.looks_for(opening_id, window)
        }
        days = [self.days[day] for day in sorted(wanted & self.days.keys())]
        return matches_of(waiter, self._rooms(visit, days, free))

    def _free_for(self, visit: Visit) -> Mapping[Window, int]:
        """Return the free windows but those that the visit had: who left one does not want it."""
        had = self.had.get(visit.id, frozenset())
        free = self.openings[visit.address.region_id or 0]
        return {window: free[window] for window in free if (window.date, window.start) not in had}

    def _waiter(self, request: WaitingRequest) -> Waiter:
        present = self.present.get(request.visit_id)
        day = self.days.get(present.window.date) if present else None
        return Waiter(
            request.id,
            wishes_of(request),
            request.asked_at,
            present.window if present else None,
            saved_without(day, present.stop_id) if present and day else 0,
            self.known.get(request.visit_id, frozenset()),
        )

    def _rooms(
        self, visit: Visit, days: Sequence[PlannedDate], free: Mapping[Window, int]
    ) -> list[Room]:
        """Return where the visit fits, priced as if its old place on such a day were gone.

        It has to fit beside the old place: that is kept until the new one is certain.
        """
        present = self.present.get(visit.id)
        fitting = {fit.window: fit.extra_travel_s for fit in fits(visit, days)}
        if present is not None:
            without = [
                day.without({present.stop_id}) for day in days if day.date == present.window.date
            ]
            alone = {fit.window: fit.extra_travel_s for fit in fits(visit, without)}
            fitting = {window: alone.get(window, extra) for window, extra in fitting.items()}
        return [
            Room(free[window], window, extra) for window, extra in fitting.items() if window in free
        ]


def matches(
    session: Session, branch_id: int, requests: Iterable[WaitingRequest], now: datetime
) -> list[Match]:
    """Return which free windows suit which of a branch's requests, best first. Read only.

    Those whose visit cannot be planned, or for whom somebody is choosing right now, have none.
    """
    choosing = _choosing(session, now)
    able = [one for one in requests if _can_be_planned(one.visit) and one.visit_id not in choosing]
    if not able:
        return []
    visit_ids = [one.visit_id for one in able]
    first_on = first_choosable_on(now)
    last_on = max(bookable_period(one.visit.due_on, now)[1] for one in able)
    regions = {one.visit.address.region_id or 0 for one in able}
    look = Look(
        now,
        {region: free_openings(session, region, first_on, last_on) for region in regions},
        {day.date: day for day in horizon(session, branch_id, first_on, last_on)},
        _present(session, visit_ids),
        _known_openings(session, visit_ids),
        _had(session, visit_ids),
    )
    found = [match for one in able for match in look.matches_of(one)]
    return sorted(found, key=lambda one: one.rank)


def _can_be_planned(visit: Visit) -> bool:
    address = visit.address
    is_placed = address.region_id is not None and address.lat is not None
    return visit.state is VisitState.OPEN and is_placed and address.lon is not None


def _choosing(session: Session, now: datetime) -> set[int]:
    """Return the visits for which somebody is choosing at this moment: they are left in peace."""
    return set(
        session.scalars(
            sa.select(Stop.visit_id).where(Stop.hold_kind.in_(CHOOSING), Stop.held_until > now)
        )
    )


def _present(session: Session, visit_ids: Sequence[int]) -> Mapping[int, Present]:
    rows = session.execute(
        sa.select(Appointment, Stop.id)
        .join(Stop, sa.and_(Stop.visit_id == Appointment.visit_id, Stop.held_until.is_(None)))
        .where(
            Appointment.visit_id.in_(visit_ids),
            Appointment.status == AppointmentStatus.CONFIRMED,
        )
    )
    return {one.visit_id: Present(window_of(one), stop_id) for one, stop_id in rows}


def _known_openings(session: Session, visit_ids: Sequence[int]) -> Mapping[int, frozenset[int]]:
    """Return the openings that each visit was offered before or holds already."""
    offered = (
        sa.select(WaitingRequest.visit_id, WaitingOffer.opening_id)
        .join(WaitingOffer.request)
        .where(WaitingRequest.visit_id.in_(visit_ids))
    )
    held = sa.select(Stop.visit_id, Stop.opening_id).where(
        Stop.visit_id.in_(visit_ids), Stop.opening_id.is_not(None), Stop.held_until.is_not(None)
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for visit_id, opening_id in [*session.execute(offered), *session.execute(held)]:
        found[visit_id].add(opening_id or 0)
    return {visit_id: frozenset(openings) for visit_id, openings in found.items()}


def _had(session: Session, visit_ids: Sequence[int]) -> Mapping[int, frozenset[Begin]]:
    """Return when the appointments began that each visit ever had, as the audit trail knows."""
    subjects = {f"visit:{visit_id}": visit_id for visit_id in visit_ids}
    entries = session.execute(
        sa.select(AuditEntry.subject, AuditEntry.detail).where(
            AuditEntry.subject.in_(subjects), AuditEntry.action.startswith("appointment.")
        )
    )
    found: defaultdict[int, set[Begin]] = defaultdict(set)
    for subject, detail in entries:
        if "window" in detail:
            begin = date.fromisoformat(detail["date"]), time.fromisoformat(detail["window"])
            found[subjects[subject]].add(begin)
    return {visit_id: frozenset(begins) for visit_id, begins in found.items()}
