"""Links in the wrong hands: who follows, steals, guesses or compares them gets nothing."""

from __future__ import annotations

import io
import json
import logging
import re
from datetime import time
from typing import Any
from urllib.parse import unquote

import pytest
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from portal import errors
from portal.application import create_app
from portal.booking.links import token_of
from portal.booking.models import Appointment, Invitation
from portal.booking.references import check_letter
from portal.database import db
from portal.limits import limiter
from portal.settings import Settings
from portal.timetable import send_messages, write_codes
from tests.booking.agenda import FIRST, NOW, make_agenda, opening_at
from tests.booking.link_pages import everything_stored, later_tokens, link_pages
from tests.conftest import SettableClock
from tests.databases import make_tables
from tests.document import Document, parse
from tests.factories import make_address, make_appointment, make_customer, make_invitation
from tests.factories import make_visit as visit_of
from tests.visitor import Visitor

NAME, MAIL, PHONE, NUMBER = "Petra Geheim", "petra.geheim@example.org", "0698765432", "7391"
POSTCODE = "3511XK"
HARMLESS = {"csrf_token", "_fresh", "_permanent"}
CODE = "48291357" + check_letter("48291357")
RIGHT = {"postcode": "3511 xk", "house_number": NUMBER}
WRONG = {"postcode": "3511 XK", "house_number": "1"}


@pytest.fixture
def invitation(session: Session) -> Invitation:
    """Somebody invited whose every detail would be recognised."""
    make_agenda(session)
    customer = make_customer(session, name=NAME, surname="Geheim", email=MAIL, phone=PHONE)
    address = make_address(
        session, customer=customer, house_number=NUMBER, postcode=POSTCODE, street="Singel"
    )
    return make_invitation(session, visit=visit_of(session, address=address), code=CODE)


@pytest.fixture
def token(app: Flask, invitation: Invitation) -> str:
    return token_of(invitation, app.config["SECRET_KEY"])


@pytest.fixture
def appointment(session: Session, invitation: Invitation) -> Appointment:
    return make_appointment(session, visit=invitation.visit)


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch):
    """Count tries, as a real portal does."""
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", True)
    yield
    limiter.reset()


@pytest.fixture
def tokens(app: Flask, session: Session, token: str, appointment: Appointment) -> dict[str, str]:
    """The tokens of all links that one customer was ever sent, by the name in the address."""
    return {"token": token, **later_tokens(session, appointment, app.config["SECRET_KEY"], NOW)}


# Scanners follow links


def pages_of(app: Flask, session: Session, tokens: dict[str, str], reference: str) -> list[str]:
    opening = opening_at(session, FIRST, time(10))
    values = {**tokens, "reference": reference, "opening_id": opening.id}
    return [f"/a/{tokens['token']}?all=1", "/c", "/", *link_pages(app, values)]


def test_following_any_link_changes_nothing_and_gives_nothing(
    app: Flask, session: Session, tokens: dict[str, str], appointment: Appointment
) -> None:
    paths = pages_of(app, session, tokens, appointment.reference)
    assert len(paths) > 12
    before = everything_stored(app)
    scanner = app.test_client()
    for path in paths:
        for method in ("HEAD", *("GET",) * 5):
            assert scanner.open(path, method=method).status_code < 500, path
    assert everything_stored(app) == before
    with scanner.session_transaction() as given:
        assert set(given) <= HARMLESS
    assert scanner.get_cookie("language") is None
    human = Visitor(app)
    form = human.fetch(f"/afspraak/{appointment.reference}").form("postcode")
    assert human.submit(form, RIGHT).h1 == "Uw afspraak staat vast"


# Links in the wrong hands


def secrets_in(page: Document) -> set[str]:
    """Return what is told of somebody that a link must not tell."""
    raw = unquote(page.body.decode(errors="replace"))
    told = {NAME, "Geheim", MAIL, PHONE, NUMBER, POSTCODE, "3511 XK", "52.09"}
    return {secret for secret in told if secret in raw}


def test_no_page_that_a_token_opens_tells_more_than_street_and_town(
    app: Flask, session: Session, tokens: dict[str, str], client: Visitor
) -> None:
    values = {**tokens, "opening_id": opening_at(session, FIRST, time(10)).id}
    paths = link_pages(app, values)
    assert {path.split("/")[1] for path in paths} >= {"a", "laat", "vragen"}
    for path in paths:
        assert not secrets_in(client.fetch(path)), path


def test_the_link_before_the_choice_tells_street_and_town(token: str, client: Visitor) -> None:
    assert "Singel, Utrecht" in client.fetch(f"/a/{token}").text


def test_a_token_of_one_kind_opens_no_page_of_another(
    app: Flask, tokens: dict[str, str], client: Visitor
) -> None:
    doors = {"token": "/a/{}", "late_token": "/laat/{}", "opinion_token": "/vragen/{}"}
    for kind, door in doors.items():
        for other in tokens:
            if other != kind:
                client.fetch(door.format(tokens[other]), 404)


