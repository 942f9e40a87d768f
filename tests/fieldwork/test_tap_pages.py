"""The buttons on the technician's telephone, and what customers see of the day."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.booking.links import running_key
from portal.booking.models import AppointmentStatus
from portal.clock import AMSTERDAM
from portal.fieldwork.delays import warn_of_delays
from portal.fieldwork.late_links import late_path
from portal.fieldwork.steps import Step
from tests.factories import make_technician
from tests.fieldwork.taps import circumstances, press, promised, served
from tests.staff import make_staff, sign_in
from tests.visitor import Visitor

UNKNOWN = 999_999


@pytest.fixture
def eight(clock) -> None:
    """The clock at ten past eight."""
    clock.set(datetime(2027, 3, 8, 8, 10, tzinfo=AMSTERDAM))


def proved(client: Visitor, appointment) -> None:
    """Show this browser's proof for an appointment."""
    page = client.fetch(f"/afspraak/{appointment.reference}")
    address = appointment.visit.address
    form = page.form(f"/afspraak/{appointment.reference}")
    values = {"postcode": address.postcode, "house_number": address.house_number}
    client.submit(form, values)


def tap(phone: Visitor, path: str, status: int = 200):
    page = phone.fetch("/route")
    return phone.submit(page.form(path), None, status)


def test_a_day_of_taps_on_the_telephone(phone, session: Session, eight):
    visit = promised(session, name="Eerste")
    base = f"/route/visit/{visit.visit_id}"
    page = tap(phone, f"{base}/on-my-way")
    assert "Over een minuut hoort de klant" in page.text
    assert "onderweg" in page.first("div", class_="next-stop")
    page = tap(phone, f"{base}/start")
    assert "bezig sinds 08:10" in page.text
    page = phone.fetch(page.link("Klaar op " + visit.visit.address.line))
    form = page.form(f"{base}/done")
    page = phone.submit(form, {"note": "Alles in orde."})
    assert "De klant krijgt het verslag" in page.text
    assert "Eerder deze dag (1)" in page.text


def test_a_slip_is_taken_back_on_the_page(phone, session: Session, eight):
    visit = promised(session)
    page = tap(phone, f"/route/visit/{visit.visit_id}/on-my-way")
    undo = next(form for form in page.forms if form.action.endswith("/undo"))
    page = phone.submit(undo)
    assert "Ongedaan gemaakt" in page.text
    assert page.form(f"/route/visit/{visit.visit_id}/on-my-way")


def test_done_asks_what_was_done(phone, session: Session, eight):
    visit = promised(session)
    press(Step.STARTED, visit, "08:09")
    path = f"/route/visit/{visit.visit_id}/done"
    form = phone.fetch(path).form(path)
    wrong = {"work": [], "certificate_on": "2027-03-09", "next_due_on": "2027-03-10"}
    page = phone.submit(form, wrong, 422)
    for sentence in ("Vink aan wat", "uiterlijk vandaag", "over vier weken"):
        assert sentence in page.text


def test_a_closed_door_shows_the_text_of_the_card(phone, session: Session, eight):
    visit = promised(session, email=None)
    path = f"/route/visit/{visit.visit_id}/not-at-home"
    page = phone.submit(phone.fetch(path).form(path))
    assert "geen mailadres" in page.text
    assert "We stonden maandag 8 maart om 08:10 bij u aan de deur" in page.text
    assert "/c" in page.text
    assert "Niet thuis" in phone.fetch("/route").text


def test_unfinished_work_asks_for_the_reason(phone, session: Session, eight):
    visit = promised(session)
    press(Step.STARTED, visit, "08:09")
    path = f"/route/visit/{visit.visit_id}/unfinished"
    form = phone.fetch(path).form(path)
    assert "Kies wat er in de weg staat" in phone.submit(form, None, 422).text
    page = phone.submit(phone.fetch(path).form(path), {"why": "part", "note": "pomp"})
    assert "link om een andere tijd" in page.text


def test_a_refusal_is_said_on_the_page_of_the_day(phone, session: Session, eight):
    first, second = promised(session), promised(session)
    page = phone.fetch("/route")
    form = page.form(f"/route/visit/{second.visit_id}/start")
    press(Step.STARTED, first, "08:09")
    assert f"nog op {first.visit.address.line}" in phone.submit(form).text


