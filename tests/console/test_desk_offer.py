"""The desk sees the customer's windows with the customer's filters, and says the same reasons."""

from __future__ import annotations

from datetime import time

import pytest
from sqlalchemy.orm import Session

from portal.customers.models import Visit
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.factories import make_visit


@pytest.fixture
def visit(session: Session) -> Visit:
    """Somebody on the phone, with ten days to choose from."""
    make_agenda(session)
    return make_visit(session)


def path_of(visit: Visit) -> str:
    return f"/staff/visits/{visit.id}/plan"


def test_the_desk_filters_as_customers_do(desk, visit: Visit):
    page = desk.fetch(path_of(visit) + "?part=morning&all=1")
    assert "alleen ochtenden" in page.text
    assert len(page.form("opening").choices("opening")) == 20


def test_the_desk_tells_why_and_books_from_the_answer(desk, session: Session, visit: Visit):
    opening_at(session, FIRST, time(10)).places = 0
    page = desk.fetch(f"{path_of(visit)}?day={FIRST.isoformat()}")
    assert "Alle plekken op deze tijd zijn bezet." in page.text
    answer = [form for form in page.forms if form.answers_to("opening")][-1]
    free = opening_at(session, FIRST, time(8))
    page = desk.submit(answer, button=f"opening={free.id}")
    assert "De afspraak staat vast: maandag 8 maart 2027, 08:00–10:00" in page.text


def test_moving_from_the_answer_keeps_one_appointment(desk, session: Session, visit: Visit):
    form = desk.fetch(path_of(visit)).form("opening")
    desk.submit(form, button=f"opening={form.choices('opening')[0]}")
    page = desk.fetch(f"{path_of(visit)}?day={FIRST.isoformat()}")
    answer = [form for form in page.forms if form.answers_to("opening")][-1]
    page = desk.submit(answer, button=f"opening={answer.choices('opening')[-1]}")
    assert "De afspraak is verzet naar" in page.text or "Verzet naar" in page.text
