"""Addresses of feeds: made behind a proof, shown once, stopped; each tells its owner's rows."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.access.models import AuditEntry
from portal.booking.models import AppointmentStatus
from portal.calendar.errors import FeedStopped
from portal.calendar.feed_tokens import FeedOwner, feed_behind, make_feed, stop_feed
from portal.calendar.models import FeedKind, FeedToken
from portal.clock import AMSTERDAM
from portal.technicians.models import Technician
from tests.calendar.hostile import HOSTILE
from tests.factories import (
    MONDAY_NOON,
    NEXT_MONDAY,
    make_address,
    make_appointment,
    make_customer,
    make_technician,
    make_visit,
)
from tests.staff import make_staff, sign_in
from tests.visitor import Visitor

KEY = "k" * 48
UNKNOWN = "a" * 32
KINDS = ("k", "m", "p")


@pytest.fixture
def appointment(session: Session):
    """Somebody's appointment, with all of which only some may be told."""
    customer = make_customer(
        session, name="Petra Geheim", surname="Geheim", phone="0612345678",
        email="petra.geheim@example.org", number="K-GEHEIM",
    )  # fmt: skip
    address = make_address(session, customer=customer, street="Dorpsstraat", house_number="77")
    visit = make_visit(session, address=address)
    return make_appointment(session, visit=visit, technician=make_technician(session, name="Anouk"))


@pytest.fixture
def own_page(client: Visitor, appointment):
    """The customer's page about the address, after the proof."""
    form = client.fetch(f"/afspraak/{appointment.reference}/agenda").form("postcode")
    return client.submit(form, {"postcode": "3511 ab", "house_number": "77"})


@pytest.fixture
def address(client: Visitor, own_page) -> str:
    """The path of the customer's feed, made on the page."""
    return made(client, own_page)


@pytest.fixture
def of_technician(app: Flask, session: Session, appointment) -> tuple[Visitor, str]:
    """Anouk's telephone, and the path of her feed."""
    anouk = session.scalars(sa.select(Technician).where(Technician.name == "Anouk")).one()
    return staff_feed(app, make_staff(session, Role.TECHNICIAN, technician_id=anouk.id), "/route")


@pytest.fixture
def of_planner(app: Flask, session: Session, appointment) -> tuple[Visitor, str]:
    """A planner's browser, and the path of the feed."""
    return staff_feed(app, make_staff(session, Role.PLANNER), "/staff")


def staff_feed(app: Flask, member, start: str) -> tuple[Visitor, str]:
    visitor = Visitor(app)
    sign_in(visitor, member)
    return visitor, made(visitor, visitor.fetch(f"{start}/calendar"))


def made(visitor: Visitor, page) -> str:
    """Return the path of the address that the page shows after its button is pressed."""
    shown = visitor.submit(page.form("key"))
    [path] = set(re.findall(r"/agenda/./[a-z2-7]{32}\.ics", shown.body.decode()))
    assert shown.link("Openen in mijn agenda").startswith("webcal://")
    return path


def events(visitor: Visitor, path: str) -> list:
    return Calendar.from_ical(visitor.fetch(path).body).walk("VEVENT")


def tag_of(visitor: Visitor, path: str) -> str:
    return visitor.fetch(path).headers["ETag"]


def test_a_stranger_is_asked_where_somebody_lives(client: Visitor, appointment):
    for reference in (appointment.reference, "999999X"):
        page = client.fetch(f"/afspraak/{reference}/agenda")
        assert "postcode" in page.form("postcode").names
    assert "Dorpsstraat" not in page.text


def test_nobody_makes_or_stops_an_address_without_the_proof(client: Visitor, appointment, session):
    token = client.fetch(f"/afspraak/{appointment.reference}/agenda").form("postcode").values
    for path in ("agenda", "agenda/stoppen"):
        given = {"csrf_token": token["csrf_token"], "key": "x"}
        client.post(f"/afspraak/{appointment.reference}/{path}", given, 403)
    assert not session.scalars(sa.select(FeedToken)).all()


