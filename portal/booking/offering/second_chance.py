"""When little or nothing fits: rearrange a day or two, then offer, or book, once more.

No transaction is open while a day is rearranged, and what is offered afterwards rests on the routes
that were stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from portal.booking.offering.offer import Offer, lacks_choice
from portal.booking.offering.offers import free_openings, may_be_planned, offer_for
from portal.booking.policy import bookable_period
from portal.customers.models import Visit
from portal.planning.errors import NoLongerFits
from portal.planning.models import Opening
from portal.planning.second_chance import make_room
from portal.planning.windows import Window

Result = TypeVar("Result")

MOST_DATES = 2  # a fifth of a second each, at most, and only for whom there is too little choice


def may_look_further(
    session: Session, visit: Visit, offer: Offer, now: datetime, besides: Window | None = None
) -> bool:
    """Return whether there is too little choice, and windows that rearranged routes could serve."""
    offered = [one for day in offer.all for one in day.windows]
    return lacks_choice(offered) and bool(refused_windows(session, visit, offer, now, besides))


def look_further(
    session: Session, visit: Visit, now: datetime, besides: Window | None = None
) -> bool:
    """Rearrange the most promising dates for a visit; return whether that made room on one.

    Begins with a rollback of the session.
    """
    offer = offer_for(session, visit, now, besides)
    refused = refused_windows(session, visit, offer, now, besides)
    made = [make_room(visit, windows) for windows in promising_dates(refused)]
    return any(made)


def with_room_made(
    session: Session, visit: Visit, opening_id: int, book: Callable[[], Result]
) -> Result:
    """Return what `book` returns; when the window no longer fits, make room and try once more.

    `book` has a transaction of its own. Raises what it raises.
    """
    try:
        return book()
    except NoLongerFits:
        opening = session.get(Opening, opening_id)
        if opening is None:
            raise
        window = Window(opening.date, opening.window_start, opening.window_end)
        if not make_room(visit, [window]):
            raise
        return book()


def refused_windows(
    session: Session, visit: Visit, offer: Offer, now: datetime, besides: Window | None
) -> Sequence[Window]:
    """Return the windows that are open with a free place but fit no route as it stands."""
    region_id = visit.address.region_id
    if region_id is None or not may_be_planned(visit):
        return ()
    offered = {one.window for day in offer.all for one in day.windows}
    openings = free_openings(session, region_id, *bookable_period(visit.due_on, now))
    return sorted(window for window in openings if window not in offered and window != besides)


def promising_dates(refused: Sequence[Window]) -> list[list[Window]]:
    """Return the windows of the dates with most of them, the earlier date first among equals."""
    of_date: dict[date, list[Window]] = defaultdict(list)
    for window in refused:
        of_date[window.date].append(window)
    by_promise = sorted(of_date.values(), key=lambda windows: (-len(windows), windows[0].date))
    return by_promise[:MOST_DATES]
