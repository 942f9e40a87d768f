"""What is no longer true is not told: neither after a change, nor to an address that is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking import notices
from portal.booking.actions import cancel, change_details, confirm, move
from portal.booking.models import Appointment
from portal.booking.notices.reminders import reminded
from portal.campaigns.notices import invited
from portal.customers.changes import Change
from portal.customers.models import Visit
from portal.database import transaction
from portal.messages.addresses import owner_of
from portal.messages.models import Medium, OutboxMessage
from portal.messages.outcomes import TemporaryFailure
from portal.messages.parcel import BeforeLastByte, Parcel
from portal.messages.sender import send_due
from tests.booking.agenda import FIRST, NOW, SITE, choice_of, circumstances, make_agenda, opening_at
from tests.booking.inbound.mailbox import book
from tests.factories import make_invitation, make_visit
from tests.messages.mails import messages_about, opened, text_of

NEW = "nieuw@example.org"
HOUR = timedelta(hours=1)
EVENING = NOW + 10 * HOUR
MORNING = NOW + 21 * HOUR


class Post:
    """A mail server that can be away, and at which something happens before the last byte."""

    def __init__(self) -> None:
        self.taken: list[Parcel] = []
        self.is_away = False
        self.meanwhile: Callable[[], None] = lambda: None

    def send(self, parcel: Parcel, before_last_byte: BeforeLastByte) -> None:
        if self.is_away:
            raise TemporaryFailure("away", channel_is_away=True)
        self.meanwhile()
        before_last_byte()
        self.taken.append(parcel)

    def told(self, session: Session, now: datetime) -> list[str]:
        """Return the kinds of all that was taken up to a moment, in order."""
        send_due(now, {Medium.MAIL: self, Medium.SMS: self}, SITE)
        session.rollback()
        return [_row(session, parcel).kind for parcel in self.taken]


def _row(session: Session, parcel: Parcel) -> OutboxMessage:
    wanted = sa.select(OutboxMessage).where(OutboxMessage.message_id == parcel.message_id)
    return session.scalars(wanted).one()


@pytest.fixture
def post(session: Session) -> Post:
    make_agenda(session, days=3)
    return Post()


def changed(appointment_id: int, how: str, now: datetime) -> None:
    with transaction() as write:
        appointment = write.get_one(Appointment, appointment_id)
        if how == "moved":
            to = choice_of(opening_at(write, FIRST, time(14)))
            move(write, appointment, to, circumstances(now))
        elif how == "cancelled":
            cancel(write, appointment, circumstances(now))
        else:
            change = Change(now, "customer", SITE)
            change_details(write, appointment.visit.customer, {"email": NEW}, change)


def asked(session: Session, hour: time | None = None) -> Visit:
    """Return the visit of somebody who is invited to choose, at their hour."""
    visit = make_visit(session)
    visit.customer.message_hour = hour
    session.commit()
    invitation = make_invitation(session, visit=visit)
    with transaction() as write:
        invited(write, write.merge(invitation), "https://portal.example/a/x", NOW, site=SITE)
    return visit


@pytest.mark.heart
@pytest.mark.parametrize("how", ["moved", "cancelled"])
def test_a_reminder_that_waits_for_the_server_is_not_sent_after_a_change(
    session: Session, post: Post, how: str
) -> None:
    booked = book(session)
    with transaction() as write:
        reminded(write, write.get_one(Appointment, booked.appointment_id), NOW, site=SITE)
    post.is_away = True
    post.told(session, NOW)
    changed(booked.appointment_id, how, NOW + HOUR)
    post.is_away = False
    assert post.told(session, NOW + 2 * HOUR) == [how]


def test_who_has_booked_is_not_asked_to_choose(session: Session, post: Post) -> None:
    visit = asked(session, time(19))
    with transaction() as write:
        choice = choice_of(opening_at(write, FIRST, time(10)))
        confirm(write, write.merge(visit), choice, circumstances(NOW + HOUR))
    assert post.told(session, EVENING) == ["confirmed"]


def test_the_choice_that_is_made_while_it_is_being_sent_comes_first(
    session: Session, post: Post
) -> None:
    visit = asked(session)

    def book_now() -> None:
        post.meanwhile = lambda: None
        with transaction() as write:
            choice = choice_of(opening_at(write, FIRST, time(10)))
            confirm(write, write.merge(visit), choice, circumstances(NOW))

    post.meanwhile = book_now
    assert post.told(session, NOW + HOUR) == ["confirmed"]


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("cancelled", ["cancelled"]),
        ("moved", ["moved"]),
        ("elsewhere", ["details_changed", "confirmed"]),
    ],
)
def test_what_waits_for_the_morning_is_overtaken_by_a_change_at_night(
    session: Session, post: Post, how: str, told: Sequence[str]
) -> None:
    visit = make_visit(session)
    tell = partial(notices.confirmed, due_at=MORNING)
    with transaction() as write:
        choice = choice_of(opening_at(write, FIRST, time(10)))
        made = confirm(write, write.merge(visit), choice, circumstances(EVENING), tell=tell).id
    changed(made, how, EVENING + HOUR)
    assert post.told(session, EVENING + HOUR) == told
    assert post.told(session, MORNING + HOUR) == told


@pytest.mark.heart
@pytest.mark.heart
def test_every_change_is_told_also_of_who_stood_in_line_for_the_lock(
    session: Session, post: Post
) -> None:
    booked = book(session)
    changed(booked.appointment_id, "moved", NOW)
    changed(booked.appointment_id, "cancelled", NOW - timedelta(seconds=4))
    assert sorted(post.told(session, NOW + HOUR)) == ["cancelled", "moved"]


def test_an_invitation_that_waits_goes_to_the_new_address_only(
    session: Session, post: Post
) -> None:
    visit = asked(session, time(19))
    [waiting] = messages_about(session, f"visit:{visit.id}")
    words, former = text_of(opened(waiting)), waiting.recipient
    with transaction() as write:
        change = Change(NOW + HOUR, "customer", SITE)
        change_details(write, write.merge(visit).customer, {"email": NEW}, change)
    assert post.told(session, EVENING) == ["details_changed", "invited"]
    sent = post.taken[-1]
    assert sent.recipient == NEW
    assert former.encode() not in sent.raw
    mail = opened(_row(session, sent))
    assert (mail["To"].addresses[0].addr_spec, text_of(mail)) == (NEW, words)
    owner = owner_of(session, mail["Reply-To"].addresses[0].addr_spec)
    assert owner
    assert owner.email == NEW


def test_without_a_new_address_what_waits_goes_nowhere(session: Session, post: Post) -> None:
    visit = asked(session, time(19))
    with transaction() as write:
        change = Change(NOW + HOUR, "customer", SITE)
        change_details(write, write.merge(visit).customer, {"email": None}, change)
    assert post.told(session, EVENING) == ["details_changed"]


def test_an_address_that_changes_while_a_mail_is_being_sent_gets_it(
    session: Session, post: Post
) -> None:
    visit = asked(session)

    def change_now() -> None:
        post.meanwhile = lambda: None
        with transaction() as write:
            change = Change(NOW, "customer", SITE)
            change_details(write, write.merge(visit).customer, {"email": NEW}, change)

    post.meanwhile = change_now
    post.told(session, NOW + HOUR)
    assert [(_row(session, one).kind, one.recipient == NEW) for one in post.taken] == [
        ("details_changed", False),
        ("invited", True),
    ]