def test_who_only_booked_here_proves_the_address_first(client: Visitor, appointment):
    with client.http.session_transaction() as browser:
        browser["appointments"] = [appointment.reference]
    page = client.fetch(f"/afspraak/{appointment.reference}")
    page = client.fetch(page.link("Laat uw agenda uw afspraken zelf ophalen"))
    assert "house_number" in page.form("postcode").names


def test_a_wrong_proof_is_said_kindly(client: Visitor, appointment):
    form = client.fetch(f"/afspraak/{appointment.reference}/agenda").form("postcode")
    page = client.submit(form, {"postcode": "3511 ab", "house_number": "78"}, 422)
    assert "Dit is niet het adres" in page.text
    client.submit(form, {"postcode": "", "house_number": ""}, 422)


def test_the_address_is_shown_once_and_stored_as_a_hash(
    client: Visitor, own_page, appointment, session
):
    path = made(client, own_page)
    token = path[len("/agenda/k/") : -len(".ics")]
    again = client.fetch(f"/afspraak/{appointment.reference}/agenda")
    assert token not in again.body.decode()
    assert "Er is een adres sinds" in again.text
    row = session.scalars(sa.select(FeedToken)).one()
    assert token not in repr(vars(row))
    assert len(token) * 5 >= 128


def test_a_form_that_is_sent_again_shows_the_same_address(client: Visitor, own_page):
    assert made(client, own_page) == made(client, own_page)


def test_a_new_address_ends_the_old_one(client: Visitor, own_page, appointment, session):
    old = made(client, own_page)
    new = made(client, client.fetch(f"/afspraak/{appointment.reference}/agenda"))
    client.fetch(old, 404)
    client.fetch(new)
    client.submit(own_page.form("key"), status=409)
    told = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert told[-2:] == ["feed.made", "feed.made"]


def test_a_stopped_address_opens_nothing_at_once(client: Visitor, address: str, appointment):
    page = client.fetch(f"/afspraak/{appointment.reference}/agenda")
    page = client.submit(page.form("stoppen"))
    assert "Gestopt" in page.text
    assert "Er is een adres sinds" not in page.text
    client.fetch(address, 404)


def test_unknown_malformed_stopped_and_another_kind_s_are_one_404(
    app: Flask, client: Visitor, address: str, session: Session, appointment
):
    row = session.scalars(sa.select(FeedToken)).one()
    token = address[len("/agenda/k/") : -len(".ics")]
    paths = [f"/agenda/{kind}/{UNKNOWN}.ics" for kind in KINDS]
    paths += [f"/agenda/m/{token}.ics", f"/agenda/p/{token}.ics", "/agenda/k/A%00-é.ics"]
    paths += [f"/agenda/k/{token.upper()}.ics", f"/agenda/k/{row.token_hash}.ics"]
    stop_feed(session, FeedOwner(FeedKind.CUSTOMER, row.customer_id or 0), MONDAY_NOON)
    session.commit()
    seen = set()
    for path in [*paths, address]:
        page = Visitor(app).fetch(path, 404)
        headers = {name: page.headers[name] for name in ("Content-Type", "Cache-Control")}
        seen.add((page.text, json.dumps(headers)))
    assert len(seen) == 1


def test_the_answer_is_one_that_calendars_keep_and_nobody_else(client: Visitor, address: str):
    page = client.fetch(address)
    for name, value in {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }.items():
        assert page.headers[name] == value
    assert "Content-Disposition" not in page.headers
    assert "Set-Cookie" not in page.headers


@pytest.mark.heart
def test_an_unchanged_feed_is_never_sent_twice(
    app: Flask, client: Visitor, address: str, of_technician, of_planner, clock
):
    for path in (address, of_technician[1], of_planner[1]):
        tag = tag_of(client, path)
        for hour in range(11):  # of one day, each calendar in its own language
            clock.forward(hours=1)
            asks = {"If-None-Match": f"W/{tag}" if hour % 2 else tag, "Cookie": "language=en"}
            answer = app.test_client().get(path, headers=asks)
            assert (answer.status_code, answer.data) == (304, b"")
            assert answer.headers["Cache-Control"] == "private, no-cache"
        clock.set(MONDAY_NOON)


