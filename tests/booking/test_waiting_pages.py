"""The waiting list on the customer's pages: ask, change, stop, and say yes or no to an offer."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.models import (
    Appointment,
    Invitation,
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
    WaitingState,
)
from portal.booking.queries import live_appointment
from portal.booking.waiting_list.freed import offer_freed
from portal.customers.models import DayPart
from portal.planning.horizon import forget_horizon
from portal.texts import Tone
from tests.booking.agenda import FIRST, NOW, circumstances, make_agenda, opening_at
from tests.booking.test_pages import link_of
from tests.booking.waiters import booked, forget_looks, open_up
from tests.conftest import SettableClock
from tests.factories import make_customer, make_invitation, make_visit
from tests.visitor import Visitor


@pytest.fixture
def invitation(app: Flask, session: Session) -> Invitation:
    """Somebody who was invited, but every window is full."""
    forget_looks(app)
    forget_horizon()
    make_agenda(session, days=3, technicians=1, places=0)
    return make_invitation(session)


def look(app: Flask) -> int:
    return offer_freed(circumstances(NOW, "waiting list"), app.config["SECRET_KEY"]).offered


def asked(session: Session) -> WaitingRequest:
    return session.scalars(sa.select(WaitingRequest).order_by(WaitingRequest.id.desc())).first()  # type: ignore[return-value]


def put_on_list(app: Flask, client: Visitor, invitation: Invitation) -> None:
    page = client.fetch(link_of(app, invitation) + "/wachtlijst")
    client.submit(page.form("first_on"))


def with_appointment(client: Visitor, session: Session, invitation: Invitation) -> str:
    """Return the path of the page of an appointment that this browser has proved."""
    late = open_up(session, FIRST + timedelta(days=2), 14)
    appointment = booked(session, invitation.visit, late)
    path = f"/afspraak/{appointment.reference}"
    address = invitation.visit.address
    proof = {"postcode": address.postcode, "house_number": address.house_number}
    client.submit(client.fetch(path).form("postcode"), proof)
    return path


def test_who_finds_nothing_is_led_to_the_waiting_list(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    link = link_of(app, invitation)
    page = client.fetch(client.fetch(link).link("andere tijd vrijkomt"))
    assert page.h1 == "Op de wachtlijst?"
    listed = client.submit(page.form("first_on"), {"part": "morning", "weekday_4": None})
    assert listed.h1 == "U staat op de wachtlijst"
    assert "maandag, dinsdag, woensdag, donderdag" in listed.text
    made = asked(session)
    assert (made.part, made.weekdays, made.asked_by) == (DayPart.MORNING, 0b01111, "customer")
    assert "U staat op de wachtlijst" in client.fetch(link).text


def test_wishes_that_cannot_be_are_explained(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    form = client.fetch(link_of(app, invitation) + "/wachtlijst").form("first_on")
    for typed, sentence in (
        ({"first_on": "2020-01-01"}, "Kies een dag van"),
        ({"last_on": ""}, "Vul een datum in"),
        ({"first_on": "2027-03-12", "last_on": "2027-03-10"}, "vóór de eerste"),
    ):
        assert sentence in client.submit(form, typed, 422).text
    assert session.scalar(sa.select(sa.func.count(WaitingRequest.id))) == 0


def test_a_time_that_came_free_is_booked_with_one_yes(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    put_on_list(app, client, invitation)
    open_up(session, FIRST, 10)
    assert look(app) == 1
    page = client.fetch(link_of(app, invitation))
    assert "Wij houden deze tijd voor u vrij tot 13:00 uur" in page.text
    done = client.submit(page.form("offer"), button="answer=yes")
    assert done.h1 == "Uw afspraak staat vast"
    assert "maandag 8 maart 2027" in done.text
    assert asked(session).state is WaitingState.SERVED


def test_a_no_gives_it_back_and_waits_on(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    put_on_list(app, client, invitation)
    opening = open_up(session, FIRST, 10)
    look(app)
    page = client.fetch(link_of(app, invitation))
    after = client.submit(page.form("offer"), button="answer=no")
    assert "U blijft op de wachtlijst" in after.text
    session.refresh(opening)
    assert opening.taken == 0
    assert asked(session).state is WaitingState.WAITING


def test_looking_at_an_offer_answers_nothing(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    put_on_list(app, client, invitation)
    open_up(session, FIRST, 10)
    look(app)
    for path in ("", "/wachtlijst"):
        client.fetch(link_of(app, invitation) + path)
    assert session.scalars(sa.select(WaitingOffer)).one().state is WaitingOfferState.OPEN


def test_old_and_new_time_stand_side_by_side_and_yes_moves(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    path = with_appointment(client, session, invitation)
    page = client.fetch(client.fetch(path).link("eerdere tijd vrijkomt"))
    assert page.h1 == "Liever eerder?"
    client.submit(page.form("first_on"))
    open_up(session, FIRST, 10)
    assert look(app) == 1
    offered = client.fetch(path)
    assert "Uw afspraak nu woensdag 10 maart 14:00 – 16:00" in offered.text
    assert "Vrij voor u maandag 8 maart 10:00 – 12:00" in offered.text
    moved = client.submit(offered.form("offer"), button="answer=yes")
    assert "maandag 8 maart 2027" in moved.text
    appointment = live_appointment(session, invitation.visit)
    assert appointment is not None
    assert (appointment.date, appointment.sequence) == (FIRST, 1)


def test_when_the_hour_is_over_the_page_no_longer_says_that_the_time_is_kept(
    app: Flask, client: Visitor, session: Session, clock: SettableClock, invitation: Invitation
) -> None:
    put_on_list(app, client, invitation)
    open_up(session, FIRST, 10)
    look(app)
    clock.forward(hours=1)
    page = client.fetch(link_of(app, invitation))
    assert (
        "Wij hielden deze tijd voor u vrij tot 13:00 uur. Misschien is hij nog vrij." in page.text
    )
    assert "Wij houden deze tijd" not in page.text
    assert client.submit(page.form("offer"), button="answer=yes").h1 == "Uw afspraak staat vast"


def test_a_yes_that_comes_too_late_says_so_and_shows_what_else_there_is(
    app: Flask,
    client: Visitor,
    session: Session,
    clock: SettableClock,
    invitation: Invitation,
) -> None:
    put_on_list(app, client, invitation)
    open_up(session, FIRST, 10)
    look(app)
    form = client.fetch(link_of(app, invitation)).form("offer")
    clock.forward(hours=1)
    offer_freed(circumstances(clock.moment, "waiting list"), app.config["SECRET_KEY"])
    refused = client.submit(form, status=409, button="answer=yes")
    assert "niet meer voor u vrij" in refused.text
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 0


def test_stopping_takes_two_taps(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    put_on_list(app, client, invitation)
    page = client.fetch(link_of(app, invitation) + "/wachtlijst")
    after = client.submit(page.form("Haal mij van de wachtlijst"))
    assert "U staat niet meer op de wachtlijst" in after.text
    assert asked(session).state is WaitingState.WITHDRAWN


def test_strangers_see_and_change_nothing_of_an_appointment(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    path = with_appointment(client, session, invitation)
    client.submit(client.fetch(path + "/wachtlijst").form("first_on"))
    stranger = Visitor(app)
    page = stranger.fetch(path + "/wachtlijst")
    assert "wachtlijst" not in page.text
    token = page.form("postcode").values["csrf_token"]
    for what in ("", "/stoppen", "/antwoord"):
        stranger.post(f"{path}/wachtlijst{what}", {"csrf_token": token}, 403)
    assert asked(session).state is WaitingState.WAITING


def test_the_personal_link_of_who_has_an_appointment_opens_no_list(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    with_appointment(client, session, invitation)
    page = Visitor(app).fetch(link_of(app, invitation) + "/wachtlijst")
    assert page.h1 == "U heeft een afspraak"


def test_an_answer_about_somebody_elses_offer_is_not_found(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    put_on_list(app, client, invitation)
    open_up(session, FIRST, 10)
    look(app)
    form = client.fetch(link_of(app, invitation)).form("offer")
    other = make_invitation(session)
    token = form.values["csrf_token"]
    data = {"csrf_token": token, "offer": form.values["offer"], "answer": "yes"}
    client.post(link_of(app, other) + "/wachtlijst/antwoord", data, 404)
    client.post(link_of(app, other) + "/wachtlijst/antwoord", {**data, "offer": "x"}, 404)


def test_what_is_free_already_is_shown_at_once(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    open_up(session, FIRST, 10)
    page = client.fetch(link_of(app, invitation) + "/wachtlijst")
    listed = client.submit(page.form("first_on"))
    assert "Nu vrij" in listed.text
    held = client.submit(
        listed.form("opening"), button=f"opening={opening_at(session, FIRST, time(10)).id}"
    )
    assert held.h1 == "Deze afspraak vastleggen?" or "10:00" in held.text


@pytest.mark.parametrize(
    ("tone", "locale", "heading"),
    [
        (Tone.INFORMAL, "nl", "Je staat op de wachtlijst"),
        (Tone.FORMAL, "en", "You are on the waiting list"),
    ],
)
def test_everybody_is_spoken_to_as_they_wish(
    app: Flask,
    client: Visitor,
    session: Session,
    invitation: Invitation,
    tone: Tone,
    locale: str,
    heading: str,
) -> None:
    customer = make_customer(session, tone=tone, locale=locale, email=None)
    other = make_invitation(session, visit=make_visit(session, customer=customer))
    page = client.fetch(link_of(app, other) + "/wachtlijst")
    listed = client.submit(page.form("first_on"))
    assert listed.h1 == heading