def test_another_route_cannot_be_tapped(app, phone, session: Session, eight):
    visit = promised(session)
    form = phone.fetch("/route").form(f"/route/visit/{visit.visit_id}/start")
    other = Visitor(app)
    bram = make_technician(session, name="Bram")
    member = make_staff(
        session, Role.TECHNICIAN, technician_id=bram.id, email="bram@warmhuis.example"
    )
    sign_in(other, member)
    start = other.fetch("/route/calendar").form("/route/calendar")
    start.action = form.action
    other.submit(start, {"key": "a-key-of-another-telephone"}, 403, unchecked=True)
    for page in ("done", "not-at-home", "unfinished", "card"):
        other.fetch(f"/route/visit/{visit.visit_id}/{page}", 404)


def test_only_technicians_tap(planner, session: Session, anouk, eight):
    visit = promised(session)
    page = planner.fetch(f"/route?technician={anouk.id}&date=2027-03-08")
    assert not [form for form in page.forms if "/route/visit/" in form.action]
    planner.fetch(f"/route/visit/{visit.visit_id}/done", 403)


def test_no_buttons_on_another_day(phone, session: Session, clock):
    promised(session)
    clock.set(datetime(2027, 3, 5, 9, tzinfo=AMSTERDAM))
    page = phone.fetch("/route?date=2027-03-08")
    assert not [form for form in page.forms if "/route/visit/" in form.action]


def test_the_telephone_shows_who_was_told_that_we_are_late(phone, session: Session, clock):
    first, second = promised(session), promised(session)
    press(Step.STARTED, first, "08:05")
    clock.set(datetime(2027, 3, 8, 10, tzinfo=AMSTERDAM))
    warn_of_delays(circumstances("10:00"), running_key())
    assert second
    assert "verteld: we komen rond" in phone.fetch("/route").text


def test_a_customer_who_must_wait_chooses_another_day(
    phone, client, session: Session, clock, anouk
):
    first, second = promised(session), promised(session)
    press(Step.STARTED, first, "08:05")
    clock.set(datetime(2027, 3, 8, 10, tzinfo=AMSTERDAM))
    path = late_path(second, running_key())
    assert "geen andere dag meer" in client.fetch(path).text
    warn_of_delays(circumstances("10:00"), running_key())
    page = client.fetch(path)
    assert page.h1 == "We komen later dan beloofd"
    assert second.status is AppointmentStatus.CONFIRMED
    page = client.submit(page.form(path))
    session.refresh(second)
    assert second.status is AppointmentStatus.CANCELLED
    assert page.path.startswith("/a/")
    client.fetch("/laat/onzin", 404)


def test_the_report_stands_behind_proof(client, session: Session, clock, anouk):
    visit = promised(session)
    served(visit, "08:05", "08:50")
    report = f"/afspraak/{visit.reference}/verslag"
    assert "Volgend onderhoud" not in client.fetch(report).text
    proved(client, visit)
    page = client.fetch(f"/afspraak/{visit.reference}")
    assert page.h1 == "Het onderhoud is gedaan"
    page = client.fetch(page.link("Bekijk het verslag"))
    assert "Ketel schoongemaakt" in page.text
    assert "woensdag 8 maart 2028" in page.text


@pytest.mark.parametrize("step", [Step.NOT_AT_HOME, Step.UNFINISHED])
def test_the_appointment_says_what_became_of_it(client, session: Session, anouk, step: Step):
    visit = promised(session, time(8))
    if step is Step.UNFINISHED:
        press(Step.STARTED, visit, "08:05")
    press(step, visit, "08:30")
    proved(client, visit)
    page = client.fetch(f"/afspraak/{visit.reference}")
    expected = {
        Step.NOT_AT_HOME: "We troffen elkaar niet",
        Step.UNFINISHED: "We komen nog een keer",
    }
    assert page.h1.startswith(expected[step])
    assert "Kies wanneer wij komen" in client.fetch(page.link("Een andere tijd kiezen")).h1
    client.fetch(f"/afspraak/{visit.reference}/verslag", 404)


def test_a_visit_or_tap_that_does_not_exist_is_unknown(phone, session: Session, eight):
    visit = promised(session)
    form = phone.fetch("/route").form(f"/route/visit/{visit.visit_id}/start")
    form.action = f"/route/visit/{UNKNOWN}/start"
    phone.submit(form, None, 404)
    form.action = f"/route/tap/{UNKNOWN}/undo"
    phone.submit(form, None, 404)
