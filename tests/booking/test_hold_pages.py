"""The page of a held window: until when, more time, another time, and when it is over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.links import token_of
from portal.booking.models import Appointment, Invitation
from portal.database import transaction
from portal.limits import limiter
from portal.planning.models import HoldKind, Opening, Stop
from portal.texts import Tone
from portal.timetable import end_holds
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.conftest import SettableClock
from tests.document import Document
from tests.expiry import expire_holds
from tests.factories import make_customer, make_invitation, make_opening, make_region, make_visit
from tests.visitor import Visitor

BOOK = "Deze afspraak vastleggen"
MORE = "Ik heb meer tijd nodig"
OTHER = "Een andere tijd kiezen"
LATER = date(2027, 3, 10)


@pytest.fixture
def link(app: Flask, session: Session) -> str:
    """The path of somebody's personal link, with two weeks to choose from, one place a window."""
    make_agenda(session, places=1)
    return link_of(app, make_invitation(session))


def link_of(app: Flask, invitation: Invitation) -> str:
    return f"/a/{token_of(invitation, app.config['SECRET_KEY'])}"


def choose(client: Visitor, page: str, opening: Opening, status: int = 200) -> Document:
    form = client.fetch(f"{page}?all=1").form("key")
    return client.submit(form, status=status, button=f"opening={opening.id}")


def taken(session: Session) -> int:
    return session.scalar(sa.select(sa.func.sum(Opening.taken))) or 0


def booked(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count(Appointment.id))) or 0


@pytest.fixture
def held(client: Visitor, session: Session, link: str) -> Document:
    """The page of a window that is held."""
    return choose(client, link, opening_at(session, FIRST, time(10)))


def test_the_page_says_what_where_and_until_when(held: Document, session: Session) -> None:
    assert "Maandag 8 maart 2027" in held.text.replace("maandag", "Maandag")
    assert "tussen 10:00 en 12:00" in held.text
    assert "Wij houden deze tijd voor u vast tot 12:10." in held.text
    assert "Voorbeeldstraat, Utrecht" in held.text
    assert (taken(session), booked(session)) == (1, 0)


def test_looking_at_it_again_does_not_lengthen_it(
    client: Visitor, clock: SettableClock, session: Session, held: Document
) -> None:
    clock.forward(minutes=4)
    assert "tot 12:10." in client.fetch(held.path).text
    assert client.http.head(held.path).status_code == 200
    assert taken(session) == 1


def test_more_time_is_ten_minutes_from_now(
    client: Visitor, clock: SettableClock, session: Session, held: Document
) -> None:
    page = held
    for minute in range(9, 109, 9):
        clock.forward(minutes=9)
        end_holds(clock())
        page = client.submit(page.form(MORE))
        assert f"tot {12 + (minute + 10) // 60}:{(minute + 10) % 60:02}." in page.text
    assert client.submit(page.form(BOOK)).h1 == "Uw afspraak staat vast"


def test_another_time_gives_this_one_back(
    app: Flask, client: Visitor, session: Session, link: str, held: Document
) -> None:
    page = client.submit(held.form(OTHER))
    assert (page.path, page.h1) == (link, "Kies wanneer wij komen")
    assert taken(session) == 0


def test_opening_the_link_again_shows_what_is_still_held(
    app: Flask, session: Session, clock: SettableClock, link: str, held: Document
) -> None:
    elsewhere = Visitor(app)
    page = elsewhere.fetch(link)
    assert "Wij houden nog een tijd voor u vast, tot 12:10" in page.text
    assert elsewhere.fetch(page.link("Verder met deze tijd")).path == held.path
    clock.forward(minutes=10)
    assert "Wij houden nog een tijd" not in elsewhere.fetch(link).text


def test_what_is_held_stays_among_the_windows(client: Visitor, link: str, held: Document) -> None:
    opening_id = held.path.rsplit("/", 1)[1]
    form = client.fetch(f"{link}?all=1").form("key")
    assert opening_id in form.choices("opening")
    assert client.submit(form, button=f"opening={opening_id}").path == held.path


def test_when_the_time_is_over_booking_still_works_while_the_place_is_free(
    client: Visitor, clock: SettableClock, session: Session, held: Document
) -> None:
    clock.forward(minutes=11)
    end_holds(clock())
    assert taken(session) == 0
    page = client.fetch(held.path)
    assert "De tijd is om." in page.text
    assert client.submit(page.form(BOOK)).h1 == "Uw afspraak staat vast"
    assert taken(session) == 1


