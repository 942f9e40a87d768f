"""What is said in favour of a window is true, and said once a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.offering.advantages import advantage, day_advantage
from portal.booking.offering.offer import NEARBY_S, OfferedDay, OfferedWindow, offer_of
from portal.booking.offering.offers import offer_for
from portal.clock import midnight
from portal.customers.models import Visit
from portal.planning.models import DayPlan
from portal.planning.windows import Window
from portal.technicians.models import Technician
from portal.texts import spoken_to
from tests.booking.agenda import FIRST, NOW, make_agenda
from tests.factories import (
    DOM_TOWER,
    make_address,
    make_boiler,
    make_stop,
    make_visit,
)

MONDAY = date(2027, 3, 8)
PLAIN = OfferedWindow(1, Window(MONDAY, time(8), time(10)), 1200, joins_route=True)
NEAR = replace(PLAIN, extra_travel_s=NEARBY_S)


@pytest.mark.parametrize(
    ("one", "usual_s", "said"),
    [
        (PLAIN, 9000, ""),
        (NEAR, 0, "Wij zijn bij u in de buurt"),
        (NEAR, NEARBY_S + 19 * 60, "Wij zijn bij u in de buurt: 15 minuten minder rijden"),
        (replace(NEAR, is_next_door=True), 0, "Wij zijn bij u om de hoek"),
        (replace(PLAIN, is_next_door=True), 0, ""),
        (replace(PLAIN, is_wish=True), 0, "Een tijd die u graag heeft"),
        (replace(NEAR, joins_route=False), 9000, ""),
        (
            replace(PLAIN, held_until=datetime(2027, 3, 1, 11, 10, tzinfo=UTC)),
            0,
            "Wij houden deze tijd voor u vast tot 12:10",
        ),
        (
            replace(PLAIN, held_until=datetime(2027, 3, 2, 11, 10, tzinfo=UTC), is_kept_long=True),
            0,
            "Wij houden deze tijd voor u vast tot dinsdag 2 maart, 12:10",
        ),
        (
            replace(PLAIN, held_until=midnight(date(2027, 3, 3)), is_kept_long=True),
            0,
            "Wij houden deze tijd voor u vast tot en met dinsdag 2 maart",
        ),
    ],
)
def test_the_strongest_true_thing_is_said(
    app: Flask, one: OfferedWindow, usual_s: int, said: str
) -> None:
    with app.test_request_context(), spoken_to("nl"):
        assert advantage(one, offer_of([one], usual_s)) == said


def test_what_holds_all_day_is_said_once(app: Flask) -> None:
    later = replace(NEAR, window=Window(MONDAY, time(10), time(12)))
    offer = offer_of([NEAR, later], 0)
    with app.test_request_context(), spoken_to("nl"):
        assert day_advantage(OfferedDay(MONDAY, (NEAR, later)), offer)
        assert not day_advantage(OfferedDay(MONDAY, (NEAR,)), offer)
        assert not day_advantage(OfferedDay(MONDAY, (PLAIN, later)), offer)


def test_only_others_make_us_come_to_the_neighbourhood(session: Session) -> None:
    make_agenda(session, days=1, technicians=1)
    here = {"lat": DOM_TOWER[0] + 0.02, "lon": DOM_TOWER[1]}
    visit = make_visit(session, boiler=make_boiler(session, address=make_address(session, **here)))
    neighbour = make_visit(
        session, boiler=make_boiler(session, address=make_address(session, **here))
    )
    alone = offer_for(session, visit, NOW)
    assert not any(one.joins_route or one.is_next_door for one in alone.windows)
    book(session, neighbour)
    beside = [one for one in offer_for(session, visit, NOW).windows if one.window.date == FIRST]
    assert all(one.is_next_door and one.is_nearby for one in beside)
    own = offer_for(session, neighbour, NOW)
    assert not any(one.joins_route for one in own.windows)


def book(session: Session, visit: Visit) -> None:
    """Put a visit on the only technician's route of the first day."""
    plan = session.query(DayPlan).filter_by(date=FIRST).one()
    make_stop(session, day_plan=plan, technician=session.query(Technician).one(), visit=visit)
    plan.version += 1
    session.commit()
