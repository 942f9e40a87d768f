"""What many visits of one region may choose from: windows and routes are read once for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.booking.offer import Offer, OfferedWindow, offer_of
from portal.booking.offers import free_openings
from portal.booking.policy import bookable_period
from portal.customers.models import Visit
from portal.planning.horizon import PlannedDate, fits, horizon
from portal.planning.windows import Window
from portal.regions.models import Region


@dataclass(frozen=True, slots=True)
class RegionOffers:
    """The free windows of a region, by the id of each one's opening, and its planned days."""

    openings: Mapping[Window, int]
    days: tuple[PlannedDate, ...]
    now: datetime

    def offer_for(self, visit: Visit) -> Offer:
        """Return what `booking.offers.offer_for` returns for an open visit with a place."""
        first_on, last_on = bookable_period(visit.due_on, self.now)
        wanted = {one.date for one in self.openings if first_on <= one.date <= last_on}
        fitting = fits(visit, [day for day in self.days if day.date in wanted])
        return offer_of(
            OfferedWindow(
                self.openings[fit.window], fit.window, fit.extra_travel_s, fit.joins_route
            )
            for fit in fitting
            if fit.window in self.openings
        )


def region_offers(
    session: Session, region: Region, first_on: date, last_on: date, now: datetime
) -> RegionOffers:
    """Return the offers of a region between two dates; a handful of queries in all."""
    openings = free_openings(session, region.id, first_on, last_on)
    days = horizon(session, region.branch_id, first_on, last_on) if openings else ()
    return RegionOffers(openings, days, now)
