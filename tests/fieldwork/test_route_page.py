"""The technician's day: the own route only, what is next first, and no more than is needed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock import AMSTERDAM
from portal.planning.models import HoldKind, Stop
from portal.technicians.models import Technician
from tests.console.days import promise
from tests.factories import NEXT_MONDAY, make_absence, make_branch, make_day_plan, make_technician
from tests.fieldwork.taps import promised, served

HOSTILE = """<b>"J"</b>); alert('x')//"""


def next_stop(page) -> str:
    return page.first("div", class_="next-stop")


def test_the_next_visit_stands_first_and_large(phone, session: Session):
    second = promise(session, time(12), name="Tweede")
    first = promise(session, time(8), name="Eerste", phone="030 000 00 99")
    page = phone.fetch("/route")
    assert page.h1 == "Mijn dag"
    assert "Eerste" in next_stop(page)
    assert first.address.line in next_stop(page)
    assert "beloofd 08:00–10:00" in next_stop(page)
    assert page.text.index(first.address.line) < page.text.index(second.address.line)


def test_one_tap_navigates_and_one_tap_calls(phone, session: Session):
    visit = promise(session, phone="030 000 00 99")
    page = phone.fetch("/route")
    assert page.link("Bellen met A. Voorbeeld") == "tel:0300000099"
    place = f"{visit.address.lat:.6f},{visit.address.lon:.6f}"
    assert page.link("Navigeren").startswith(f"geo:{place}?q={place}(Voorbeeldstraat%20")


def test_without_a_number_there_is_nothing_to_call(phone, session: Session):
    promise(session, phone=None)
    assert not [link for link in phone.fetch("/route").links if link.text.startswith("Bellen")]


def test_what_was_tapped_to_its_end_is_behind(phone, session: Session, clock):
    first = promised(session, time(8), name="Eerste")
    promised(session, time(12), name="Tweede")
    clock.set(datetime(2027, 3, 8, 11, tzinfo=AMSTERDAM))
    assert "Eerste" in next_stop(phone.fetch("/route"))  # the clock alone does no work
    served(first, "08:05", "08:50")
    page = phone.fetch("/route")
    assert "Tweede" in next_stop(page)
    assert "Eerder deze dag (1)" in page.text


def test_after_the_last_visit_the_day_is_done(phone, session: Session):
    served(promised(session), "08:05", "08:50")
    assert "Alle bezoeken van vandaag zijn gedaan" in phone.fetch("/route").text


def test_what_is_done_shows_no_name_and_no_telephone_any_more(phone, session: Session, clock):
    promise(session, time(8), name="Eerste", phone="030 000 00 99")
    clock.set(datetime(2027, 3, 9, 7, tzinfo=AMSTERDAM))
    page = phone.fetch("/route?date=2027-03-08")
    assert "Voorbeeldstraat" in page.text
    assert "Eerste" not in page.text
    assert "0300000099" not in page.body.decode()


def test_only_what_the_work_needs_is_shown(phone, session: Session):
    visit = promise(session, email="geheim@example.org", number="K-GEHEIM")
    body = phone.fetch("/route").body.decode()
    assert visit.customer.name in body
    assert "geheim@example.org" not in body
    assert "K-GEHEIM" not in body


def test_a_window_that_is_only_held_is_not_on_the_route(phone, session: Session):
    promise(session)
    until = datetime(2027, 3, 8, 9, tzinfo=AMSTERDAM)
    session.execute(sa.update(Stop).values(held_until=until, hold_kind=HoldKind.CHOICE))
    session.commit()
    assert "Geen bezoeken op deze dag" in phone.fetch("/route").text


def test_lunch_stands_where_it_falls(phone, session: Session):
    promise(session, time(8))
    promise(session, time(10))
    promise(session, time(14))
    items = [item for item in phone.fetch("/route").elements("li") if item.get("class")]
    assert [item.get("class") for item in items].count("stop-lunch") == 1


def test_little_slack_is_a_warning(phone, session: Session):
    promise(session, time(8))
    assert "hooguit" not in phone.fetch("/route").text
    session.execute(sa.update(Stop).values(window_start=time(8), window_end=time(8, 5)))
    session.commit()
    text = phone.fetch("/route").text
    assert "later" in text or "geen speling" in text


def test_a_day_without_visits_is_said_kindly(phone, session: Session):
    make_day_plan(session)
    assert "Zodra een klant een tijd kiest" in phone.fetch("/route").text


def test_who_is_away_sees_why(phone, session: Session, anouk: Technician):
    make_absence(session, anouk, NEXT_MONDAY)
    assert "Geen bezoeken: vrij." in phone.fetch("/route").text


def test_the_day_switch_steps_over_the_weekend(phone, session: Session):
    page = phone.fetch("/route?date=2027-03-05")
    assert "date=2027-03-08" in page.link("Volgende werkdag")
    assert "technician" not in page.link("Volgende werkdag")
    assert "date=2027-03-04" in page.link("Vorige werkdag")


def test_a_technician_sees_no_other_route(phone, session: Session, anouk: Technician):
    bram = make_technician(session, name="Bram")
    phone.fetch(f"/route?technician={bram.id}", 403)
    phone.fetch("/route?technician=abc", 403)
    assert phone.fetch(f"/route?technician={anouk.id}").h1 == "Mijn dag"


def test_a_planner_looks_at_anybodys_day(planner, session: Session, anouk: Technician):
    promise(session, name="Eerste")
    page = planner.fetch("/route")
    assert page.h1 == "Kies een monteur"
    page = planner.fetch(page.link("Anouk"))
    assert page.h1 == "Dag van Anouk"
    page = planner.fetch(f"/route?technician={anouk.id}&date={NEXT_MONDAY.isoformat()}")
    assert "Eerste" in next_stop(page)
    assert f"technician={anouk.id}" in page.link("Volgende werkdag")


@pytest.mark.parametrize("number", ["99999", "abc", "-1", "1e3", "9" * 30])
def test_a_technician_who_does_not_exist_is_unknown(planner, number: str):
    planner.fetch(f"/route?technician={number}", 404)


def test_without_technicians_the_choice_says_so(planner, session: Session):
    make_branch(session)
    assert "nog geen monteurs" in planner.fetch("/route").text


def test_a_date_that_is_none_is_said_kindly(phone):
    assert "Dat is geen datum" in phone.fetch("/route?date=gisteren").text
    assert "te ver weg" in phone.fetch("/route?date=9999-12-31").text


def test_strangers_sign_in_first(client):
    assert client.fetch("/route", 302).location.startswith("/staff/sign-in")


def test_hostile_names_and_numbers_stay_words(phone, session: Session):
    visit = promise(session, name=HOSTILE, phone="javascript:alert(030)")
    visit.address.street = HOSTILE
    session.commit()
    page = phone.fetch("/route")
    assert HOSTILE in page.text
    assert not [link for link in page.links if "javascript" in link.href or "<" in link.href]


def test_days_long_ago_and_far_ahead_are_empty_but_there(phone):
    for day in (date(2026, 1, 1), NEXT_MONDAY + timedelta(days=900)):
        phone.fetch(f"/route?date={day.isoformat()}")


def test_a_day_without_visits_leads_to_the_next_one_with(phone, session: Session, clock):
    line = promised(session, time(8), name="Volgende").visit.address.line
    clock.set(datetime(2027, 3, 6, 11, tzinfo=AMSTERDAM))  # the Saturday before
    page = phone.fetch("/route")
    assert "Geen bezoeken op deze dag" in page.text
    assert line in phone.fetch(page.link("De volgende bezoeken: maandag 8 maart")).text
