"""Windows by region and week: seen, opened, changed and closed by hand."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.clock import AMSTERDAM
from portal.console.actions import Decision, close, set_places
from portal.console.errors import DayIsOver, PlacesBelowTaken, UnknownWindow
from portal.database import transaction
from portal.planning.models import DayPlan, Opening, OpeningReason
from portal.regions.models import Region, SchoolZone
from tests.factories import (
    NEXT_MONDAY,
    make_opening,
    make_region,
    make_technician,
    make_visit,
    the_region,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)
DECISION = Decision("staff:1", "open dag van de buren", NOW)
EIGHT = time(8)


def day_page(region: Region, day: date = NEXT_MONDAY) -> str:
    return f"/staff/openings/{region.id}/{day.isoformat()}"


def stored(session: Session) -> Opening:
    session.rollback()
    return session.scalars(sa.select(Opening).execution_options(populate_existing=True)).one()


def test_weeks_and_regions_tell_places_and_taken(planner, session: Session):
    make_opening(session, region=make_region(session, name="Stad"), places=4, taken=2)
    page = planner.fetch("/staff/openings")
    assert any("Stad, maandag 8 maart: 2 van 4 plaatsen bezet" in link.text for link in page.links)
    assert "08 2/4" in page.text
    assert len(page.elements("table")) == 8


def test_school_holidays_stand_at_their_own_region_only(planner, session: Session, clock):
    make_region(session, name="Kampen", school_zone=SchoolZone.NOORD)
    make_region(session, name="Eindhoven", school_zone=SchoolZone.ZUID)
    page = planner.fetch("/staff/openings?from=2027-02-15")
    kampen, eindhoven = page.rows(0)[1:][::-1]
    assert eindhoven[0] == "Eindhoven Voorjaarsvakantie"
    assert kampen[0] == "Kampen"


def test_public_holidays_and_closed_days_are_shown(planner, session: Session):
    make_region(session)
    page = planner.fetch("/staff/openings?from=2027-03-29")
    assert "Tweede paasdag" in page.rows(0)[0][1]
    assert page.rows(0)[1][1] == "geen werk"


def test_a_planner_opens_a_window_with_a_reason(planner, session: Session):
    region = the_region(session)
    page = planner.fetch(day_page(region))
    form = next(one for one in page.forms if one.values.get("window") == ["08:00"])
    page = planner.submit(form, {"places": 6, "reason": "extra monteur"}, button="do=set")
    opening = stored(session)
    assert (opening.places, opening.taken, opening.closed) == (6, 0, False)
    assert opening.reason is OpeningReason.PLANNER
    assert "Planner Test: extra monteur" in page.text
    assert session.scalar(sa.select(DayPlan.date)) == NEXT_MONDAY


def test_fewer_places_than_are_taken_is_refused_with_the_number(planner, session: Session):
    opening = make_opening(session, places=4, taken=3)
    form = form_of(planner.fetch(day_page(opening.region)))
    page = planner.submit(form, {"places": 2, "reason": "drukte"}, 409, button="do=set")
    assert "Er zijn al 3 plaatsen bezet" in page.text
    assert stored(session).places == 4


def test_closing_keeps_what_was_promised_and_reopening_brings_it_back(planner, session: Session):
    opening = make_opening(session, places=4, taken=3)
    address = day_page(opening.region)
    page = planner.submit(
        form_of(planner.fetch(address)), {"places": None, "reason": "ziekte"}, button="do=close"
    )
    assert (stored(session).closed, stored(session).taken) == (True, 3)
    assert "gesloten" in page.text
    planner.submit(form_of(page), {"places": 4, "reason": "beter"}, button="do=set")
    assert stored(session).closed is False


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"places": "-1"}, "heel getal"),
        ({"places": "100"}, "heel getal"),
        ({"places": "vier"}, "heel getal"),
        ({"reason": "  "}, "waarom"),
        ({"reason": "x" * 121}, "tekens"),
        ({"window": "08:15"}, "tijdvakken"),
        ({"window": "nonsense"}, "tijdvakken"),
    ],
)
def test_what_cannot_be_is_named(planner, session: Session, values, sentence):
    opening = make_opening(session)
    form = form_of(planner.fetch(day_page(opening.region)))
    status = 422
    page = planner.submit(
        form, {"places": 3, "reason": "drukte", **values}, status, button="do=set", unchecked=True
    )
    assert sentence in page.text
    assert stored(session).places == 4


def test_a_day_that_has_begun_can_no_longer_be_changed(session: Session):
    opening = make_opening(session, date(2027, 3, 1))
    region_id = opening.region_id
    with transaction() as writing:
        region = writing.get_one(Region, region_id)
        with pytest.raises(DayIsOver):
            set_places(writing, region, date(2027, 3, 1), EIGHT, 5, DECISION)


def test_a_window_that_was_never_open_cannot_be_closed(session: Session):
    region_id = the_region(session).id
    with transaction() as writing, pytest.raises(UnknownWindow):
        close(writing, writing.get_one(Region, region_id), NEXT_MONDAY, EIGHT, DECISION)


def test_closing_twice_is_recorded_once(session: Session):
    region_id = make_opening(session).region_id
    for _ in range(2):
        with transaction() as writing:
            close(writing, writing.get_one(Region, region_id), NEXT_MONDAY, EIGHT, DECISION)
    entries = session.scalars(sa.select(AuditEntry)).all()
    assert [entry.action for entry in entries] == ["opening.closed"]


@pytest.mark.heart
def test_places_never_fall_below_taken_on_either_database(session: Session):
    region_id = make_opening(session, places=4, taken=4).region_id
    with transaction() as writing:
        region = writing.get_one(Region, region_id)
        with pytest.raises(PlacesBelowTaken):
            set_places(writing, region, NEXT_MONDAY, EIGHT, 3, DECISION)
    assert stored(session).places == 4
    with transaction() as writing:
        region = writing.get_one(Region, region_id)
        set_places(writing, region, NEXT_MONDAY, EIGHT, 4, DECISION)
    assert stored(session).places == 4


def test_the_coming_weeks_are_opened_at_one_click(planner, session: Session):
    make_technician(session)
    for _ in range(6):
        make_visit(session)
    page = planner.submit(planner.fetch("/staff/openings").form("Stel de komende weken open"))
    assert "opengesteld" in page.text
    assert session.scalar(sa.select(sa.func.count(Opening.id))) > 0
    page = planner.submit(page.form("Stel de komende weken open"))
    assert "Er is niets veranderd" in page.text


def test_the_desk_looks_but_opens_nothing(desk, session: Session):
    opening = make_opening(session)
    page = desk.fetch(day_page(opening.region))
    assert not [form for form in page.forms if "openings" in form.action]
    token = page.form("sign-out").values["csrf_token"]
    desk.post(day_page(opening.region), {"csrf_token": token, "places": "9"}, 403)
    desk.post("/staff/openings", {"csrf_token": token}, 403)


def test_addresses_of_days_that_do_not_exist_are_unknown(planner, session: Session):
    region = the_region(session)
    planner.fetch(f"/staff/openings/{region.id}/2027-02-30", 404)
    planner.fetch("/staff/openings/99999/2027-03-08", 404)


def form_of(page):
    """Return the form of the window from eight to ten."""
    return next(one for one in page.forms if one.values.get("window") == ["08:00"])
