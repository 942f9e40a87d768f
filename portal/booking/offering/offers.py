"""The offer for one visit at one moment. Web page, desk and campaigns all ask it here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.offering.offer import NOTHING, Offer, OfferedWindow, offer_of
from portal.booking.policy import HOLD, bookable_period
from portal.booking.queries import holds_of
from portal.customers.liking import IsSchoolHoliday, Taste, taste_of
from portal.customers.models import Preferences, Visit, VisitState
from portal.planning.horizon import Fit, PlannedDate, fits, horizon
from portal.planning.models import HoldKind, Opening, Stop
from portal.planning.windows import Window
from portal.regions.errors import HolidaysUnknown
from portal.regions.holidays_nl import school_holiday
from portal.regions.models import Region

Told = Mapping[int, Preferences]


@dataclass(frozen=True, slots=True)
class Holds:
    """The windows that are held for one visit at one moment.

    `live` are all whose time is not over; `kept` are those of them that a click can take for
    certain. `given_back` are the stops that make room when another window is chosen: one click
    gives back the choice before it, and nothing else.
    """

    live: frozenset[Window] = frozenset()
    kept: Mapping[Window, Stop] = field(default_factory=dict)
    given_back: tuple[Stop, ...] = ()

    @property
    def freed_openings(self) -> frozenset[int]:
        """The openings of which a place comes free as soon as another window is chosen."""
        return frozenset(stop.opening_id for stop in self.given_back if stop.opening_id)


NO_HOLDS = Holds()


@dataclass(frozen=True, slots=True)
class RegionOffers:
    """The free windows of a region, by the id of each one's opening, and its planned days.

    Read once, it answers for as many visits of the region as one likes. `told` are the preferences
    of customers, by id.
    """

    region: Region
    openings: Mapping[Window, int]
    days: tuple[PlannedDate, ...]
    now: datetime
    told: Told = field(default_factory=dict)

    def offer_for(
        self, visit: Visit, besides: Window | None = None, holds: Holds = NO_HOLDS
    ) -> Offer:
        """Return what a visit may choose from, without the window `besides`."""
        first_on, last_on = bookable_period(visit.due_on, self.now)
        wanted = {one.date for one in self.openings if first_on <= one.date <= last_on}
        days = [day for day in self.days if day.date in wanted]
        taste = taste_of(
            visit.customer.kind, self.told.get(visit.customer.id), _school_holidays(self.region)
        )
        fitting = {fit.window: fit for fit in self._fits(visit, days, holds)}
        windows = [*fitting, *(window for window in holds.kept if window not in fitting)]
        return offer_of(
            self._offered(window, fitting.get(window), taste, holds)
            for window in windows
            if window in self.openings and window != besides and window.date in wanted
        )

    def _fits(self, visit: Visit, days: Sequence[PlannedDate], holds: Holds) -> Iterable[Fit]:
        """Yield where the visit fits once its earlier choice is given back.

        The days of that choice are asked apart: all others stay joined as they were kept.
        """
        gone = {stop.id for stop in holds.given_back}
        if not gone:
            yield from fits(visit, days)
            return
        changed = [day for day in days if any(one.stop_id in gone for one in day.state.stops)]
        dates = {day.date for day in changed}
        yield from (fit for fit in fits(visit, days) if fit.window.date not in dates)
        for day in changed:
            yield from fits(visit, [day.without(gone)])

    def _offered(
        self, window: Window, fit: Fit | None, taste: Taste, holds: Holds
    ) -> OfferedWindow:
        kept = holds.kept.get(window)
        held_until = kept.held_until if kept is not None else None
        return OfferedWindow(
            opening_id=self.openings[window],
            window=window,
            extra_travel_s=fit.extra_travel_s if fit else 0,
            joins_route=fit is not None and fit.joins_route,
            dislike_s=taste.dislike_s(window.date, window.start, window.end),
            is_wish=taste.is_wish(window.date, window.end),
            is_next_door=fit is not None and fit.is_next_door,
            held_until=held_until,
            is_kept_long=held_until is not None and held_until > self.now + 2 * HOLD,
        )


def offer_for(
    session: Session, visit: Visit, now: datetime, besides: Window | None = None
) -> Offer:
    """Return every window that is open, has a place and fits the routes; NOTHING without a place.

    `besides` is the window that the customer has already, when it is about another one. What is
    held for the visit is offered to it whatever else is true, and its earlier choice takes no room
    from it. Read only: what is shown here is true now; the click decides again on locked rows.
    """
    return offer_with_holds(session, visit, now, besides, holds_at(session, visit, now))


def offer_with_holds(
    session: Session, visit: Visit, now: datetime, besides: Window | None, holds: Holds
) -> Offer:
    """Return the offer for a visit of which the holds are known already."""
    address = visit.address
    if not may_be_planned(visit) or address.region is None:
        return NOTHING
    period = bookable_period(visit.due_on, now)
    told = session.get(Preferences, visit.customer.id)
    offers = region_offers(
        session,
        address.region,
        *period,
        now,
        told={} if told is None else {visit.customer.id: told},
        holds=holds,
    )
    return offers.offer_for(visit, besides, holds)


def may_be_planned(visit: Visit) -> bool:
    """Return whether a visit is still to be made, at an address with a region and coordinates."""
    address = visit.address
    has_place = address.region_id is not None and address.lat is not None
    return visit.state is VisitState.OPEN and has_place


def holds_at(session: Session, visit: Visit, now: datetime) -> Holds:
    """Return what is held for a visit; a hold whose time is over is nobody's any more."""
    return holds_among(holds_of(session, visit), now)


