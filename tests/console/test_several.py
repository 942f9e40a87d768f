"""Ticking several times for a customer on the telephone, and promises that broke."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Selection, SelectionState
from portal.clock import AMSTERDAM
from portal.customers.models import Visit
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening, Stop
from portal.timetable import decide_selections
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.conftest import SettableClock
from tests.factories import make_absence, make_branch, make_customer, make_visit
from tests.visitor import Visitor

EVENING = datetime(2027, 3, 1, 19, 40, tzinfo=AMSTERDAM)


@pytest.fixture
def visit(session: Session) -> Visit:
    """Somebody on the telephone."""
    make_agenda(session, technicians=1)
    return make_visit(session, customer=make_customer(session, name="Petra Proef"))


@pytest.fixture
def client(desk: Visitor) -> Visitor:
    """A colleague at the desk."""
    return desk


def three(session: Session) -> list[Opening]:
    return [opening_at(session, FIRST + timedelta(days=n), time(10)) for n in range(3)]


def tick(client: Visitor, visit: Visit, openings: list[Opening]) -> str:
    page = client.fetch(f"/staff/visits/{visit.id}/several")
    page = client.submit(page.form("tick"), button="show=all")
    return client.submit(page.form("tick"), {"tick": [str(one.id) for one in openings]}).text


def test_the_desk_ticks_what_suits_and_the_file_says_when_the_customer_hears(
    client: Visitor, session: Session, visit: Visit
) -> None:
    page = client.fetch(f"/staff/visits/{visit.id}/plan")
    assert page.link("Vink ze aan") == f"/staff/visits/{visit.id}/several"
    told = tick(client, visit, three(session))
    assert "De klant hoort het vandaag voor 20:00 uur." in told
    assert "De klant vinkte meer tijden aan; wij kiezen er een, vandaag voor 20:00 uur:" in told
    assert "Meer tijden aangevinkt die passen" in told
    [selection] = session.scalars(sa.select(Selection)).all()
    assert selection.made_by.startswith("staff:")
    assert session.scalar(sa.select(OutboxMessage.kind)) == "selected"


def test_in_the_evening_the_file_says_who_chose(
    client: Visitor, session: Session, visit: Visit, clock: SettableClock
) -> None:
    tick(client, visit, three(session))
    clock.set(EVENING)
    decide_selections(EVENING)
    page = client.fetch(f"/staff/customers/{visit.customer.id}")
    assert "onze keuze uit aangevinkte tijden" in page.text
    assert client.fetch(f"/staff/visits/{visit.id}/several").h1 == "Petra Proef"


def test_too_few_ticks_are_refused_at_the_desk_too(
    client: Visitor, session: Session, visit: Visit
) -> None:
    page = client.fetch(f"/staff/visits/{visit.id}/several")
    two = page.form("tick").choices("tick")[:2]
    again = client.submit(page.form("tick"), {"tick": two}, status=422)
    assert "Vink minstens 3 tijden aan. Met minder" in again.text


def test_the_desk_changes_and_stops_it(
    client: Visitor, session: Session, visit: Visit, clock: SettableClock
) -> None:
    tick(client, visit, three(session))
    clock.forward(minutes=1)
    tick(client, visit, [*three(session), opening_at(session, FIRST, time(14))])
    page = client.fetch(f"/staff/visits/{visit.id}/several")
    assert len(page.form("tick").values["tick"]) == 4
    client.submit(page.form("/several/stop"))
    assert session.scalars(sa.select(Selection.state)).all() == [SelectionState.WITHDRAWN]
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 0


def test_a_broken_promise_stays_on_the_desk_until_there_is_a_new_time(
    client: Visitor, session: Session, visit: Visit, clock: SettableClock
) -> None:
    tick(client, visit, three(session))
    [stop] = session.scalars(sa.select(Stop)).all()
    make_absence(session, stop.technician, FIRST, FIRST + timedelta(days=2))
    clock.set(EVENING)
    decide_selections(EVENING)
    desk = client.fetch("/staff/desk")
    assert "Beloften die we niet konden houden" in desk.text
    assert ["Petra Proef", "–", "maandag 1 maart, 19:40", "–", "Kies een tijd"] in desk.rows()
    page = client.fetch(f"/staff/visits/{visit.id}/plan?all=1")
    other = opening_at(session, FIRST + timedelta(days=4), time(10))
    client.submit(page.form("opening"), button=f"opening={other.id}")
    assert "Beloften die we niet konden houden" not in client.fetch("/staff/desk").text


def test_what_should_have_been_decided_a_quarter_of_an_hour_ago_is_work_for_a_person(
    client: Visitor, session: Session, visit: Visit, clock: SettableClock
) -> None:
    tick(client, visit, three(session))
    [decide_at] = session.scalars(sa.select(Selection.decide_at)).all()
    clock.set(decide_at + timedelta(minutes=15, seconds=-1))
    assert "Aangevinkte tijden waaruit wij nog niet kozen" not in client.fetch("/staff/desk").text
    clock.forward(seconds=1)
    desk = client.fetch("/staff/desk")
    assert "Aangevinkte tijden waaruit wij nog niet kozen" in desk.text
    assert ["Petra Proef", "–", "maandag 1 maart, 19:40", "Kies een tijd"] in desk.rows()
    page = client.fetch(desk.link("Kies een tijd"))
    assert "zou voor maandag 1 maart, 20:00 uur van ons horen" not in page.text
    clock.set(decide_at + timedelta(minutes=20))
    page = client.fetch(f"/staff/visits/{visit.id}/plan")
    assert "zou voor maandag 1 maart, 20:00 uur van ons horen" in page.text
    assert "Deze tijden ziet de klant nu ook" not in page.text
    other = opening_at(session, FIRST + timedelta(days=4), time(10))
    page = client.fetch(f"/staff/visits/{visit.id}/plan?all=1")
    client.submit(page.form("opening"), button=f"opening={other.id}")
    assert "Aangevinkte tijden" not in client.fetch("/staff/desk").text


def test_who_ticked_has_answered_and_is_not_called_for_silence(
    client: Visitor, session: Session, visit: Visit
) -> None:
    visit.due_on = FIRST - timedelta(days=60)
    session.commit()
    assert "Petra Proef" in client.fetch("/staff/desk").text
    tick(client, visit, three(session))
    assert "Petra Proef" not in client.fetch("/staff/desk").text


def test_another_branch_is_not_asked_to_decide(
    client: Visitor, session: Session, visit: Visit, clock: SettableClock
) -> None:
    tick(client, visit, three(session))
    clock.set(EVENING + timedelta(hours=2))
    elsewhere = make_branch(session, name="Elders")
    page = client.fetch(f"/staff/desk?branch={elsewhere.slug}")
    assert "Aangevinkte tijden waaruit" not in page.text