def test_when_the_time_is_over_it_can_be_held_once_more(
    client: Visitor, clock: SettableClock, session: Session, held: Document
) -> None:
    clock.forward(minutes=11)
    end_holds(clock())
    page = client.submit(client.fetch(held.path).form("Nog een keer vasthouden"))
    assert "tot 12:21." in page.text
    assert taken(session) == 1


def test_a_place_that_went_to_somebody_else_is_told_with_what_else_is_possible(
    app: Flask, client: Visitor, clock: SettableClock, session: Session, held: Document
) -> None:
    clock.forward(minutes=11)
    end_holds(clock())
    other = link_of(app, make_invitation(session, visit=make_visit(session)))
    choose(Visitor(app), other, opening_at(session, FIRST, time(10)))
    for button in (BOOK, MORE):
        page = client.submit(held.form(button), status=409)
        assert "Iemand anders heeft deze tijd net gekozen" in page.text
        assert page.form("key").choices("opening")
    assert (taken(session), booked(session)) == (1, 0)


def test_a_second_tab_holds_its_own_choice_and_the_first_can_still_book(
    client: Visitor, session: Session, link: str, held: Document
) -> None:
    second = choose(client, link, opening_at(session, LATER, time(14)))
    assert taken(session) == 1
    assert client.submit(held.form(MORE)).path == second.path
    done = client.submit(held.form(BOOK))
    assert "maandag 8 maart 2027" in done.text
    assert taken(session) == 1


def test_once_booked_the_held_page_leads_to_the_state(
    client: Visitor, session: Session, link: str, held: Document
) -> None:
    client.submit(held.form(BOOK))
    assert client.fetch(held.path).h1 == "U heeft een afspraak"
    for form in (held.form(OTHER), held.form(BOOK)):
        client.submit(form)
    choose_form = held.form(MORE)
    assert client.submit(choose_form, status=409).h1 == "U heeft een afspraak"
    assert (taken(session), booked(session)) == (1, 1)


def test_moving_holds_the_new_time_beside_the_old_one(
    client: Visitor, session: Session, clock: SettableClock, held: Document
) -> None:
    done = client.submit(held.form(BOOK))
    move = f"{done.path}/verzetten"
    page = choose(client, move, opening_at(session, LATER, time(14)))
    assert page.h1 == "De afspraak verzetten?"
    assert "Uw afspraak van nu blijft staan tot u hem verzet: maandag 8 maart 2027" in page.text
    assert taken(session) == 2
    clock.forward(minutes=9)
    page = client.submit(page.form(MORE))
    assert "Wij houden nog een tijd voor u vast, tot 12:19" in client.fetch(move).text
    assert client.submit(page.form(OTHER)).path == move
    assert taken(session) == 1
    moved = client.submit(page.form("Naar deze tijd verzetten"))
    assert "woensdag 10 maart 2027" in moved.text
    assert taken(session) == 1


@pytest.mark.parametrize("step", ["vasthouden", "loslaten", "vasthouden/1/langer"])
def test_strangers_hold_and_free_nothing(
    app: Flask, client: Visitor, session: Session, held: Document, step: str
) -> None:
    reference = client.submit(held.form(BOOK)).path.rsplit("/", 1)[1]
    stranger = Visitor(app)
    page = stranger.fetch(f"/afspraak/{reference}/verzetten/vasthouden/1")
    assert page.h1 == "Uw afspraak"
    sent = {"csrf_token": page.form("postcode").values["csrf_token"], "opening": "1"}
    stranger.post(f"/afspraak/{reference}/verzetten/{step}", sent, 403)
    stranger.post(f"/a/forged/{step}", sent, 404)
    assert taken(session) == 1


def test_windows_of_others_are_not_shown_and_not_held(
    client: Visitor, session: Session, link: str
) -> None:
    elsewhere = make_opening(session, FIRST, region=make_region(session, "9999"))
    form = client.fetch(link).form("key")
    client.submit(form, {"opening": elsewhere.id}, status=409, unchecked=True)
    assert client.fetch(f"{link}/vasthouden/{elsewhere.id}").path == link
    assert client.fetch(f"{link}/vasthouden/999999").path == link


