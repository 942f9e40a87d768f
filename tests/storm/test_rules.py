"""What is against the rules is refused whatever is sent, and nothing changes by it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.forms import new_key
from portal.booking.links import token_of
from portal.booking.models import Appointment, AppointmentStatus, Invitation
from portal.clock import AMSTERDAM
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening, Stop
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.conftest import SettableClock
from tests.document import Document
from tests.factories import make_invitation, make_opening, make_region
from tests.visitor import Visitor

pytestmark = pytest.mark.heart


@pytest.fixture
def invitation(session: Session) -> Invitation:
    make_agenda(session, days=5, technicians=1)
    return make_invitation(session)


def link_of(app: Flask, invitation: Invitation) -> str:
    return f"/a/{token_of(invitation, app.config['SECRET_KEY'])}"


def sent(
    client: Visitor,
    path: str,
    opening_id: int,
    answered: int,
    key: str = "",
    more: dict[str, str] | None = None,
) -> Document:
    """Return the answer to a form as a program would send it, with anything in it."""
    token = client.fetch("/").form("reference").values["csrf_token"]
    data = {"csrf_token": token, "key": key or new_key(), "opening": str(opening_id)}
    return client.post(path, {**data, **(more or {})}, answered)


def everything(session: Session) -> tuple[object, ...]:
    """Return what must not change: appointments, stops, places and messages."""
    session.rollback()
    rows = (
        sa.select(Appointment.id, Appointment.date, Appointment.window_start, Appointment.status),
        sa.select(Stop.id, Stop.day_plan_id, Stop.window_start, Stop.held_until),
        sa.select(Opening.id, Opening.taken),
        sa.select(OutboxMessage.id),
    )
    return tuple(tuple(sorted(map(str, session.execute(row).all()))) for row in rows)


def booked(
    app: Flask, client: Visitor, session: Session, invitation: Invitation, at: time = time(10)
) -> Appointment:
    sent(client, link_of(app, invitation), opening_at(session, FIRST, at).id, 303)
    return session.scalars(
        sa.select(Appointment).where(Appointment.visit_id == invitation.visit_id)
    ).one()


def closed(session: Session) -> Opening:
    opening = opening_at(session, FIRST, time(10))
    opening.closed = True
    session.commit()
    return opening


def full(session: Session) -> Opening:
    opening = opening_at(session, FIRST, time(10))
    opening.places = 0
    session.commit()
    return opening


def past(session: Session) -> Opening:
    return make_opening(session, date(2027, 2, 22))


def today(session: Session) -> Opening:
    return make_opening(session, date(2027, 3, 1))


def far(session: Session) -> Opening:
    return make_opening(session, date(2027, 12, 6))


def of_another_region(session: Session) -> Opening:
    return make_opening(session, FIRST, region=make_region(session, "3512"))


def unplanned(session: Session) -> Opening:
    return make_opening(session, FIRST + timedelta(days=14))


WRONG = [closed, full, past, today, far, of_another_region, unplanned]


@pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)
@pytest.mark.parametrize("step", ["", "/vasthouden"], ids=["book", "hold"])
def test_a_wrong_window_is_neither_booked_nor_held(
    app: Flask, client: Visitor, session: Session, invitation: Invitation, make, step: str
) -> None:
    opening_id = make(session).id
    before = everything(session)
    refused = sent(client, link_of(app, invitation) + step, opening_id, 409)
    assert refused.form("opening")
    assert everything(session) == before


@pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)
def test_nobody_moves_to_a_wrong_window(
    app: Flask, client: Visitor, session: Session, invitation: Invitation, make
) -> None:
    appointment = booked(app, client, session, invitation, time(8))
    path = f"/afspraak/{appointment.reference}/verzetten"
    opening_id = make(session).id
    before = everything(session)
    sent(client, path, opening_id, 409)
    assert everything(session) == before


@pytest.mark.parametrize("opening", ["0", "999999999", "-1", "1 OR 1=1", "1e3", "", "²", "1" * 40])
def test_a_window_that_does_not_exist_is_not_booked(
    app: Flask, client: Visitor, session: Session, invitation: Invitation, opening: str
) -> None:
    before = everything(session)
    is_number = opening.isascii() and opening.isdigit() and len(opening) < 10
    path = link_of(app, invitation)
    sent(client, path, 0, 409 if is_number else 422, more={"opening": opening})
    assert everything(session) == before


def test_who_booked_does_not_book_another_window(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    booked(app, client, session, invitation)
    before = everything(session)
    for start in (time(10), time(12)):
        sent(client, link_of(app, invitation), opening_at(session, FIRST, start).id, 409)
    assert everything(session) == before


def test_windows_that_overlap_on_the_only_route_are_not_both_promised(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    others = [make_invitation(session) for _ in range(6)]
    opening = opening_at(session, FIRST, time(8))
    opening.places = 99
    session.commit()
    answers = []
    for other in others:
        visitor = Visitor(app)
        page = visitor.fetch(f"{link_of(app, other)}?all=1")
        offered = str(opening.id) in page.form("opening").choices("opening")
        status = 303 if offered else 409
        answers.append(sent(visitor, link_of(app, other), opening.id, status).status)
    assert 409 in answers  # one technician cannot do them all in two hours


@pytest.mark.parametrize("what", ["verzetten", "annuleren"])
def test_after_the_deadline_nothing_is_changed(
    app: Flask,
    client: Visitor,
    session: Session,
    clock: SettableClock,
    invitation: Invitation,
    what: str,
) -> None:
    appointment = booked(app, client, session, invitation)
    path = f"/afspraak/{appointment.reference}/{what}"
    opening_id = opening_at(session, FIRST + timedelta(days=3), time(10)).id
    clock.set(datetime.combine(FIRST - timedelta(days=1), time(17), AMSTERDAM))
    before = everything(session)
    sent(client, path, opening_id, 409)
    assert everything(session) == before


@pytest.mark.parametrize("what", ["", "/verzetten", "/annuleren", "/verzetten/vasthouden"])
def test_without_proof_of_the_address_nothing_is_changed(
    app: Flask, client: Visitor, session: Session, invitation: Invitation, what: str
) -> None:
    appointment = booked(app, client, session, invitation)
    stranger = Visitor(app)
    before = everything(session)
    opening_id = opening_at(session, FIRST, time(12)).id
    status = 403 if what else 422
    sent(stranger, f"/afspraak/{appointment.reference}{what}", opening_id, status)
    assert everything(session) == before


def test_extra_fields_decide_nothing(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    more = {
        "visit_id": "1", "price": "0", "service_minutes": "5", "window_start": "03:00",
        "date": "2027-01-01", "status": "done", "held_until": "2099-01-01", "override": "yes",
        "region_id": "2", "technician_id": "1", "position": "0", "booked_by": "staff:1",
    }  # fmt: skip
    opening = opening_at(session, FIRST, time(10))
    sent(client, link_of(app, invitation), opening.id, 303, more=more)
    session.expire_all()
    appointment = session.scalars(sa.select(Appointment)).one()
    stop = session.scalars(sa.select(Stop)).one()
    assert appointment.visit_id == invitation.visit_id == stop.visit_id
    assert (appointment.date, appointment.window_start) == (FIRST, time(10))
    assert (appointment.booked_by, appointment.status) == ("customer", AppointmentStatus.CONFIRMED)
    assert invitation.visit.boiler.service_minutes == 45
    assert stop.held_until is None


def test_control_an_allowed_window_is_booked(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    before = everything(session)
    booked(app, client, session, invitation)
    assert everything(session) != before


def test_a_key_gives_its_answer_again_after_25_hours(
    app: Flask, client: Visitor, session: Session, clock: SettableClock, invitation: Invitation
) -> None:
    opening_id, key = opening_at(session, FIRST, time(10)).id, new_key()
    first = sent(client, link_of(app, invitation), opening_id, 303, key)
    before = everything(session)
    clock.forward(hours=25)
    assert sent(client, link_of(app, invitation), opening_id, 303, key).location == first.location
    other = opening_at(session, FIRST, time(12)).id
    sent(client, link_of(app, invitation), other, 422, key)
    assert everything(session) == before
