"""One customer: everything known, and the desk acting with the customer's own choices."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.offering.offers import offer_for
from portal.clock import AMSTERDAM
from portal.customers.models import Visit, VisitState
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening, Stop
from tests.console.test_board import counted_queries
from tests.factories import (
    make_address,
    make_appointment,
    make_customer,
    make_day_plan,
    make_invitation,
    make_opening,
    make_technician,
    make_visit,
    the_region,
)
from tests.visitor import Visitor

NOW = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)


@pytest.fixture
def visit(session: Session) -> Visit:
    """A visit for which two windows are open."""
    the_region(session)
    make_technician(session)
    make_day_plan(session)
    for start in (8, 10):
        make_opening(session, window_start=time(start), window_end=time(start + 2), places=1)
    customer = make_customer(session, name="J. de Vries", email="j@example.org")
    return make_visit(session, address=make_address(session, customer=customer))


def plan_path(visit: Visit) -> str:
    return f"/staff/visits/{visit.id}/plan"


def customer_path(visit: Visit) -> str:
    return f"/staff/customers/{visit.customer.id}"


def book(desk: Visitor, visit: Visit, at: int = 0):
    """Book the first (or another) window that the desk is shown."""
    form = desk.fetch(plan_path(visit)).form("opening")
    return desk.submit(form, button=f"opening={form.choices('opening')[at]}")


def appointment_of(session: Session) -> Appointment:
    session.rollback()
    return session.scalars(sa.select(Appointment)).one()


def test_the_page_tells_all_that_is_known(desk, visit: Visit):
    text = desk.fetch(customer_path(visit)).text
    for known in ("J. de Vries", "j@example.org", visit.address.line, "Vlam 24", "nog te plannen"):
        assert known in text
    assert "Beste mevrouw Voorbeeld" in text


def test_the_desk_sees_the_offer_of_the_customer(desk, session: Session, visit: Visit):
    form = desk.fetch(plan_path(visit)).form("opening")
    offer = offer_for(session, visit, NOW)
    offered = [str(one.opening_id) for day in offer.first for one in day.windows]
    assert form.choices("opening") == offered
    assert len(offered) == 2


def test_one_click_books_for_the_customer_and_is_signed_by_name(
    desk, session: Session, visit: Visit
):
    page = book(desk, visit)
    assert "De afspraak staat vast: maandag 8 maart 2027, 08:00–10:00" in page.text
    assert "vastgelegd door Desk Test" in page.text
    assert "Afspraak vastgelegd : maandag 8 maart, 08:00 (Desk Test)" in page.text
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 1
    assert session.scalar(sa.select(OutboxMessage.recipient)) == "j@example.org"


def test_the_same_form_twice_books_once(desk, session: Session, visit: Visit):
    form = desk.fetch(plan_path(visit)).form("opening")
    button = f"opening={form.choices('opening')[0]}"
    desk.submit(form, button=button)
    page = desk.submit(form, button=button)
    assert "De afspraak staat vast: maandag 8 maart 2027" in page.text
    assert appointment_of(session).sequence == 0


def test_two_colleagues_book_a_visit_once(desk, planner, session: Session, visit: Visit):
    form = desk.fetch(plan_path(visit)).form("opening")
    other = planner.fetch(plan_path(visit)).form("opening")
    desk.submit(form, button=f"opening={form.choices('opening')[0]}")
    planner.submit(other, status=409, button=f"opening={form.choices('opening')[1]}")
    assert appointment_of(session).window_start == time(8)


def test_a_window_that_is_gone_shows_what_is_left(desk, session: Session, visit: Visit):
    form = desk.fetch(plan_path(visit)).form("opening")
    gone = form.choices("opening")[0]
    session.execute(sa.update(Opening).where(Opening.id == int(gone)).values(closed=True))
    page = desk.submit(form, status=409, button=f"opening={gone}")
    assert page.form("opening").choices("opening") == form.choices("opening")[1:]


def test_moving_keeps_one_appointment(desk, session: Session, visit: Visit):
    book(desk, visit)
    page = desk.fetch(plan_path(visit))
    assert "Nu: maandag 8 maart 2027, 08:00–10:00" in page.text
    page = book(desk, visit)
    assert "Verzet naar maandag 8 maart 2027, 10:00–12:00" in page.text
    assert appointment_of(session).sequence == 1


def test_cancelling_asks_first_and_frees_the_time(desk, session: Session, visit: Visit):
    page = book(desk, visit)
    page = desk.fetch(page.link("De afspraak annuleren"))
    assert appointment_of(session).status is AppointmentStatus.CONFIRMED
    page = desk.submit(page.form("/cancel"))
    assert "de tijd is vrij voor anderen" in page.text
    assert appointment_of(session).status is AppointmentStatus.CANCELLED
    assert session.scalar(sa.select(sa.func.sum(Opening.taken))) == 0
    desk.fetch(f"/staff/visits/{visit.id}/cancel", 404)


def test_a_page_of_the_former_time_cancels_nothing(desk, session: Session, visit: Visit):
    page = book(desk, visit)
    before = desk.fetch(page.link("De afspraak annuleren")).form("seen")
    book(desk, visit)
    page = desk.submit(before, status=409)
    assert "De afspraak is intussen verzet." in page.text
    assert "10:00–12:00" in page.text
    assert appointment_of(session).status is AppointmentStatus.CONFIRMED
    desk.submit(page.form("seen"))
    assert appointment_of(session).status is AppointmentStatus.CANCELLED


def test_of_a_visit_that_was_made_nothing_is_cancelled(desk, session: Session, visit: Visit):
    page = book(desk, visit)
    asked = desk.fetch(page.link("De afspraak annuleren")).form("seen")
    appointment_of(session).status = AppointmentStatus.DONE
    session.commit()
    assert "geannuleerd of al geweest" in desk.submit(asked, status=409).text
    assert appointment_of(session).status is AppointmentStatus.DONE


def test_an_appointment_of_tomorrow_evening_on_is_not_offered_to_move(desk, session, clock):
    appointment = make_appointment(session)
    clock.set(datetime(2027, 3, 7, 18, tzinfo=AMSTERDAM))
    assert "te dichtbij" in desk.fetch(plan_path(appointment.visit)).text
    assert "verzetten" not in desk.fetch(customer_path(appointment.visit)).text


def test_the_desk_is_sent_to_the_planner_when_it_is_late(desk, session, clock):
    appointment = make_appointment(session)
    clock.set(datetime(2027, 3, 7, 18, tzinfo=AMSTERDAM))
    page = desk.fetch(f"/staff/visits/{appointment.visit_id}/cancel")
    assert "Vraag de planner" in page.text
    assert len(page.forms) == len(desk.fetch("/staff/customers/1").forms)


def test_a_planner_cancels_late_with_a_reason(planner, session, visit, clock):
    book(planner, visit)
    clock.set(datetime(2027, 3, 7, 18, tzinfo=AMSTERDAM))
    form = planner.fetch(f"/staff/visits/{visit.id}/cancel").form("/cancel")
    page = planner.submit(form, {"reason": "  "}, status=422)
    assert "Schrijf in een paar woorden waarom" in page.text
    page = planner.submit(form, {"reason": "Opgenomen in het ziekenhuis"})
    assert appointment_of(session).status is AppointmentStatus.CANCELLED
    assert "Laat, omdat: Opgenomen in het ziekenhuis" in page.text
    assert "1 keer laat verzet of geannuleerd" in page.text


def test_a_planner_moves_late_with_a_reason(planner, session, visit, clock):
    make_day_plan(session, date=date(2027, 3, 15))
    later = make_opening(session, date=date(2027, 3, 15))
    book(planner, visit)
    clock.set(datetime(2027, 3, 8, 7, tzinfo=AMSTERDAM))
    form = planner.fetch(plan_path(visit)).form("opening")
    button = f"opening={later.id}"
    planner.submit(form, {"reason": ""}, status=422, button=button)
    page = planner.submit(form, {"reason": "Monteur is ziek"}, button=button)
    assert appointment_of(session).date == date(2027, 3, 15)
    assert "Laat, omdat: Monteur is ziek" in page.text


def test_after_the_day_not_even_a_planner_cancels(planner, session, visit, clock):
    book(planner, visit)
    clock.set(datetime(2027, 3, 9, 7, tzinfo=AMSTERDAM))
    page = planner.fetch(f"/staff/visits/{visit.id}/cancel")
    assert "Vraag de planner" in page.text


def test_without_open_windows_the_desk_is_told_what_to_do(desk, session: Session):
    visit = make_visit(session)
    assert "geen tijd vrij" in desk.fetch(plan_path(visit)).text


def test_without_a_place_no_time_is_offered(desk, session: Session, visit: Visit):
    visit.address.lat = None
    session.commit()
    assert "geen plaats op de kaart" in desk.fetch(plan_path(visit)).text


def test_hostile_names_stay_words(desk, session: Session, visit: Visit):
    visit.customer.name = "<script>alert(1)</script>"
    visit.address.street = "<img src=x onerror=alert(1)>"
    session.commit()
    for path in (customer_path(visit), plan_path(visit)):
        page = desk.fetch(path)
        assert not page.elements("script")
        assert not page.elements("img", src="x")


def test_many_boilers_need_no_more_queries(desk, session: Session, visit: Visit):
    with counted_queries() as few:
        desk.fetch(customer_path(visit))
    for _ in range(5):
        make_visit(session, address=make_address(session, customer=visit.customer))
    with counted_queries() as many:
        desk.fetch(customer_path(visit))
    assert len(many) == len(few)


def test_who_does_not_exist_is_unknown(desk, session: Session):
    for path in ("/staff/customers/99", "/staff/visits/99/plan", "/staff/visits/99/cancel"):
        desk.fetch(path, 404)


def test_a_window_must_be_chosen(desk, visit: Visit):
    form = desk.fetch(plan_path(visit)).form("opening")
    assert "Kies een van de tijden" in desk.submit(form, status=422).text


def test_a_visit_that_could_not_be_finished_is_told_as_that(desk, session: Session, visit: Visit):
    visit.state = VisitState.UNFINISHED
    session.commit()
    page = desk.fetch(customer_path(visit))
    assert "niet af, met een vervolgbezoek" in page.text
    assert "nog te plannen" not in page.text


def test_a_last_day_to_answer_that_is_past_is_told_as_past(desk, session: Session, visit, clock):
    invitation = make_invitation(session, visit=visit)
    assert "antwoorden kan tot maandag 22 maart" in desk.fetch(customer_path(visit)).text
    clock.set(datetime(2027, 3, 23, tzinfo=AMSTERDAM))
    text = desk.fetch(customer_path(visit)).text
    assert "de laatste dag om te antwoorden was maandag 22 maart" in text
    assert "antwoorden kan tot" not in text
    invitation.visit.state = VisitState.UNFINISHED
    session.commit()
    assert "22 maart" not in desk.fetch(customer_path(visit)).text