def test_who_books_with_a_stolen_link_does_not_learn_the_house_number(
    app: Flask,
    session: Session,
    tokens: dict[str, str],
    appointment: Appointment,
    client: Visitor,
) -> None:
    with client.http.session_transaction() as browser:
        browser["appointments"] = [appointment.reference]  # as booking leaves it
    opening = opening_at(session, FIRST, time(10))
    values = {**tokens, "reference": appointment.reference, "opening_id": opening.id}
    for path in link_pages(app, values):
        assert not secrets_in(client.fetch(path)), path
    page = client.fetch(f"/afspraak/{appointment.reference}")
    assert "Singel, Utrecht" in page.text


def test_who_gave_the_house_number_sees_it(
    app: Flask, appointment: Appointment, client: Visitor
) -> None:
    path = f"/afspraak/{appointment.reference}"
    page = client.submit(client.fetch(path).form("postcode"), RIGHT)
    assert f"Singel {NUMBER}, Utrecht" in page.text
    assert NUMBER in client.fetch(f"{path}/agenda.ics").body.decode()


def test_a_token_is_never_sent_on_nor_written_elsewhere(
    app: Flask,
    session: Session,
    tokens: dict[str, str],
    appointment: Appointment,
    client: Visitor,
) -> None:
    for path in pages_of(app, session, tokens, appointment.reference):
        page = client.fetch(path)
        assert page.headers["Referrer-Policy"] == "no-referrer", path
        assert page.headers["Cache-Control"] == "no-store", path
        for token in tokens.values():
            assert not [link for link in page.links if token in link.href and "://" in link.href]
            assert token not in page.text
    opened = client.fetch(f"/afspraak/{appointment.reference}").form("postcode")
    client.submit(opened, RIGHT)
    ics = client.fetch(f"/afspraak/{appointment.reference}/agenda.ics").body.decode()
    assert not [token for token in tokens.values() if token in ics.replace("\r\n ", "")]


@pytest.mark.parametrize("path", ["/a/{}x", "/a/{}/nowhere", "/a/x{}/gegevens"])
def test_an_error_page_does_not_show_the_token(client: Visitor, token: str, path: str) -> None:
    page = client.fetch(path.format(token), 404)
    assert token not in page.text
    assert not [link for link in page.links if token in link.href]


# Known and unknown look the same


def told(page: Document, *known: str) -> tuple[Any, ...]:
    """Return all that a stranger can tell pages apart by; what was sent may come back."""
    names = {name: value for name, value in page.headers.items() if name not in ("Date",)}
    names.pop("Set-Cookie", None)
    body = re.sub(rb'(name="csrf_token" value=")[^"]+', rb"\1", page.body)
    for one in known:
        body = body.replace(one.encode(), b"#")
    return page.status, sorted(names.items()), len(page.body), body


def unknown_for(reference: str) -> str:
    digits = "999998" if not reference.startswith("999998") else "999997"
    return digits + check_letter(digits)


@pytest.mark.parametrize("page", ["", "/verzetten", "/annuleren", "/gegevens", "/agenda.ics"])
def test_an_unknown_appointment_number_looks_like_a_known_one(
    app: Flask, appointment: Appointment, page: str
) -> None:
    seen = [
        told(Visitor(app).fetch(f"/afspraak/{one}{page}"), one)
        for one in (appointment.reference, unknown_for(appointment.reference))
    ]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("page", ["", "/gegevens"])
def test_a_wrong_proof_gets_one_answer(app: Flask, appointment: Appointment, page: str) -> None:
    seen = []
    for one in (appointment.reference, unknown_for(appointment.reference)):
        for proof in (WRONG, {**WRONG, "postcode": "1234 AB"}):
            visitor = Visitor(app)
            form = visitor.fetch(f"/afspraak/{one}{page}").form("postcode")
            answer = told(visitor.submit(form, proof, 422), one, proof["postcode"])
            seen.append(answer)
    assert all(one == seen[0] for one in seen)


def test_a_wrong_letter_code_gets_one_answer(app: Flask, invitation: Invitation) -> None:
    unknown = "99999998" + check_letter("99999998")
    seen = []
    for code in (CODE, unknown):
        visitor = Visitor(app)
        given = {"code": code, "postcode": "1234 AB"}
        seen.append(told(visitor.submit(visitor.fetch("/c").form("code"), given, 422), code))
    assert seen[0] == seen[1]


# Guessing


class Thief:
    """Somebody at an address of the internet who guesses."""

    def __init__(self, app: Flask, network: str) -> None:
        self.app = app
        self.http = app.test_client()
        self.options: dict[str, Any] = {"environ_base": {"REMOTE_ADDR": network}}

    def proves(self, path: str, post_to: str, proof: dict[str, str]) -> int:
        token = self.read(path).form("postcode").values["csrf_token"]
        return self.send(post_to, {**proof, "csrf_token": token})

    def read(self, path: str) -> Document:
        with self.app.app_context():  # of its own, so that no two visitors share a token
            answer = self.http.get(path, **self.options)
        return parse(path, answer.status_code, answer.headers, answer.data)

    def send(self, path: str, values: dict[str, Any]) -> int:
        with self.app.app_context():
            return self.http.post(path, data=values, **self.options).status_code


