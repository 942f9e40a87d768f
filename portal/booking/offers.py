"""The offer for one visit at one moment. Web page, desk and campaigns all ask it here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.offer import NOTHING, Offer, OfferedWindow, offer_of
from portal.booking.policy import bookable_period
from portal.booking.queries import holds_of, window_of_stop
from portal.customers.models import Visit, VisitState
from portal.planning.horizon import PlannedDate, fits, horizon
from portal.planning.models import Opening, Stop
from portal.planning.windows import Window
from portal.regions.models import Region


@dataclass(frozen=True, slots=True)
class RegionOffers:
    """The free windows of a region, by the id of each one's opening, and its planned days.

    Read once, it answers for as many visits of the region as one likes.
    """

    openings: Mapping[Window, int]
    days: tuple[PlannedDate, ...]
    now: datetime

    def offer_for(self, visit: Visit, besides: Window | None = None) -> Offer:
        """Return what a visit may choose from, without the window `besides`."""
        first_on, last_on = bookable_period(visit.due_on, self.now)
        wanted = {one.date for one in self.openings if first_on <= one.date <= last_on}
        fitting = fits(visit, [day for day in self.days if day.date in wanted])
        return offer_of(
            OfferedWindow(
                self.openings[fit.window], fit.window, fit.extra_travel_s, fit.joins_route
            )
            for fit in fitting
            if fit.window in self.openings and fit.window != besides
        )


def offer_for(
    session: Session, visit: Visit, now: datetime, besides: Window | None = None
) -> Offer:
    """Return every window that is open, has a place and fits the routes; NOTHING without a place.

    `besides` is the window that the customer has already, when it is about another one. Read only:
    what is shown here is true now; the click decides again on locked rows.
    """
    address = visit.address
    if visit.state is not VisitState.OPEN or address.region is None or address.lat is None:
        return NOTHING
    period = bookable_period(visit.due_on, now)
    held = holds_of(session, visit)
    return region_offers(session, address.region, *period, now, held).offer_for(visit, besides)


def region_offers(
    session: Session,
    region: Region,
    first_on: date,
    last_on: date,
    now: datetime,
    held: Sequence[Stop] = (),
) -> RegionOffers:
    """Return the offers of a region between two dates; a handful of queries in all.

    What is `held` for who asks is not in the way: such a window is offered though it took the last
    place, and the other windows of that day as if the stop were off its route.
    """
    own = {window_of_stop(stop): stop.opening_id for stop in held if stop.opening_id}
    openings = {**free_openings(session, region.id, first_on, last_on), **own}
    if not openings:
        return RegionOffers({}, (), now)
    dates = {window.date for window in openings}
    days = horizon(session, region.branch_id, min(dates), max(dates))
    stop_ids = {stop.id for stop in held}
    return RegionOffers(openings, tuple(day.without(stop_ids) for day in days), now)


def free_openings(
    session: Session, region_id: int, first_on: date, last_on: date
) -> Mapping[Window, int]:
    """Return the windows of a region with a free place, and the id of each one's opening."""
    rows = session.execute(
        sa.select(Opening.date, Opening.window_start, Opening.window_end, Opening.id).where(
            Opening.region_id == region_id,
            Opening.date.between(first_on, last_on),
            Opening.closed.is_(False),
            Opening.taken < Opening.places,
        )
    )
    return {Window(day, start, end): opening_id for day, start, end, opening_id in rows}
