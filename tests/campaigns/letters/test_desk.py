"""The desk prints letters, and books from the card that comes back in seconds."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.booking.actions import confirm
from portal.booking.models import Appointment, Invitation, InvitationState
from portal.booking.queries import live_appointment
from portal.booking.references import check_letter, sayable
from portal.campaigns.letters.answering import release_letter_holds
from portal.campaigns.letters.batches import held_in_vain, release_in_vain
from portal.campaigns.letters.post import held_until
from portal.campaigns.letters.queries import letter_holds, letters_to_print, windows_of
from portal.campaigns.models import Letter, LetterBatch
from portal.customers.models import Visit, VisitState
from portal.database import transaction
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening
from tests.booking.agenda import NOW, choice_of, circumstances
from tests.campaigns.letters.agenda import (
    by_letter,
    letter_stops,
    make_paper_agenda,
    the_letter,
    written,
)
from tests.document import Document
from tests.expiry import expire_holds
from tests.staff import make_staff, sign_in
from tests.visitor import Visitor


@pytest.fixture
def desk(app: Flask, session: Session) -> Visitor:
    visitor = Visitor(app)
    sign_in(visitor, make_staff(session, Role.DESK))
    return visitor


@pytest.fixture
def visit(session: Session) -> Visit:
    """The visit of somebody with a letter at home."""
    make_paper_agenda(session)
    found = by_letter(session, name="J. Papier", phone="0612345678")
    written(session)
    return session.get_one(Visit, found.id)


def card_of(desk: Visitor, session: Session, visit: Visit) -> Document:
    """Return the card's page after typing the code as people write it."""
    code = sayable(the_letter(session, visit).invitation.code).lower()
    return desk.submit(desk.fetch("/staff/card").form("code"), {"code": code})


def answered(
    desk: Visitor, session: Session, visit: Visit, answer: int, status: int = 200
) -> Document:
    return desk.submit(card_of(desk, session, visit).form("answer"), button=f"answer={answer}",
                       status=status)  # fmt: skip


@pytest.mark.heart
@pytest.mark.parametrize("number", [1, 2, 3])
def test_code_typed_one_press_booked(desk: Visitor, session: Session, visit: Visit, number: int):
    wanted = windows_of(the_letter(session, visit))[number - 1]
    page = answered(desk, session, visit, number)
    assert "Afspraaknummer" in page.text
    assert "06 1234 5678" in page.text, "without mail somebody has to call"
    session.rollback()
    appointment = live_appointment(session, visit)
    assert appointment is not None
    assert (appointment.date, appointment.window_start) == (wanted.date, wanted.start)
    assert letter_stops(session) == []
    assert session.scalar(sa.select(sa.func.sum(Opening.taken))) == 1
    assert the_letter(session, visit).answer == number
    assert page.form("code"), "ready for the next card"


def test_whoever_has_mail_hears_by_mail(desk: Visitor, session: Session):
    make_paper_agenda(session)
    visit = by_letter(session, email="papier@example.org", phone="0612345678")
    written(session)
    page = answered(desk, session, visit, 1)
    assert "06 1234 5678" not in page.text
    assert session.scalar(sa.select(sa.func.count(OutboxMessage.id))) == 1


def test_none_suits_frees_all_three_and_asks_for_a_call(
    desk: Visitor, session: Session, visit: Visit
):
    page = answered(desk, session, visit, 0)
    assert "Bel deze klant" in page.text
    assert letter_stops(session) == []
    assert session.scalar(sa.select(sa.func.sum(Opening.taken))) == 0
    overview = desk.fetch("/staff/letters")
    assert "J. Papier" in overview.text
    assert "06 1234 5678" in overview.text


def test_none_said_twice_is_said_once_and_a_time_can_still_be_booked(
    desk: Visitor, session: Session, visit: Visit
):
    for _ in range(2):
        answered(desk, session, visit, 0)
    answered(desk, session, visit, 2)
    assert live_appointment(session, visit) is not None
    assert "J. Papier" not in desk.fetch("/staff/letters").text


def test_a_card_after_the_deadline_is_booked_if_the_time_is_still_free(
    desk: Visitor, session: Session, visit: Visit, clock
):
    late = held_until(the_letter(session, visit).deadline_on)
    clock.set(late)
    with transaction() as write:
        expire_holds(write, late)
    assert "niet meer vastgehouden" in card_of(desk, session, visit).text
    answered(desk, session, visit, 3)
    assert live_appointment(session, visit) is not None


def test_a_time_that_went_to_somebody_else_is_refused_with_others_at_hand(
    desk: Visitor, session: Session, visit: Visit
):
    visit_id = visit.id
    gone = letter_holds(session, visit_id)[0][1].opening_id
    session.rollback()
    with transaction() as write:
        release_letter_holds(write, write.get_one(Visit, visit_id))
        write.get_one(Opening, gone).closed = True
    page = answered(desk, session, visit, 1, status=409)
    assert f"/staff/visits/{visit_id}/plan" in [link.href for link in page.links]
    assert live_appointment(session, session.get_one(Visit, visit_id)) is None