def test_one_change_is_told_in_every_feed(
    client: Visitor, address: str, of_technician, of_planner, appointment, session: Session
):
    paths = (address, of_technician[1], of_planner[1])
    before = [tag_of(client, path) for path in paths]
    appointment.sequence += 1
    appointment.changed_at = MONDAY_NOON + timedelta(minutes=5)
    session.commit()
    after = [tag_of(client, path) for path in paths]
    assert all(old != new for old, new in zip(before, after, strict=True))


def test_a_customer_reads_the_own_appointments_as_in_the_invite(
    client: Visitor, address: str, appointment, session: Session
):
    make_appointment(session)
    [event] = events(client, address)
    assert str(event["uid"]) == appointment.uid
    assert event["sequence"] == appointment.sequence
    assert event["dtstart"].dt == datetime(2027, 3, 8, 8, tzinfo=AMSTERDAM)
    assert str(event["location"]) == "Dorpsstraat 77, 3511 AB Utrecht"
    assert appointment.reference in str(event["url"])
    body = client.fetch(address).body.decode()
    for secret in ("Petra", "petra.geheim", "0612345678", "K-GEHEIM", "/a/"):
        assert secret not in body


def test_a_cancelled_visit_is_told_for_30_days(
    client: Visitor, address: str, appointment, session: Session, clock
):
    appointment.status = AppointmentStatus.CANCELLED
    appointment.sequence = 1
    session.commit()
    clock.set(MONDAY_NOON + timedelta(days=29, hours=23))
    [event] = events(client, address)
    assert (str(event["status"]), event["sequence"]) == ("CANCELLED", 1)
    assert str(event["summary"]).startswith("Geannuleerd:")
    assert "komt tussen" not in str(event["description"])
    clock.set(MONDAY_NOON + timedelta(days=30, hours=1))
    assert not events(client, address)


def test_a_customer_is_told_in_the_own_language(
    app: Flask, client: Visitor, address: str, appointment, session: Session
):
    appointment.visit.customer.locale = "en"
    session.commit()
    [event] = events(client, address)
    assert str(event["summary"]).startswith("Boiler maintenance")


def test_a_technician_reads_time_order_street_and_one_letter(
    client: Visitor, of_technician, appointment, session: Session
):
    technician = session.scalars(sa.select(Technician).where(Technician.name == "Anouk")).one()
    make_appointment(session, technician=technician)
    make_appointment(session)  # somebody else's
    first, second = sorted(events(client, of_technician[1]), key=lambda one: str(one["summary"]))
    assert str(first["summary"]) == "1/2 G. Dorpsstraat"
    assert str(second["summary"]) == "2/2 V. Voorbeeldstraat"
    assert str(first["location"]) == "Dorpsstraat, Utrecht"
    assert first["dtstart"].dt == datetime(2027, 3, 8, 8, tzinfo=AMSTERDAM)
    assert str(first["url"]).endswith("/route?date=2027-03-08")
    body = client.fetch(of_technician[1]).body.decode().replace("\r\n ", "")
    drawn = re.compile(r"^UID:.*$", re.MULTILINE)  # any number may stand in it by chance
    for secret in ("Petra", "Geheim", "77", "3511", "0612345678", appointment.reference, "GEO"):
        assert secret not in drawn.sub("", body), secret
    assert appointment.uid not in body


def test_a_technician_s_feed_begins_14_days_back_and_ends_60_days_ahead(
    client: Visitor, of_technician, session: Session, clock
):
    for days, seen in ((14, 1), (15, 0), (-60, 1), (-61, 0)):
        day = datetime.combine(NEXT_MONDAY, time(12), AMSTERDAM) + timedelta(days=days)
        clock.set(day)
        assert len(events(client, of_technician[1])) == seen, days