@pytest.fixture(params=["link", "appointment", "appointment's details"])
def proof_form(request, token: str, appointment: Appointment) -> tuple[str, str]:
    """The page that asks for proof, and where it is sent."""
    here = f"/afspraak/{appointment.reference}"
    if request.param == "appointment":
        return here, here
    door = f"/a/{token}/gegevens" if request.param == "link" else f"{here}/gegevens"
    return door, f"{door}/bewijs"


def test_one_network_guesses_eight_times(app: Flask, limited, proof_form) -> None:
    thief = Thief(app, "203.0.113.7")
    answers = [thief.proves(*proof_form, WRONG) for _ in range(10)]
    assert answers == [422] * 8 + [429] * 2
    assert thief.proves(*proof_form, RIGHT) == 429


def test_many_networks_guess_once_each_and_lock_nobody_out(app: Flask, limited, proof_form) -> None:
    for number in range(30):
        Thief(app, f"198.51.100.{number}").proves(*proof_form, WRONG)
    again = Thief(app, "198.51.100.29")
    assert again.proves(*proof_form, WRONG) == 429
    owner = Thief(app, "192.0.2.1")
    assert owner.proves(*proof_form, RIGHT) == 303


def test_the_many_addresses_of_one_household_are_one(app: Flask, limited, proof_form) -> None:
    thieves = [Thief(app, f"2001:db8:1:2::{number:x}") for number in range(10)]
    answers = [thief.proves(*proof_form, WRONG) for thief in thieves]
    assert answers == [422] * 8 + [429] * 2
    assert Thief(app, "2001:db8:1:3::1").proves(*proof_form, RIGHT) == 303


def test_a_code_from_a_letter_is_guessed_no_more_often(app: Flask, limited, session, token) -> None:
    wrong = {"code": CODE, "postcode": "1234 AB"}
    thief = Thief(app, "203.0.113.7")
    assert [thief.proves("/c", "/c", wrong) for _ in range(9)] == [422] * 8 + [429]
    for number in range(30):
        Thief(app, f"198.51.100.{number}").proves("/c", "/c", wrong)
    owner = Thief(app, "192.0.2.1")
    assert owner.proves("/c", "/c", {"code": CODE, "postcode": POSTCODE}) == 303
    assert Thief(app, "192.0.2.1").proves("/c", "/c", wrong) == 429


# Logs


def test_the_log_names_nobody(
    settings: Settings, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    loud = settings.model_copy(update={"testing": False, "log_level": "DEBUG"})
    app = create_app(loud, clock)
    try:
        secrets = walk_about(app, clock)
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.contextvars.clear_contextvars()
        with app.app_context():
            db.engine.dispose()
    lines = written.getvalue()
    assert len(lines.splitlines()) > 20
    assert all(json.loads(line) for line in lines.splitlines())
    found = [secret for secret in secrets if secret in lines]
    assert not found


def walk_about(app: Flask, clock: SettableClock) -> list[str]:
    """Open, prove, guess too often, ask for a code; return what the log must not hold."""
    with app.app_context():
        make_tables(db.engine)
        session = db.session()
        make_agenda(session)
        customer = make_customer(session, name=NAME, email=MAIL, phone=PHONE)
        address = make_address(
            session, customer=customer, house_number=NUMBER, postcode=POSTCODE, street="Singel"
        )
        invitation = make_invitation(session, visit=visit_of(session, address=address))
        token = token_of(invitation, app.config["SECRET_KEY"])
        reference = make_appointment(session, visit=invitation.visit).reference
    limiter.reset()
    thief = Thief(app, "203.0.113.7")
    door = f"/a/{token}/gegevens"
    for _ in range(12):
        thief.proves(door, f"{door}/bewijs", WRONG)
    owner = Thief(app, "192.0.2.1")
    assert owner.proves(door, f"{door}/bewijs", RIGHT) == 303
    form = owner.read(door).form("gegevens/code")
    assert owner.send(form.action, form.values) == 303
    owner.read(f"/a/{token}x")
    owner.read(f"/afspraak/{reference}")
    with app.app_context():
        write_codes(clock())
        send_messages(clock())
    limiter.reset()
    return [token, NAME, MAIL, PHONE, POSTCODE, reference, "203.0.113.7", "192.0.2.1", "Singel"]


def test_the_page_about_a_fault_does_not_show_the_token(
    app: Flask, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.test_request_context(f"/a/{token}"):
        body, status = errors.error_page(500, "x", "y")
    page = parse("/", status, {"Content-Type": "text/html"}, body.encode())
    assert token not in page.text