def test_who_booked_on_the_web_meanwhile_keeps_that(desk: Visitor, session: Session, visit: Visit):
    card = card_of(desk, session, visit)
    visit_id, opening_id = visit.id, letter_holds(session, visit.id)[1][1].opening_id
    session.rollback()
    with transaction() as write:
        opening = write.get_one(Opening, opening_id)
        confirm(write, write.get_one(Visit, visit_id), choice_of(opening), circumstances())
    page = desk.submit(card.form("answer"), button="answer=1", status=409)
    assert "Er is al een afspraak" in page.text
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_a_wrong_code_is_said_kindly(desk: Visitor):
    unknown = f"10000000{check_letter('10000000')}"
    for code, sentence in (("12345678O", "kan niet kloppen"), (unknown, "kennen geen brief")):
        page = desk.submit(desk.fetch("/staff/card").form("code"), {"code": code})
        assert sentence in page.text


def test_the_desk_writes_prints_and_posts(desk: Visitor, session: Session):
    make_paper_agenda(session)
    names = ["=cmd|' /C calc'!A0", "J. Jansen"]
    for name in names:
        by_letter(session, name=name)
    page = desk.submit(desk.fetch("/staff/letters").form("number"), {"number": "5"})
    assert "2 brieven" in page.text
    batch = session.scalars(sa.select(LetterBatch)).one()
    answer = desk.http.get(f"/staff/letters/{batch.id}/addresses.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert {row["name"] for row in rows} == {"'=cmd|' /C calc'!A0", "J. Jansen"}
    assert [row["page"] for row in rows] == ["1", "2"]
    pdf = desk.http.get(f"/staff/letters/{batch.id}/letters.pdf")
    assert (pdf.status_code, pdf.headers["Cache-Control"]) == (200, "no-store")
    assert len(PdfReader(io.BytesIO(pdf.data)).pages) == 2
    desk.submit(desk.fetch("/staff/letters").form(f"/staff/letters/{batch.id}/posted"))
    session.rollback()
    assert session.scalars(sa.select(LetterBatch.posted_on)).one() == NOW.date()
    actions = [form.action for form in desk.fetch("/staff/letters").forms]
    assert f"/staff/letters/{batch.id}/withdraw" not in actions


def test_without_the_libraries_everything_but_the_pdf_works(
    desk: Visitor, session: Session, visit: Visit, monkeypatch, tmp_path
):
    bare = "raise OSError(\"cannot load library 'libpango-1.0-0'\")"
    (tmp_path / "weasyprint.py").write_text(bare)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    batch_id = the_letter(session, visit).batch_id
    page = desk.fetch(f"/staff/letters/{batch_id}/letters.pdf", status=503)
    assert "apt-get install libpango-1.0-0" in page.text
    assert desk.http.get(f"/staff/letters/{batch_id}/addresses.csv").status_code == 200


@pytest.mark.heart
def test_letters_that_were_not_posted_are_taken_back_whole(
    desk: Visitor, session: Session, visit: Visit
):
    batch_id = the_letter(session, visit).batch_id
    page = desk.submit(desk.fetch("/staff/letters").form(f"/staff/letters/{batch_id}/withdraw"))
    assert "ingetrokken" in page.text
    assert letter_stops(session) == []
    assert session.scalars(sa.select(Invitation.state)).one() is InvitationState.WITHDRAWN
    assert desk.http.get(f"/staff/letters/{batch_id}/letters.pdf").status_code == 409
    assert written(session).letters == 1, "its customer can be written to again"


@pytest.mark.parametrize("number", ["", "0", "41", "many", "²"])
def test_a_batch_has_a_sensible_size(desk: Visitor, session: Session, number: str):
    make_paper_agenda(session)
    by_letter(session)
    form = desk.fetch("/staff/letters").form("number")
    desk.submit(form, {"number": number}, status=422)
    assert session.scalar(sa.select(sa.func.count(Letter.id))) == 0


def test_no_letter_is_printed_for_who_booked_before(session: Session, visit: Visit):
    visit_id, letter = visit.id, the_letter(session, visit)
    batch_id, opening_id = letter.batch_id, letter_holds(session, visit.id)[0][1].opening_id
    assert batch_id is not None
    assert len(letters_to_print(session, batch_id)) == 1
    session.rollback()
    with transaction() as write:
        opening = write.get_one(Opening, opening_id)
        confirm(write, write.get_one(Visit, visit_id), choice_of(opening), circumstances())
    assert list(letters_to_print(session, batch_id)) == []


def test_what_is_held_in_vain_is_given_back(session: Session, visit: Visit):
    assert held_in_vain(session) == []
    session.get_one(Visit, visit.id).state = VisitState.DROPPED
    session.commit()
    found = held_in_vain(session)
    session.rollback()
    assert release_in_vain(found) == 3
    assert letter_stops(session) == []