def test_who_left_reads_no_more(client: Visitor, of_technician, session: Session):
    technician = session.scalars(sa.select(Technician).where(Technician.name == "Anouk")).one()
    technician.active = False
    session.commit()
    client.fetch(of_technician[1], 404)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.PLANNER])
def test_an_account_out_of_use_ends_its_feed(app: Flask, client: Visitor, session, role):
    member = make_staff(session, role)
    start = "/route" if role is Role.TECHNICIAN else "/staff"
    _, path = staff_feed(app, member, start)
    client.fetch(path)
    member.active = False
    session.commit()
    client.fetch(path, 404)


def test_a_planner_reads_numbers_and_no_person(
    client: Visitor, of_planner, appointment, session: Session
):
    make_appointment(session)
    [event] = events(client, of_planner[1])
    assert str(event["summary"]) == "Utrecht: 2 bezoeken, 2 monteurs"
    assert event["dtstart"].dt == date(2027, 3, 8)
    assert "/staff/board?" in str(event["url"])
    body = client.fetch(of_planner[1]).body.decode()
    for secret in ("Petra", "Dorpsstraat", "Anouk", appointment.reference):
        assert secret not in body


def test_staff_stop_their_own_address_only(of_technician, of_planner, client: Visitor):
    visitor, path = of_technician
    page = visitor.fetch("/route/calendar")
    assert "Gestopt" in visitor.submit(page.form("stop")).text
    client.fetch(path, 404)
    client.fetch(of_planner[1])


def test_each_finds_the_page_from_the_own_work(of_technician, of_planner):
    phone, browser = of_technician[0], of_planner[0]
    assert phone.fetch("/route").link("Mijn bezoeken in mijn eigen agenda") == "/route/calendar"
    browser.fetch("/route/calendar", 403)
    phone.fetch("/staff/calendar", 403)
    link = browser.fetch("/staff/board").link("De dagplannen in mijn eigen agenda")
    assert link == "/staff/calendar"


@pytest.mark.parametrize("words", HOSTILE[::7], ids=range(len(HOSTILE[::7])))
def test_one_customer_s_name_never_spoils_a_technician_s_feed(
    client: Visitor, of_technician, appointment, session: Session, words: str
):
    clean = re.sub("[\x00\ud800]", "", words)[:80]  # the database keeps neither
    customer, place = appointment.visit.customer, appointment.visit.address
    customer.name = customer.surname = place.street = place.city = clean
    session.commit()
    assert len(events(client, of_technician[1])) == 1


@pytest.mark.heart
def test_a_form_key_draws_another_address_for_each_owner(session: Session, appointment):
    other = make_customer(session)
    owners = [FeedOwner(FeedKind.CUSTOMER, other.id), FeedOwner(FeedKind.CUSTOMER, 1)]
    tokens = {
        make_feed(session, owner, "same", MONDAY_NOON, signing_key=key)
        for owner in owners for key in (KEY, KEY + "x")
    }  # fmt: skip
    assert len(tokens) == 4


@pytest.mark.heart
def test_what_was_stopped_stays_so_and_is_forgotten_after_a_month(session: Session, appointment):
    owner = FeedOwner(FeedKind.CUSTOMER, appointment.visit.customer.id)
    old = make_feed(session, owner, "first", MONDAY_NOON, signing_key=KEY)
    assert stop_feed(session, owner, MONDAY_NOON)
    assert not stop_feed(session, owner, MONDAY_NOON)
    with pytest.raises(FeedStopped):
        make_feed(session, owner, "first", MONDAY_NOON, signing_key=KEY)
    assert feed_behind(session, FeedKind.CUSTOMER, old) is None
    later = MONDAY_NOON + timedelta(days=31)
    make_feed(session, owner, "second", later, signing_key=KEY)
    assert len(session.scalars(sa.select(FeedToken)).all()) == 1