def holds_among(held: Sequence[Stop], now: datetime) -> Holds:
    """Return what these stops, which are held for one visit, mean at a moment."""
    live = {
        window_of_stop(stop): stop
        for stop in held
        if stop.held_until is not None and stop.held_until > now
    }
    kept = {window: stop for window, stop in live.items() if stop.opening_id is not None}
    given_back = tuple(stop for stop in held if stop.hold_kind is HoldKind.CHOICE)
    return Holds(frozenset(live), kept, given_back)


def window_of_stop(stop: Stop) -> Window:
    """Return the window that a stop promises."""
    return Window(stop.day_plan.date, stop.window_start, stop.window_end)


def region_offers(
    session: Session,
    region: Region,
    first_on: date,
    last_on: date,
    now: datetime,
    *,
    told: Told | None = None,
    holds: Holds = NO_HOLDS,
) -> RegionOffers:
    """Return the offers of a region between two dates; a handful of queries in all.

    `told` are the preferences of those who will be asked for, by customer.
    """
    openings = dict(free_openings(session, region.id, first_on, last_on, holds.freed_openings))
    for window, stop in holds.kept.items():
        if first_on <= window.date <= last_on and stop.opening_id is not None:
            openings[window] = stop.opening_id
    if not openings:
        return RegionOffers(region, {}, (), now)
    dates = {window.date for window in openings}
    days = horizon(session, region.branch_id, min(dates), max(dates))
    return RegionOffers(region, openings, days, now, told or {})


def free_openings(
    session: Session,
    region_id: int,
    first_on: date,
    last_on: date,
    freed: frozenset[int] = frozenset(),
) -> Mapping[Window, int]:
    """Return the windows of a region with a free place, and the id of each one's opening.

    Of the openings `freed` one place counts as free.
    """
    rows = session.execute(
        sa.select(Opening.date, Opening.window_start, Opening.window_end, Opening.id).where(
            Opening.region_id == region_id,
            Opening.date.between(first_on, last_on),
            Opening.closed.is_(False),
            sa.or_(Opening.taken < Opening.places, Opening.id.in_(freed)),
        )
    )
    return {Window(day, start, end): opening_id for day, start, end, opening_id in rows}


def preferences_among(session: Session, customer_ids: Iterable[int]) -> Told:
    """Return what these customers told us to like, by customer; who told nothing is absent."""
    found = session.scalars(
        sa.select(Preferences).where(Preferences.customer_id.in_(sorted(set(customer_ids))))
    )
    return {one.customer_id: one for one in found}


def _school_holidays(region: Region) -> IsSchoolHoliday:
    def is_school_holiday(day: date) -> bool:
        try:
            return school_holiday(region.school_zone, day) is not None
        except HolidaysUnknown:
            return False

    return is_school_holiday
