"""Open windows region by region: what is due and who works, weighed by the optimiser.

Places that were opened before only rise; what a planner closed stays closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from statistics import fmean

import sqlalchemy as sa
from sqlalchemy.orm import Session

from optimizer import opening
from optimizer.travel import Location
from portal.customers.models import Address, Boiler, Visit, VisitState
from portal.planning.actions import make_days
from portal.planning.facts import stop_facts
from portal.planning.legs import typical_leg_s
from portal.planning.models import DayPlan, Opening, OpeningReason, Stop
from portal.planning.queries import openings_between
from portal.planning.travel import travel_times
from portal.planning.windows import NOON, STANDARD_WINDOWS, elapsed_seconds, time_window
from portal.regions.availability import availability
from portal.regions.branch_calendar import BranchCalendar
from portal.regions.models import Branch
from portal.regions.queries import branch_calendar, regions_of_branch
from portal.technicians.queries import roster
from portal.technicians.shifts import OnDuty

HOME_LEG_S = 20 * 60  # from home to the first address, and back from the last
ORDINARY_DAY = date(2027, 3, 1)  # any day without a clock change: windows by the clock

REASONS = {
    opening.Reason.CHOICE: OpeningReason.CHOICE,
    opening.Reason.DEMAND: OpeningReason.DEMAND,
}


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """What opening did: new windows, windows with more places, and all their places together."""

    opened: int
    raised: int
    places: int


@dataclass(frozen=True, slots=True)
class DueAddress:
    """One visit that looks for a window: where and how long."""

    region_id: int
    place: Location
    service_s: int


def open_windows(
    session: Session,
    branch: Branch,
    first_on: date,
    last_on: date,
    opened_by: str,
) -> OpenedReport:
    """Open windows for a branch between two dates and make the day plans they need."""
    make_days(session, branch, first_on, last_on)
    known = openings_between(session, branch.id, first_on, last_on)
    opened = opening.openings(
        regions=_regions(session, branch.id, last_on),
        days=_days(session, branch.id, first_on, last_on),
        windows=[time_window(ORDINARY_DAY, *window) for window in STANDARD_WINDOWS],
        published=[_published(one) for one in known],
    )
    return _write(session, opened, known, opened_by)


def due_addresses(session: Session, branch_id: int, last_on: date) -> list[DueAddress]:
    """Return the open visits due by a date that no stop serves yet and that have a place."""
    rows = session.execute(
        sa.select(Address.region_id, Address.lat, Address.lon, Boiler.service_minutes)
        .join(Boiler, Boiler.address_id == Address.id)
        .join(Visit, Visit.boiler_id == Boiler.id)
        .where(
            Visit.state == VisitState.OPEN,
            Visit.due_on <= last_on,
            Address.region.has(branch_id=branch_id),
            Address.lat.is_not(None),
            ~sa.exists().where(Stop.visit_id == Visit.id),
        )
        .order_by(Visit.id)
    )
    return [
        DueAddress(region_id, Location(lat, lon), minutes * 60)
        for region_id, lat, lon, minutes in rows
        if region_id is not None and lat is not None and lon is not None
    ]


def _regions(session: Session, branch_id: int, last_on: date) -> list[opening.Region]:
    due: dict[int, list[DueAddress]] = defaultdict(list)
    for address in due_addresses(session, branch_id, last_on):
        due[address.region_id].append(address)
    return [
        _region(region.id, due[region.id])
        for region in regions_of_branch(session, branch_id)
        if due[region.id]
    ]


def _region(region_id: int, due: Sequence[DueAddress]) -> opening.Region:
    places = [address.place for address in due]
    return opening.Region(
        id=str(region_id),
        due=len(due),
        centroid=Location(fmean(p.lat for p in places), fmean(p.lon for p in places)),
        service_s=round(fmean(address.service_s for address in due)),
        travel_s=typical_leg_s(places, travel_times()),
    )


def _days(session: Session, branch_id: int, first_on: date, last_on: date) -> list[opening.Day]:
    calendar = branch_calendar(session, branch_id, first_on, last_on)
    on_duty = roster(session, branch_id, first_on, last_on)
    booked = _booked_seconds(session, branch_id, first_on, last_on)
    regions = [region.id for region in regions_of_branch(session, branch_id)]
    span = (first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1))
    return [
        opening.Day(
            date=day,
            workday=calendar.is_workday(day),
            morning_s=sum(half_seconds(one, morning=True) for one in on_duty[day]),
            afternoon_s=sum(half_seconds(one, morning=False) for one in on_duty[day]),
            booked_morning_s=booked[day, True],
            booked_afternoon_s=booked[day, False],
            availability={str(one): _at_home(calendar, one, day) for one in regions},
        )
        for day in span
    ]


def half_seconds(on_duty: OnDuty, *, morning: bool) -> int:
    """Return the seconds for visits in one half of a shift, after the way from or to home."""
    first = on_duty.starts if morning else max(on_duty.starts, NOON)
    last = min(on_duty.ends, NOON) if morning else on_duty.ends
    seconds = _seconds(last) - _seconds(first) - HOME_LEG_S
    if not morning and on_duty.ends > on_duty.lunch_from:
        seconds -= on_duty.lunch_minutes * 60
    return max(0, seconds)


def _seconds(local: time) -> int:
    return elapsed_seconds(ORDINARY_DAY, local)


def _at_home(calendar: BranchCalendar, region_id: int, day: date) -> float:
    return availability(day, lambda one: calendar.school_holiday(region_id, one) is not None)


def _booked_seconds(
    session: Session, branch_id: int, first_on: date, last_on: date
) -> defaultdict[tuple[date, bool], int]:
    """Return what is promised already, by date and by whether the window is a morning one."""
    of_period = sa.select(DayPlan.id, DayPlan.date).where(
        DayPlan.branch_id == branch_id, DayPlan.date.between(first_on, last_on)
    )
    plans = {plan_id: day for plan_id, day in session.execute(of_period)}  # noqa: C416 (typed rows)
    booked: defaultdict[tuple[date, bool], int] = defaultdict(int)
    for plan_id, stops in stop_facts(session, list(plans)).items():
        for stop in stops:
            seconds = stop.service_minutes * 60 + HOME_LEG_S // 2
            booked[plans[plan_id], stop.window_end <= NOON] += seconds
    return booked


def _published(known: Opening) -> opening.Published:
    return opening.Published(
        region=str(known.region_id),
        date=known.date,
        window_start_s=_seconds(known.window_start),
        places=known.taken if known.closed else known.places,
        taken=known.taken,
    )


def _write(
    session: Session,
    opened: Sequence[opening.Opened],
    known: Sequence[Opening],
    opened_by: str,
) -> OpenedReport:
    by_key = {(one.region_id, one.date, one.window_start): one for one in known}
    of_start = {_seconds(start): (start, end) for start, end in STANDARD_WINDOWS}
    new = raised = 0
    for one in opened:
        start, end = of_start[one.window_start_s]
        before = by_key.get((int(one.region), one.date, start))
        if before is None:
            session.add(_opening(one, start, end, opened_by))
            new += 1
        elif not before.closed and one.places > before.places:
            before.places = one.places
            raised += 1
    session.flush()
    return OpenedReport(new, raised, sum(one.places for one in opened))


def _opening(one: opening.Opened, start: time, end: time, opened_by: str) -> Opening:
    return Opening(
        region_id=int(one.region),
        date=one.date,
        window_start=start,
        window_end=end,
        places=one.places,
        reason=REASONS[one.reason],
        opened_by=opened_by,
    )
