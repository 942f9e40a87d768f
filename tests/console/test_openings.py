"""Windows by region and week: seen, opened, changed and closed by hand."""

from __future__ import annotations

import re
from datetime import date, datetime, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.policy import bookable_period
from portal.clock import AMSTERDAM
from portal.console.views.openings import opened_in_words
from portal.database import transaction
from portal.planning.errors import DayTooNear, PlacesBelowTaken, UnknownWindow
from portal.planning.models import DayPlan, Opening, OpeningReason
from portal.planning.opening_changes import Decision, close, set_places
from portal.planning.openings import OpenedReport
from portal.planning.windows import STANDARD_WINDOWS
from portal.regions.models import Region, SchoolZone
from portal.texts import spoken_to
from tests.factories import (
    NEXT_MONDAY,
    make_opening,
    make_region,
    make_technician,
    make_visit,
    the_region,
)
from tests.statements import counted

NOW = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)
DECISION = Decision("staff:1", "open dag van de buren", NOW)
EIGHT = time(8)
REASONS = re.compile(r"reden (\d) van (\d\d)")


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


@pytest.mark.parametrize(
    ("too_near", "because"),
    [
        (date(2027, 2, 26), "Deze dag is voorbij."),
        (date(2027, 3, 1), "te dichtbij"),
        (date(2027, 3, 2), "te dichtbij"),
    ],
)
def test_a_day_that_customers_cannot_choose_is_neither_opened_nor_closed(
    planner, session: Session, too_near: date, because: str
):
    region_id = make_opening(session, too_near).region_id
    for change in (
        lambda region: set_places(session, region, too_near, EIGHT, 5, DECISION),
        lambda region: close(session, region, too_near, EIGHT, DECISION),
    ):
        with pytest.raises(DayTooNear), transaction() as writing:
            change(writing.get_one(Region, region_id))
    assert (stored(session).places, stored(session).closed) == (4, False)
    page = planner.fetch(f"/staff/openings/{region_id}/{too_near}")
    assert because in page.text
    assert not [form for form in page.forms if "openings" in form.action]


def test_the_first_day_that_planners_change_is_the_first_that_customers_can_choose(
    session: Session,
):
    first_on, _last_on = bookable_period(date(2027, 3, 1), NOW)
    region_id = the_region(session).id
    with transaction() as writing:
        set_places(writing, writing.get_one(Region, region_id), first_on, EIGHT, 5, DECISION)
    assert stored(session).date == first_on == date(2027, 3, 3)


@pytest.mark.parametrize(
    ("reason", "opened_by", "words"),
    [
        (OpeningReason.CHOICE, "command", "Opengesteld door een opdracht van de beheerder, omdat"),
        (OpeningReason.DEMAND, "staff:1", "Opengesteld door Planner Test, omdat hier zoveel"),
        (OpeningReason.PLANNER, "staff:1", "Met de hand opengesteld door Planner Test."),
    ],
)
def test_the_page_says_who_opened_a_window_and_why(
    planner, session: Session, reason: OpeningReason, opened_by: str, words: str
):
    opening = make_opening(session, reason=reason, opened_by=opened_by)
    assert words in planner.fetch(day_page(opening.region)).text


def test_a_day_takes_as_many_queries_with_four_windows_as_with_one(planner, session: Session):
    region = the_region(session)
    make_opening(session)
    with counted() as one:
        planner.fetch(day_page(region))
    for start, end in STANDARD_WINDOWS[1:]:
        make_opening(session, window_start=start, window_end=end)
    with counted() as four:
        planner.fetch(day_page(region))
    assert len(four) == len(one)


def test_each_window_tells_its_own_newest_decisions(planner, session: Session):
    region_id = the_region(session).id
    for number in range(4):
        for start in (EIGHT, time(10)):
            decision = Decision("staff:1", f"reden {number} van {start:%H}", NOW)
            with transaction() as writing:
                region = writing.get_one(Region, region_id)
                set_places(writing, region, NEXT_MONDAY, start, 5, decision)
    page = planner.fetch(day_page(session.get_one(Region, region_id)))
    told = REASONS.findall(page.text)
    expected = [(str(number), start) for start in ("08", "10") for number in (3, 2, 1)]
    assert told == expected


@pytest.mark.parametrize(
    ("report", "sentences"),
    [
        (OpenedReport(0, 0, 9), "Alle tijdvakken die kunnen"),
        (OpenedReport(1, 0, 9), "1 tijdvak is opengesteld."),
        (OpenedReport(0, 2, 9), "2 tijdvakken kregen meer plaatsen."),
        (OpenedReport(2, 1, 9), "2 tijdvakken zijn opengesteld. 1 tijdvak kreeg meer plaatsen."),
    ],
)
def test_what_was_opened_is_said_in_whole_sentences(
    session: Session, report: OpenedReport, sentences: str
):
    with spoken_to("nl"):
        assert opened_in_words(report).startswith(sentences)


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
