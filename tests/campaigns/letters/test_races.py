"""The desk books from the card while the customer books on the web: one appointment, none lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.booking.actions.appointments as appointments
from portal.booking.actions import confirm
from portal.booking.forms import new_key
from portal.booking.models import Appointment, AppointmentStatus
from portal.campaigns.letters.answering import book_from_card, none_suits
from portal.campaigns.letters.queries import letter_holds
from portal.campaigns.models import Letter
from portal.customers.models import Visit
from portal.database import transaction
from portal.planning.models import Opening, Stop
from tests.booking.agenda import choice_of, circumstances
from tests.booking.test_races import at_once
from tests.campaigns.letters.agenda import by_letter, make_paper_agenda, the_letter, written

pytestmark = pytest.mark.heart

ROUNDS = 3


def from_card(letter_id: int, number: int) -> Callable[[], str]:
    def book() -> str:
        with transaction() as session:
            letter = session.get_one(Letter, letter_id)
            book_from_card(session, letter, number, new_key(), circumstances(by="staff:1"))
        return "booked"

    return book


def on_the_web(visit_id: int, opening_id: int) -> Callable[[], str]:
    def book() -> str:
        with transaction() as session:
            choice = choice_of(session.get_one(Opening, opening_id))
            confirm(session, session.get_one(Visit, visit_id), choice, circumstances())
        return "booked"

    return book


def declined(letter_id: int) -> Callable[[], str]:
    def decline() -> str:
        with transaction() as session:
            none_suits(session, session.get_one(Letter, letter_id), circumstances(by="staff:1"))
        return "declined"

    return decline


def with_letter(session: Session) -> tuple[int, int, list[int]]:
    """Return the ids of a visit, its letter, and the openings that are held for it."""
    visit = by_letter(session)
    written(session)
    letter = the_letter(session, visit)
    held = [stop.opening_id or 0 for _, stop in letter_holds(session, visit.id)]
    ids = visit.id, letter.id, held
    session.rollback()
    return ids


def live(session: Session, visit_id: int) -> int:
    session.rollback()
    counted = sa.select(sa.func.count()).where(
        Appointment.visit_id == visit_id, Appointment.status == AppointmentStatus.CONFIRMED
    )
    return session.scalar(counted) or 0


def assert_counters_are_counts(session: Session) -> None:
    session.rollback()
    session.expire_all()
    stops = dict(
        session.execute(sa.select(Stop.opening_id, sa.func.count()).group_by(Stop.opening_id)).all()
    )
    for opening in session.scalars(sa.select(Opening)):
        assert opening.taken == stops.get(opening.id, 0)


def test_card_and_web_at_one_moment_make_one_appointment(app: Flask, session: Session):
    make_paper_agenda(session)
    for _ in range(ROUNDS):
        visit_id, letter_id, held = with_letter(session)
        answers = at_once(app, [from_card(letter_id, 1), on_the_web(visit_id, held[2])])
        assert answers == {"booked": 1, "AlreadyBooked": 1}
        assert live(session, visit_id) == 1
        stops = sa.select(sa.func.count(Stop.id)).where(Stop.visit_id == visit_id)
        assert session.scalar(stops) == 1
    assert_counters_are_counts(session)


def test_declined_and_booked_at_one_moment_leave_one_truth(app: Flask, session: Session):
    make_paper_agenda(session)
    for _ in range(ROUNDS):
        visit_id, letter_id, held = with_letter(session)
        answers = at_once(app, [declined(letter_id), on_the_web(visit_id, held[0])])
        assert answers["booked"] == 1
        assert live(session, visit_id) == 1
    assert_counters_are_counts(session)


def test_control_without_the_lock_and_the_index_there_are_two(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """Both have read that there is no appointment; then nothing holds them back."""
    make_paper_agenda(session)
    visit_id, letter_id, held = with_letter(session)
    monkeypatch.setattr(appointments, "live_appointment", lambda _session, _visit: None)
    monkeypatch.setattr(appointments, "locked", lambda _session, visit: visit)
    indexes = ("uq_appointments_live_visit", "uq_stops_booked_visit")
    definitions = {
        index.name: index
        for table in (Appointment.__table__, Stop.__table__)
        for index in table.indexes  # type: ignore[attr-defined]
        if index.name in indexes
    }
    engine = session.get_bind()
    for index in definitions.values():
        index.drop(engine)
    try:
        for book in (from_card(letter_id, 1), on_the_web(visit_id, held[2])):
            assert at_once(app, [book]) == {"booked": 1}
        assert live(session, visit_id) == 2
    finally:
        with transaction() as write:
            write.execute(sa.delete(Stop).where(Stop.visit_id == visit_id))
            write.execute(sa.delete(Appointment).where(Appointment.visit_id == visit_id))
        for index in definitions.values():
            index.create(engine)
