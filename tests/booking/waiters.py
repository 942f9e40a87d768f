"""People who wait for a place, on three days without one until a test opens it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.actions import confirm
from portal.booking.actions.waiting import ask
from portal.booking.models import (
    Appointment,
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
)
from portal.booking.waiting_list.freed import EXTENSION, Round, offer_freed
from portal.booking.waiting_list.wishes import Wishes
from portal.customers.models import Visit
from portal.database import transaction
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening, Stop
from portal.planning.queries import planned_day
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, opening_at
from tests.factories import (
    DOM_TOWER,
    make_address,
    make_customer,
    make_visit,
)

KEY = "t" * 48
LAST = FIRST + timedelta(days=25)
ANY = Wishes(FIRST, LAST)
TOWN = DOM_TOWER
FAR = (52.16, 5.38)  # Amersfoort: twenty kilometres from where the technicians live


def forget_looks(app: Flask) -> None:
    """Be a process that has just started."""
    app.extensions.pop(EXTENSION, None)


def a_visit(session: Session, where: tuple[float, float] = TOWN, **customer: Any) -> Visit:
    address = make_address(
        session, customer=make_customer(session, **customer), lat=where[0], lon=where[1]
    )
    return make_visit(session, address=address)


def open_up(session: Session, day: date, start: int, places: int = 1) -> Opening:
    """Return an opening with so many free places, as after a cancellation."""
    opening = opening_at(session, day, time(start))
    opening.places = opening.taken + places
    session.commit()
    return opening


def booked(session: Session, visit: Visit, opening: Opening, now: datetime = NOW) -> Appointment:
    with transaction() as write:
        return confirm(write, visit, choice_of(opening), circumstances(now))


def waits(
    session: Session, visit: Visit, wishes: Wishes = ANY, now: datetime = NOW
) -> WaitingRequest:
    with transaction() as write:
        return ask(write, visit, wishes, circumstances(now), KEY)


def look(now: datetime = NOW) -> Round:
    return offer_freed(circumstances(now, "waiting list"), KEY)


def offers(session: Session, **where: Any) -> list[WaitingOffer]:
    session.rollback()
    session.expire_all()
    found = sa.select(WaitingOffer).filter_by(**where).order_by(WaitingOffer.id)
    return list(session.scalars(found))


def the_offer(session: Session) -> WaitingOffer:
    (found,) = offers(session, state=WaitingOfferState.OPEN)
    return found


def told(session: Session, visit: Visit) -> list[str]:
    """Return the kinds of messages about a visit, in order."""
    rows = sa.select(OutboxMessage.kind).where(OutboxMessage.about == f"visit:{visit.id}")
    return list(session.scalars(rows.order_by(OutboxMessage.id)))


def assert_sound(session: Session) -> None:
    """Hold that every day keeps its promises, and that places taken are the stops there are."""
    for day in (FIRST + timedelta(days=n) for n in range(3)):
        branch_id = session.scalars(sa.select(Opening)).first().region.branch_id  # type: ignore[union-attr]
        planned = planned_day(session, branch_id, day)
        assert planned is not None
        assert planned.violations == ()
    counted_stops = dict(
        session.execute(sa.select(Stop.opening_id, sa.func.count()).group_by(Stop.opening_id)).all()
    )
    for opening_id, taken in session.execute(sa.select(Opening.id, Opening.taken)):
        assert counted_stops.get(opening_id, 0) == taken
