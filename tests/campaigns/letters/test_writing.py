"""A letter holds three windows for real, for whom it should, and leaves the web its share."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.campaigns.letters.writing
from portal.access.models import AuditEntry
from portal.booking.actions import confirm
from portal.booking.models import Appointment, Invitation
from portal.booking.queries import live_appointment
from portal.campaigns.actions import Sending
from portal.campaigns.letters.post import held_until
from portal.campaigns.letters.queries import letter_holds, windows_of
from portal.campaigns.letters.writing import write_letters
from portal.campaigns.models import Letter, LetterBatch, WaveMember
from portal.clock import AMSTERDAM
from portal.customers.models import Channel, CustomerKind, Visit, VisitState
from portal.database import db, transaction
from portal.planning.models import HoldKind, Opening, Stop
from portal.regions.models import SchoolZone
from tests.booking.agenda import NOW, choice_of, circumstances
from tests.campaigns.letters.agenda import (
    KEY,
    LETTER_SITE,
    by_letter,
    letter_stops,
    make_paper_agenda,
    selected,
    the_letter,
    written,
)
from tests.expiry import expire_holds
from tests.factories import make_invitation, make_region, make_visit, the_region


@pytest.mark.parametrize(
    "customer",
    [
        {"channel": Channel.LETTER, "email": "jan@example.org"},
        {"channel": Channel.MAIL, "email": None},
        {"channel": Channel.MAIL, "email": "a@example.org, b@example.org"},
        {"channel": Channel.MAIL, "email": "no address"},
    ],
)
def test_whoever_wishes_a_letter_or_has_no_mail_gets_one(session: Session, customer):
    make_paper_agenda(session)
    visit = by_letter(session, **customer)
    assert [one.visit_id for one in selected(session).chosen] == [visit.id]


@pytest.mark.parametrize(
    "customer",
    [
        {"channel": Channel.PHONE},
        {"channel": Channel.MAIL, "email": "jan@example.org"},
        {"kind": CustomerKind.INSTITUTION},
    ],
)
def test_others_get_none(session: Session, customer):
    make_paper_agenda(session)
    by_letter(session, **customer)
    assert selected(session).chosen == ()


@pytest.mark.heart
def test_a_letter_is_an_invitation_with_three_held_windows(session: Session):
    make_paper_agenda(session)
    visit = by_letter(session)
    done = written(session)
    letter = the_letter(session, visit)
    assert (done.batch_id, done.letters, done.skipped) == (letter.batch_id, 1, 0)
    assert (letter.card_by_on, letter.deadline_on) == (date(2027, 3, 16), date(2027, 3, 22))
    assert letter.invitation.channel is Channel.LETTER
    assert letter.invitation.deadline_on == letter.deadline_on
    assert letter.batch.post_on == date(2027, 3, 3)
    held = letter_holds(session, visit.id)
    assert [window for window, _ in held] == list(windows_of(letter))
    assert len({window.date for window, _ in held}) == 3
    assert {stop.held_until for _, stop in held} == {held_until(letter.deadline_on)}
    assert min(windows_of(letter)).date >= letter.deadline_on + timedelta(days=2)
    taken = session.scalar(sa.select(sa.func.sum(Opening.taken)))
    assert taken == 3
    assert session.scalars(sa.select(WaveMember.invitation_id)).all() == [letter.invitation_id]
    trail = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "letter.written"))
    assert [one.subject for one in trail] == [f"visit:{visit.id}"]


def test_nobody_is_written_to_in_the_school_holiday_of_their_own_region(session: Session):
    make_paper_agenda(session)
    by_letter(session)
    south = make_region(session, name="Eindhoven", school_zone=SchoolZone.ZUID)
    only_south_is_free = datetime(2027, 2, 12, 12, tzinfo=AMSTERDAM)
    from portal.campaigns.letters.selecting import select_letters

    assert select_letters(session, south, 10, only_south_is_free).dates is None
    assert written(session, now=datetime(2027, 4, 26, 12, tzinfo=AMSTERDAM)).batch_id is None


def test_no_window_of_a_letter_lies_in_the_school_holiday(session: Session):
    make_paper_agenda(session)
    visits = [by_letter(session) for _ in range(6)]
    written(session)
    for visit in visits:
        for window in windows_of(the_letter(session, visit)):
            assert not date(2027, 4, 24) <= window.date <= date(2027, 5, 9)


def test_letters_never_hold_more_than_a_third_of_a_day(session: Session):
    make_paper_agenda(session, technicians=3, places=2)  # eight places a day
    for _ in range(40):
        by_letter(session)
    assert written(session).letters >= 10
    of_day = sa.select(sa.func.count()).where(Stop.hold_kind == HoldKind.LETTER)
    held = session.scalars(of_day.group_by(Stop.day_plan_id)).all()
    assert max(held) == 2


def test_a_day_with_two_places_is_nobodys_on_paper(session: Session):
    make_paper_agenda(session, places=1)
    for opening in session.scalars(sa.select(Opening)):
        opening.closed = opening.window_start.hour in (8, 14)
    session.commit()
    by_letter(session)
    selection = selected(session)
    assert (selection.chosen, selection.without_choice) == ((), 1)


@pytest.mark.heart
def test_who_was_invited_or_dropped_out_meanwhile_is_skipped(session: Session):
    make_paper_agenda(session)
    asked, dropped, mailed, left = (by_letter(session) for _ in range(4))
    selection = selected(session)
    make_invitation(session, visit=asked)
    dropped.state = VisitState.DROPPED
    mailed.customer.channel, mailed.customer.email = Channel.MAIL, "now@example.org"
    session.commit()
    region_id, left_id = the_region(session).id, left.id
    sending = Sending(NOW, "staff:1", LETTER_SITE, KEY)
    done = write_letters(region_id, selection, sending)
    assert (done.letters, done.skipped) == (1, 3)
    session.rollback()
    assert {stop.visit_id for stop in letter_stops(session)} == {left_id}


@pytest.mark.heart
def test_a_window_that_went_meanwhile_is_replaced_by_another(session: Session):
    make_paper_agenda(session)
    visit = by_letter(session)
    selection = selected(session)
    gone = selection.chosen[0].windows[1].opening_id
    session.get_one(Opening, gone).closed = True
    session.commit()
    region_id, visit_id = the_region(session).id, visit.id
    sending = Sending(NOW, "staff:1", LETTER_SITE, KEY)
    assert write_letters(region_id, selection, sending).letters == 1
    held = letter_stops(session)
    assert len(held) == 3
    assert gone not in {stop.opening_id for stop in held}
    assert {stop.visit_id for stop in held} == {visit_id}


@pytest.mark.heart
def test_the_windows_are_free_again_after_the_deadline(session: Session):
    make_paper_agenda(session)
    by_letter(session)
    written(session)
    last = held_until(date(2027, 3, 22))
    for moment, left in ((last - timedelta(seconds=1), 3), (last, 0)):
        with transaction() as write:
            expire_holds(write, moment)
        assert len(letter_stops(session)) == left
    assert session.scalar(sa.select(sa.func.sum(Opening.taken))) == 0


@pytest.mark.heart
def test_booking_elsewhere_gives_all_three_back_at_once(session: Session):
    make_paper_agenda(session)
    visit = by_letter(session)
    written(session)
    visit_id = visit.id
    other = session.scalars(
        sa.select(Opening).where(Opening.taken == 0, Opening.date == date(2027, 3, 10))
    ).first()
    assert other is not None
    choice = choice_of(other)
    with transaction() as write:
        confirm(write, write.get_one(Visit, visit_id), choice, circumstances())
    assert letter_stops(session) == []
    assert session.scalar(sa.select(sa.func.sum(Opening.taken))) == 1


@pytest.mark.heart
def test_two_who_write_at_once_write_everybody_one_letter(app: Flask, session: Session):
    make_paper_agenda(session)
    for _ in range(4):
        by_letter(session)
    region_id = the_region(session).id
    session.rollback()
    done = at_once(app, region_id)
    assert sum(done) == 4
    assert session.scalar(sa.select(sa.func.count(Letter.id))) == 4
    assert session.scalar(sa.select(sa.func.count(Invitation.id))) == 4
    assert len(letter_stops(session)) == 12


@pytest.mark.heart
def test_control_without_asking_again_two_writers_break(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
):
    def believe(session: Session, visit_ids: list[int]) -> list[Visit]:
        return [session.get_one(Visit, visit_id) for visit_id in visit_ids]

    monkeypatch.setattr(portal.campaigns.letters.writing, "lock_invitable", believe)
    make_paper_agenda(session)
    by_letter(session)
    region_id = the_region(session).id
    session.rollback()
    broken = False
    try:
        at_once(app, region_id)
    except sa.exc.IntegrityError:
        broken = True
    letters = session.scalar(sa.select(sa.func.count(Letter.id)))
    assert broken or letters == 2


def at_once(app: Flask, region_id: int) -> list[int]:
    """Return how many letters two colleagues wrote who had both selected before either wrote."""
    both_selected = threading.Barrier(2)

    def run(_number: int) -> int:
        with app.app_context():
            try:
                selection = selected(db.session())
                both_selected.wait(timeout=60)
                sending = Sending(NOW, "staff:1", LETTER_SITE, KEY)
                return write_letters(region_id, selection, sending).letters
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


@pytest.mark.heart
def test_a_batch_that_two_regions_share_is_one(session: Session):
    make_paper_agenda(session)
    by_letter(session)
    first = written(session)
    second_visit = by_letter(session)
    selection = selected(session)
    region_id, second_id = the_region(session).id, second_visit.id
    sending = Sending(NOW, "staff:1", LETTER_SITE, KEY)
    done = write_letters(region_id, selection, sending, first.batch_id)
    session.rollback()
    assert done.batch_id == first.batch_id
    assert session.scalar(sa.select(sa.func.count(LetterBatch.id))) == 1
    assert live_appointment(session, session.get_one(Visit, second_id)) is None
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 0
    assert make_visit(session).id not in {one.visit_id for one in selection.chosen}
    assert time(8) <= min(stop.window_start for stop in letter_stops(session))
    assert {stop.hold_kind for stop in letter_stops(session)} == {HoldKind.LETTER}
