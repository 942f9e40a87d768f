"""The offer for one visit at one moment. Web page, desk and campaigns all ask it here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.offer import NOTHING, Offer, OfferedWindow, offer_of
from portal.booking.policy import bookable_period
from portal.customers.models import Visit, VisitState
from portal.planning.horizon import fits, horizon
from portal.planning.models import Opening
from portal.planning.windows import Window


def offer_for(
    session: Session, visit: Visit, now: datetime, besides: Window | None = None
) -> Offer:
    """Return every window that is open, has a place and fits the routes; NOTHING without a place.

    `besides` is the window that the customer has already, when it is about another one.

    Read only. What is shown here is true now; the click decides again on locked rows.
    """
    address = visit.address
    if visit.state is not VisitState.OPEN or address.region_id is None or address.lat is None:
        return NOTHING
    first_on, last_on = bookable_period(visit.due_on, now)
    openings = free_openings(session, address.region_id, first_on, last_on)
    if not openings:
        return NOTHING
    wanted = {window.date for window in openings}
    days = horizon(session, visit.customer.branch_id, min(wanted), max(wanted))
    fitting = fits(visit, [day for day in days if day.date in wanted])
    return offer_of(
        OfferedWindow(openings[fit.window], fit.window, fit.extra_travel_s, fit.joins_route)
        for fit in fitting
        if fit.window in openings and fit.window != besides
    )


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
