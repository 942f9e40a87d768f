"""The waiting list at the desk: who waits, whom to call, and answering for a customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.models import (
    Appointment,
    WaitingOffer,
    WaitingRequest,
    WaitingState,
)
from portal.booking.waiting_list.freed import offer_freed
from portal.customers.models import Visit
from portal.messages.models import OutboxMessage
from portal.planning.horizon import forget_horizon
from portal.planning.models import Stop
from tests.booking.agenda import FIRST, NOW, circumstances, make_agenda
from tests.booking.waiters import KEY, a_visit, forget_looks, open_up, waits
from tests.visitor import Visitor


@pytest.fixture
def visit(app: Flask, session: Session) -> Visit:
    """A visit of somebody without a mail address, and an agenda that is full."""
    forget_looks(app)
    forget_horizon()
    make_agenda(session, days=3, technicians=1, places=0)
    return a_visit(session, name="G. van Dam", email=None, phone="030 000 04 56")


def state_of(session: Session) -> WaitingState:
    session.rollback()
    session.expire_all()
    return session.scalars(sa.select(WaitingRequest)).one().state


def test_the_desk_puts_somebody_on_the_list_and_takes_them_off(
    desk: Visitor, session: Session, visit: Visit
) -> None:
    file = desk.fetch(f"/staff/customers/{visit.customer.id}")
    form = desk.fetch(f"/staff/visits/{visit.id}/waiting").form("first_on")
    assert "Wachtlijst" in [link.text for link in file.links]
    page = desk.submit(form, {"part": "afternoon"})
    assert "G. van Dam staat op de wachtlijst" in page.text
    request = session.scalars(sa.select(WaitingRequest)).one()
    assert request.asked_by.startswith("staff:")
    after = desk.submit(page.form("/stop"))
    assert "Op de wachtlijst gezet" in after.text
    assert state_of(session) is WaitingState.WITHDRAWN


def test_wrong_dates_are_explained_to_the_desk(desk: Visitor, visit: Visit) -> None:
    form = desk.fetch(f"/staff/visits/{visit.id}/waiting").form("first_on")
    assert "Kies een dag van" in desk.submit(form, {"last_on": "2030-01-01"}, 422).text


def test_whom_no_mail_reaches_is_called_and_only_then_is_the_time_kept(
    desk: Visitor, session: Session, visit: Visit
) -> None:
    waits(session, visit)
    open_up(session, FIRST, 10)
    page = desk.fetch("/staff/waiting")
    assert "030 000 04 56" in page.text
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 0
    kept = desk.submit(page.form("/keep"))
    assert "Vrijgehouden voor G. van Dam tot 13:00 uur" in kept.text
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 1
    done = desk.submit(kept.form("/answer"), button="answer=yes")
    assert "maandag 8 maart 2027" in done.text
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1
    assert state_of(session) is WaitingState.SERVED
    assert session.scalar(sa.select(sa.func.count(OutboxMessage.id))) == 0


def test_a_no_on_the_telephone_gives_the_time_to_the_next(
    desk: Visitor, session: Session, visit: Visit
) -> None:
    other = a_visit(session, name="J. de Vries")
    waits(session, other)
    open_up(session, FIRST, 10)
    offer_freed(circumstances(NOW, "waiting list"), KEY)
    waits(session, visit)
    page = desk.fetch("/staff/waiting")
    assert "J. de Vries" in page.text
    after = desk.submit(page.form("/answer"), button="answer=no")
    assert "naar de volgende op de lijst" in after.text
    assert after.form("/keep")  # the next one is the one to be called


def test_a_time_that_is_gone_is_told_to_the_desk(
    desk: Visitor, session: Session, visit: Visit
) -> None:
    waits(session, visit)
    opening = open_up(session, FIRST, 10)
    form = desk.fetch("/staff/waiting").form("/keep")
    opening.closed = True
    session.commit()
    assert "Iemand anders heeft deze tijd" in desk.submit(form).text
    assert session.scalar(sa.select(sa.func.count(WaitingOffer.id))) == 0


def test_who_waited_in_vain_is_shown_to_be_called(
    desk: Visitor, session: Session, visit: Visit
) -> None:
    waits(session, visit)
    session.scalars(sa.select(WaitingRequest)).one().state = WaitingState.OVER
    session.commit()
    page = desk.fetch("/staff/waiting")
    assert "Voor niets gewacht" in page.text
    assert f"/staff/visits/{visit.id}/plan" in page.link("Kies een tijd voor G. van Dam")


def test_the_list_costs_as_many_queries_for_many_as_for_few(
    desk: Visitor, session: Session, visit: Visit
) -> None:
    from tests.statements import counted

    waits(session, visit)
    desk.fetch("/staff/waiting")
    with counted() as few:
        desk.fetch("/staff/waiting")
    for number in range(4):
        waits(session, a_visit(session, email=None), now=NOW + timedelta(minutes=number))
    with counted() as many:
        desk.fetch("/staff/waiting")
    assert len(many) <= len(few) + 1