def test_a_window_from_a_letter_is_held_until_the_letters_deadline(
    client: Visitor, session: Session, link: str, held: Document
) -> None:
    stop = session.scalars(sa.select(Stop)).one()
    assert stop.held_until is not None
    stop.hold_kind, stop.held_until = HoldKind.LETTER, stop.held_until + timedelta(days=3)
    page = client.fetch(held.path)
    assert "Wij houden deze tijd voor u vast tot donderdag 4 maart, 12:10." in page.text
    assert MORE not in page.text
    assert client.submit(page.form(BOOK)).h1 == "Uw afspraak staat vast"


@pytest.mark.parametrize(
    ("tone", "locale", "sentence"),
    [
        (Tone.INFORMAL, "nl", "We houden deze tijd voor je vast tot 12:10."),
        (Tone.FORMAL, "en", "We hold this time for you until 12:10."),
    ],
)
def test_everybody_hears_it_in_their_words(
    app: Flask, client: Visitor, session: Session, tone: Tone, locale: str, sentence: str
) -> None:
    make_agenda(session)
    customer = make_customer(session, tone=tone, locale=locale)
    link = link_of(app, make_invitation(session, visit=make_visit(session, customer=customer)))
    assert sentence in choose(client, link, opening_at(session, FIRST, time(10))).text


def test_one_link_blocks_one_place_whatever_its_owner_presses(
    client: Visitor, session: Session, clock: SettableClock, link: str
) -> None:
    form = client.fetch(f"{link}?all=1").form("key")
    openings = form.choices("opening")
    assert len(openings) == 40
    for opening_id in openings:
        client.submit(form, button=f"opening={opening_id}")
        assert taken(session) == 1
    clock.forward(minutes=10)
    with transaction() as write:
        assert expire_holds(write, clock()) == 1
    assert taken(session) == 0


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    limiter.enabled = True
    yield
    limiter.enabled = False
    limiter.reset()


def test_buttons_that_hold_may_be_pressed_so_often_a_minute(
    app: Flask, client: Visitor, session: Session, link: str, limited: None
) -> None:
    form = client.fetch(f"{link}?all=1").form("key")
    opening_id = form.choices("opening")[0]
    for _ in range(20):
        held = client.submit(form, button=f"opening={opening_id}")
    refused = client.submit(form, status=429, button=f"opening={opening_id}")
    assert "030 000 01 23" in refused.text
    assert client.submit(held.form(BOOK)).h1 == "Uw afspraak staat vast"
    other = link_of(app, make_invitation(session, visit=make_visit(session)))
    choose(Visitor(app), other, opening_at(session, LATER, time(10)))


def test_the_direct_way_still_books_in_one_request(
    client: Visitor, session: Session, link: str
) -> None:
    page = client.fetch(f"{link}?all=1")
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page.body.decode()))
    opening = opening_at(session, FIRST, time(10))
    sent = {"csrf_token": token, "key": "k" * 22, "opening": opening.id}
    for _ in range(2):
        assert client.post(link, sent, 303).location.startswith("/afspraak/")
    assert (taken(session), booked(session)) == (1, 1)


def test_an_old_number_holds_and_gives_back_nothing_of_the_newer_appointment(
    app: Flask, client: Visitor, session: Session, link: str
) -> None:
    first, second = (opening_at(session, FIRST, time(hour)) for hour in (8, 10))
    client.submit(choose(client, link, first).form(BOOK))
    old = session.scalars(sa.select(Appointment)).one().reference
    late = client.fetch(f"/afspraak/{old}/verzetten?all=1").form("key")
    client.submit(client.fetch(f"/afspraak/{old}/annuleren").form("/annuleren"))
    client.submit(choose(client, link, second).form(BOOK))
    held = client.submit(late, button=f"opening={first.id}")
    assert "niet meer" in held.text
    assert [stop.held_until for stop in session.scalars(sa.select(Stop))] == [None]
    session.rollback()
    newer = session.scalars(sa.select(Appointment).order_by(Appointment.id.desc())).first()
    choose(client, f"/afspraak/{newer.reference}/verzetten", first)
    token = {"csrf_token": late.values["csrf_token"]}
    client.post(f"/afspraak/{old}/verzetten/loslaten", token, 303)
    client.post(f"/afspraak/{old}/verzetten/vasthouden/{first.id}/langer", token, 303)
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 2
