"""Whoever comes from a letter, by QR or by typed code, meets the three times as theirs."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.links import path_of
from portal.booking.queries import live_appointment
from portal.booking.references import sayable
from portal.campaigns.letters.answering import release_letter_holds
from portal.campaigns.letters.post import held_until
from portal.campaigns.letters.queries import letter_holds, letter_of_visit, windows_of
from portal.customers.models import Visit
from portal.database import transaction
from portal.planning.models import Opening
from tests.campaigns.letters.agenda import (
    by_letter,
    letter_stops,
    make_paper_agenda,
    the_letter,
    written,
)
from tests.document import Form
from tests.expiry import expire_holds
from tests.factories import make_invitation
from tests.visitor import Visitor

MONTHS = {3: "maart", 4: "april", 5: "mei"}


@pytest.fixture
def visit(session: Session) -> Visit:
    make_paper_agenda(session)
    found = by_letter(session, name="J. Geheim")
    written(session)
    return session.get_one(Visit, found.id)


@pytest.fixture
def link(app: Flask, session: Session, visit: Visit) -> str:
    return path_of(the_letter(session, visit).invitation, app.config["SECRET_KEY"])


def heard(client: Visitor, link: str) -> str:
    return client.fetch(link).text


def test_the_three_times_stand_first_and_stand_once(client, session, visit, link):
    page = client.fetch(link)
    held = [str(stop.opening_id) for _, stop in letter_holds(session, visit.id)]
    buttons = [one.get("value") for one in page.elements("button", name="opening")]
    assert buttons[:3] == held
    assert len(buttons) == len(set(buttons))
    assert "Uit uw brief: voor u vastgehouden tot en met maandag 22 maart" in page.text
    assert page.text.index("Uit uw brief") < page.text.index("Andere tijden")
    assert "00:00" not in page.text


def test_one_of_them_is_booked_with_two_presses_and_the_others_are_free(
    client, session, visit, link
):
    wanted = windows_of(the_letter(session, visit))[1]
    opening = next(stop.opening_id for window, stop in letter_holds(session, visit.id)
                   if window == wanted)  # fmt: skip
    page = client.submit(forms_with_times(client, link)[0], button=f"opening={opening}")
    assert "vast tot" in page.text
    client.submit(page.form("opening"))
    assert letter_stops(session) == []
    appointment = live_appointment(session, visit)
    assert appointment is not None
    assert (appointment.date, appointment.window_start) == (wanted.date, wanted.start)


def test_the_typed_code_and_the_postcode_lead_there_and_tell_no_name(client, session, visit, link):
    code = sayable(the_letter(session, visit).invitation.code)
    page = client.submit(client.fetch("/c").form(), {"code": code, "postcode": "3511 ab"})
    assert page.path == link
    assert "Uit uw brief" in page.text
    address = visit.address
    assert "Geheim" not in page.text
    assert not re.search(rf"{address.street} {address.house_number}\b", page.text)


def test_another_time_can_be_held_beside_them(client, session, visit, link):
    _, others = forms_with_times(client, link)
    client.submit(others, button=f"opening={others.choices('opening')[0]}")
    assert len(letter_stops(session)) == 3
    assert "Uit uw brief" in heard(client, link)


def forms_with_times(client: Visitor, link: str) -> list[Form]:
    """Return the form with the letter's times, and the one with the others."""
    return [form for form in client.fetch(link).forms if "opening" in form.names]


def test_a_time_that_we_lost_is_said_with_an_apology(client, session, visit, link):
    window, stop = letter_holds(session, visit.id)[0]
    visit_id, gone = visit.id, stop.opening_id
    session.rollback()
    with transaction() as write:
        release_letter_holds(write, write.get_one(Visit, visit_id))
        write.get_one(Opening, gone).closed = True
    text = heard(client, link)
    assert "dat spijt ons" in text
    assert f"{window.date.day} {MONTHS[window.date.month]}" in text
    assert "030 000 01 23" in text


def test_after_the_deadline_it_says_so_and_blames_nobody(client, session, visit, link, clock):
    late = held_until(the_letter(session, visit).deadline_on)
    clock.set(late)
    text = heard(client, link)
    assert "waren vastgehouden tot en met maandag 22 maart" in text
    assert "spijt" not in text
    with transaction() as write:
        expire_holds(write, late)
    assert "Uit uw brief" not in heard(client, link)
    clock.forward(days=30)
    assert "brief" not in heard(client, link)


def test_whoever_said_that_none_suits_is_not_told_that_we_lost_them(client, session, visit, link):
    visit_id = visit.id
    with transaction() as write:
        release_letter_holds(write, write.get_one(Visit, visit_id))
        letter = the_letter_in(write, visit_id)
        letter.answer, letter.answered_at = 0, letter.made_at
    assert "spijt" not in heard(client, link)


def the_letter_in(session: Session, visit_id: int):
    found = letter_of_visit(session, visit_id)
    assert found is not None
    return found


def test_whoever_has_no_letter_sees_nothing_of_letters(client, app, session):
    make_paper_agenda(session, days=4)
    path = path_of(make_invitation(session), app.config["SECRET_KEY"])
    assert "brief" not in heard(client, path)
    assert session.scalar(sa.select(sa.func.count(Opening.id))) == 16
