"""Mail scanners open links in a real browser that runs scripts: nothing happens, nothing leaks."""

from __future__ import annotations

from datetime import time

import pytest
from sqlalchemy.orm import Session

from portal.booking.links import token_of
from portal.booking.models import Appointment
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.booking.link_pages import everything_stored, link_pages
from tests.browser.conftest import press
from tests.factories import make_appointment, make_invitation


@pytest.fixture
def appointment(session: Session) -> Appointment:
    make_agenda(session, days=4)
    return make_appointment(session)


@pytest.fixture
def paths(app, session: Session, appointment: Appointment) -> list[str]:
    """One page of every kind that a link leads to, before and after booking."""
    opening = opening_at(session, FIRST, time(10))
    key = app.config["SECRET_KEY"]
    values = {
        "token": token_of(make_invitation(session), key),
        "reference": appointment.reference,
        "opening_id": opening.id,
    }
    booked = token_of(make_invitation(session, visit=appointment.visit), key)
    return [*link_pages(app, values), f"/a/{booked}", "/c"]


def test_a_browser_that_runs_scripts_changes_nothing_by_looking(app, open_page, paths):
    before = everything_stored(app)
    page = open_page()
    posted: list[str] = []
    page.on("request", lambda one: posted.append(one.url) if one.method == "POST" else None)
    for path in paths:
        if path.endswith(".ics"):
            continue  # asks for proof, and is seen by the tests without a browser
        answer = page.goto(path, wait_until="networkidle")
        assert answer.status in (200, 404, 410), path
    assert not posted
    assert everything_stored(app) == before


def test_no_address_is_passed_on_to_the_next_page(open_page, paths):
    referrers: list[str] = []
    page = open_page()
    page.on("request", lambda one: referrers.append(one.headers.get("referer", "")))
    for path in paths:
        if not path.endswith(".ics"):
            page.goto(path)
            with page.expect_navigation():
                page.evaluate("document.querySelector('.site-footer form button').click()")
    assert len(referrers) > len(paths)
    assert not any(referrers)


def test_the_human_who_comes_after_the_scanner_succeeds(app, open_page, paths, appointment):
    scanner = open_page()
    for path in paths:
        if not path.endswith(".ics"):
            scanner.goto(path)
    human = open_page()
    human.goto(f"/afspraak/{appointment.reference}")
    address = appointment.visit.address
    human.get_by_label("Postcode").fill(address.postcode)
    human.get_by_label("Huisnummer").fill(address.house_number)
    press(human.get_by_role("button", name="Mijn afspraak"))
    assert human.locator("h1").inner_text() == "Uw afspraak staat vast"


def test_the_customers_own_page_is_for_everyone(app, open_page, readable, appointment):
    page = open_page()
    page.goto(f"/afspraak/{appointment.reference}/gegevens")
    readable(page)
    address = appointment.visit.address
    page.get_by_label("Postcode").fill(address.postcode)
    page.get_by_label("Huisnummer").fill(address.house_number)
    press(page.get_by_role("button", name="Mijn gegevens"))
    readable(page)
    press(page.get_by_role("button", name="Stuur mij een code"))
    readable(page)
    page.get_by_label("Code", exact=True).fill("000000")
    press(page.get_by_role("button", name="Verder"))
    readable(page)
    page.goto(f"/afspraak/{appointment.reference}/gegevens/nieuw-adres")
    readable(page)
