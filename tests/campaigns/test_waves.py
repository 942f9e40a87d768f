"""A wave invites whom it should: nobody into nothing, nobody twice, no more than there is room."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.campaigns.actions
from portal.access.models import AuditEntry
from portal.booking.actions import confirm
from portal.booking.models import Appointment, AppointmentStatus, Invitation, InvitationState
from portal.booking.offering.offers import offer_for, region_offers
from portal.campaigns.actions import NOBODY, Selection, Sending, SentWave, select, send_wave
from portal.campaigns.models import Wave, WaveMember
from portal.campaigns.queries import free_places, unanswered_invitations
from portal.clock import AMSTERDAM
from portal.customers.models import Channel, Visit, VisitState
from portal.database import db, transaction
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening
from portal.regions.models import SchoolZone
from tests.booking.agenda import FIRST, NOW, SITE, choice_of, circumstances, make_agenda, opening_at
from tests.factories import (
    make_address,
    make_appointment,
    make_customer,
    make_day_plan,
    make_invitation,
    make_opening,
    make_region,
    make_visit,
    the_region,
)
from tests.statements import counted
from tests.visitor import Visitor

LAST = FIRST + timedelta(days=30)


@pytest.fixture
def sending(app: Flask) -> Sending:
    return Sending(NOW, "staff:1", SITE, app.config["SECRET_KEY"])


def selected(session: Session, wanted: int = 100, now: datetime = NOW) -> Selection:
    return select(session, the_region(session), wanted, now)


def chosen_ids(selection: Selection) -> list[int]:
    return [one.visit_id for one in selection.chosen]


def counts(session: Session, *tables: type) -> list[int]:
    session.rollback()
    return [session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]


def test_who_is_due_the_longest_comes_first_and_no_more_than_wanted(session: Session):
    make_agenda(session)
    late = make_visit(session, due_on=FIRST + timedelta(days=40))
    early = make_visit(session, due_on=FIRST - timedelta(days=10))
    middle = make_visit(session, due_on=FIRST)
    assert chosen_ids(selected(session)) == [early.id, middle.id, late.id]
    assert chosen_ids(selected(session, wanted=2)) == [early.id, middle.id]


def test_nobody_is_invited_in_the_school_holiday_of_their_own_region(session: Session, sending):
    make_agenda(session)
    make_visit(session)
    south = make_region(session, name="Eindhoven", school_zone=SchoolZone.ZUID)
    north = make_region(session, name="Kampen", school_zone=SchoolZone.NOORD)
    only_south_is_free = datetime(2027, 2, 16, 12, tzinfo=AMSTERDAM)
    assert select(session, south, 100, only_south_is_free) == NOBODY
    assert select(session, north, 100, only_south_is_free).deadline_on is not None
    assert send_wave(south.id, NOBODY, sending) == SentWave()
    assert counts(session, Wave, Invitation, OutboxMessage) == [0, 0, 0]


def test_the_deadline_never_falls_in_a_holiday(session: Session):
    before_may_holiday = datetime(2027, 4, 15, 12, tzinfo=AMSTERDAM)
    assert selected(session, now=before_may_holiday).deadline_on == date(2027, 5, 6)


def test_nobody_is_invited_without_enough_windows(session: Session):
    make_agenda(session, days=1)
    make_visit(session)
    selection = selected(session)
    assert (selection.chosen, selection.without_choice) == ((), 1)


def test_no_more_are_invited_than_there_is_room(session: Session):
    make_agenda(session, days=3, places=1)  # 12 places, a tenth of them kept: 10
    for _ in range(14):
        make_visit(session)
    make_invitation(session)
    selection = selected(session)
    assert (selection.room, len(selection.chosen)) == (9, 9)


def test_places_that_are_too_near_to_be_chosen_are_no_room(session: Session):
    make_agenda(session, days=3, places=1)
    for ahead in range(2):
        day = NOW.date() + timedelta(days=ahead)
        make_day_plan(session, day)
        make_opening(session, day, places=50)
    assert selected(session).room == 10


def test_who_cancelled_has_not_answered(session: Session):
    invitation = make_invitation(session)
    region_id = the_region(session).id
    assert unanswered_invitations(session, region_id, NOW.date()) == 1
    appointment = make_appointment(session, visit=invitation.visit)
    assert unanswered_invitations(session, region_id, NOW.date()) == 0
    appointment.status = AppointmentStatus.CANCELLED
    session.commit()
    assert unanswered_invitations(session, region_id, NOW.date()) == 1


def test_who_let_the_deadline_pass_holds_no_places(session: Session):
    invitation = make_invitation(session)
    region_id, after = the_region(session).id, invitation.deadline_on + timedelta(days=1)
    assert unanswered_invitations(session, region_id, invitation.deadline_on) == 1
    assert unanswered_invitations(session, region_id, after) == 0


def test_people_who_want_a_letter_do_not_keep_others_from_being_invited(session: Session):
    make_agenda(session)
    for _ in range(30):
        make_visit(
            session,
            customer=make_customer(session, channel=Channel.LETTER),
            due_on=FIRST - timedelta(days=30),
        )
    by_mail = [make_visit(session).id for _ in range(2)]
    selection = select(session, the_region(session), 2, NOW)
    assert (chosen_ids(selection), selection.by_letter) == (by_mail, 30)


def test_closed_windows_are_no_room(session: Session):
    make_opening(session, places=4, taken=1)
    make_opening(session, window_start=time(10), window_end=time(12), closed=True)
    assert free_places(session, the_region(session).id, FIRST, LAST) == 3


@pytest.mark.parametrize(
    "reached_otherwise",
    [
        {"channel": Channel.LETTER},
        {"channel": Channel.PHONE},
        {"email": None},
        {"email": "a@example.org, b@example.org"},
    ],
)
def test_letters_wait(session: Session, reached_otherwise):
    make_agenda(session)
    make_visit(session, customer=make_customer(session, **reached_otherwise))
    by_mail = make_visit(session)
    selection = selected(session)
    assert (chosen_ids(selection), selection.by_letter) == ([by_mail.id], 1)


def test_who_was_asked_or_has_an_appointment_or_no_place_is_not_selected(session: Session):
    make_agenda(session)
    make_invitation(session)
    make_appointment(session, date=FIRST)
    make_visit(session, state=VisitState.DONE)
    make_visit(session, address=make_address(session, lat=None, lon=None))
    elsewhere = make_region(session, name="Elders")
    make_visit(session, address=make_address(session, region=elsewhere))
    assert selected(session).chosen == ()


def test_a_wave_is_remembered_with_its_members_and_in_the_audit_trail(session: Session, sending):
    make_agenda(session)
    visits = [make_visit(session).id for _ in range(2)]
    sent = send_wave(the_region(session).id, selected(session), sending)
    assert sent == SentWave(tuple(visits), skipped=0)
    wave = session.scalars(sa.select(Wave)).one()
    assert (wave.deadline_on, wave.started_by) == (date(2027, 3, 15), "staff:1")
    assert sorted(
        session.scalars(sa.select(Invitation.visit_id).join(WaveMember))
    ) == visits  # fmt: skip
    trail = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(one.actor, one.action, one.subject) for one in trail] == [
        ("staff:1", "invitation.sent", f"visit:{visit_id}") for visit_id in visits
    ]
    assert [one.detail["deadline"] for one in trail] == ["2027-03-15"] * 2


def test_the_link_in_the_mail_opens_the_page(session: Session, sending, client: Visitor):
    make_agenda(session)
    make_visit(session)
    send_wave(the_region(session).id, selected(session), sending)
    mail = session.scalars(sa.select(OutboxMessage)).one()
    found = re.search(r"http://portal\.example(/a/[\w.-]+)", body_of(mail))
    assert found is not None
    page = client.fetch(found[1])
    assert page.form("opening")


def body_of(mail: OutboxMessage) -> str:
    from email import message_from_bytes, policy

    message = message_from_bytes(mail.raw, policy=policy.default)
    return str(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]


@pytest.mark.heart
def test_who_booked_was_invited_or_dropped_out_meanwhile_is_skipped(session: Session, sending):
    make_agenda(session)
    by_phone, asked, dropped, by_letter, waiting = (make_visit(session) for _ in range(5))
    ids = by_phone.id, waiting.id
    selection = selected(session)
    assert len(selection.chosen) == 5
    make_invitation(session, visit=asked)
    with transaction() as write:
        opening = opening_at(write, FIRST, time(10))
        confirm(write, write.get_one(Visit, ids[0]), choice_of(opening), circumstances())
    dropped.state = VisitState.DROPPED
    by_letter.customer.channel = Channel.LETTER
    session.commit()
    sent = send_wave(the_region(session).id, selection, sending)
    assert sent == SentWave((ids[1],), skipped=4)
    assert counts(session, Invitation, WaveMember) == [2, 1]


@pytest.mark.heart
def test_who_cancelled_meanwhile_is_invited(session: Session, sending):
    make_agenda(session)
    visit = make_visit(session)
    selection = selected(session)
    make_appointment(session, visit=visit, date=FIRST, status=AppointmentStatus.CANCELLED)
    assert send_wave(the_region(session).id, selection, sending).skipped == 0


@pytest.mark.heart
def test_a_wave_in_which_nobody_is_left_leaves_no_trace(session: Session, sending):
    make_agenda(session)
    make_visit(session)
    selection = selected(session)
    send_wave(the_region(session).id, selection, sending)
    assert send_wave(the_region(session).id, selection, sending) == SentWave((), skipped=1)
    assert counts(session, Wave, Invitation, OutboxMessage) == [1, 1, 1]


@pytest.mark.heart
@pytest.mark.parametrize("batch", [2, 25])
def test_two_waves_at_once_invite_everybody_once(
    app: Flask, session: Session, sending, batch: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(portal.campaigns.actions, "BATCH", batch)
    make_agenda(session)
    for _ in range(7):
        make_visit(session)
    session.rollback()
    first, second = waves_at_once(app, the_region(session).id, sending)
    assert len(first.visit_ids) + len(second.visit_ids) == 7
    assert first.skipped + second.skipped == 7
    assert not set(first.visit_ids) & set(second.visit_ids)
    assert counts(session, Invitation, WaveMember, OutboxMessage, AuditEntry) == [7, 7, 7, 7]


@pytest.mark.heart
def test_control_without_asking_again_two_waves_at_once_break(
    app: Flask, session: Session, sending, monkeypatch: pytest.MonkeyPatch
):
    def believe_the_selection(session: Session, visit_ids: list[int]) -> list[Visit]:
        return [session.get_one(Visit, visit_id) for visit_id in visit_ids]

    monkeypatch.setattr(portal.campaigns.actions, "lock_invitable", believe_the_selection)
    make_agenda(session)
    for _ in range(3):
        make_visit(session)
    session.rollback()
    with pytest.raises(sa.exc.IntegrityError):
        waves_at_once(app, the_region(session).id, sending)


def waves_at_once(app: Flask, region_id: int, sending: Sending) -> list[SentWave]:
    """Return what two commands sent that had both selected before either of them sent."""
    both_selected = threading.Barrier(2)

    def run(_number: int) -> SentWave:
        with app.app_context():
            try:
                selection = selected(db.session())
                both_selected.wait(timeout=60)
                return send_wave(region_id, selection, sending)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


def test_selecting_reads_the_routes_once_for_the_whole_region(session: Session):
    make_agenda(session)
    for _ in range(3):
        make_visit(session)
    with counted() as few:
        selected(session)
    for _ in range(17):
        make_visit(session)
    with counted() as many:
        assert len(selected(session).chosen) == 20
    assert len(many) <= len(few) < 20


def test_a_batch_reads_its_visits_and_all_about_them_at_once(session: Session, sending):
    make_agenda(session)
    for _ in range(20):
        make_visit(session)
    region_id, selection = the_region(session).id, selected(session)
    with counted() as statements:
        send_wave(region_id, selection, sending)
    reads = [one for one in statements if re.search(r"FROM (visits|customers|addresses)", one)]
    assert len(reads) == 1


def test_a_region_offers_what_the_customer_will_see(session: Session):
    make_agenda(session, days=5, technicians=1)
    full = opening_at(session, FIRST, time(8))
    full.taken = full.places
    opening_at(session, FIRST, time(10)).closed = True
    session.commit()
    region = the_region(session)
    offers = region_offers(session, region, FIRST - timedelta(days=7), LAST, NOW)
    for due_in in (-60, 0, 58, 200):  # over time, due, only some days, and much too early
        visit = make_visit(session, due_on=FIRST + timedelta(days=due_in))
        assert offers.offer_for(visit) == offer_for(session, visit, NOW)


def test_open_invitations_are_left_alone(session: Session, sending):
    make_agenda(session)
    before = make_invitation(session, deadline_on=FIRST)
    send_wave(the_region(session).id, selected(session), sending)
    session.refresh(before)
    assert (before.deadline_on, before.state) == (FIRST, InvitationState.OPEN)
    assert counts(session, Invitation, Appointment, Opening)[:2] == [1, 0]
