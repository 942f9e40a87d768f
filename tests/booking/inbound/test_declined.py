"""A No by mail: cancelled once, the window kept for a quarter of an hour, taken back by a click."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions.answers import restore
from portal.booking.errors import HoldOver
from portal.booking.models import Appointment, AppointmentStatus, CalendarAnswer
from portal.clock import AMSTERDAM
from portal.customers.models import Visit
from portal.database import transaction
from portal.messages.inbound.reading import ReplyKind
from portal.messages.models import InboundState, Stage
from portal.planning.models import HoldKind, Stop
from tests.booking.agenda import FIRST, NOW, circumstances, opening_at
from tests.booking.inbound.mailbox import (
    Booked,
    appointment_of,
    live,
    say,
    told,
)
from tests.expiry import expire_holds
from tests.messages.mails import calendar_of, opened, text_of

NO, YES = ReplyKind.DECLINED, ReplyKind.ACCEPTED
GRACE = timedelta(minutes=15)


def only_stop(session: Session) -> Stop | None:
    return session.scalars(sa.select(Stop).execution_options(populate_existing=True)).one_or_none()


def taken(session: Session) -> int:
    session.rollback()
    return opening_at(session, FIRST, time(10)).taken


def taken_back(booked: Booked, now: datetime = NOW + timedelta(minutes=5)) -> Appointment:
    with transaction() as write:
        return restore(write, write.get_one(Visit, booked.visit_id), circumstances(now))


def test_a_no_cancels_and_keeps_the_window_for_a_quarter_of_an_hour(
    session: Session, booked: Booked
) -> None:
    message = say(session, booked, NO)
    assert (message.state, message.verdict) == (InboundState.DONE, "declined")
    assert message.visit_id == booked.visit_id
    found = appointment_of(session, booked)
    assert (found.status, found.sequence) == (AppointmentStatus.CANCELLED, 1)
    assert found.answer is CalendarAnswer.DECLINED
    kept = only_stop(session)
    assert kept is not None
    assert (kept.held_until, kept.hold_kind) == (NOW + GRACE, HoldKind.CHOICE)
    assert taken(session) == 1


def test_the_customer_gets_one_mail_that_takes_the_entry_away(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    [mail] = told(session, "declined")
    assert (mail.uid, mail.sequence, mail.method) == (booked.uid, 1, "CANCEL")
    assert mail.recipient == booked.email
    calendar = calendar_of(opened(mail))
    assert b"METHOD:CANCEL" in calendar
    words = text_of(opened(mail))
    assert "/a/" in words
    assert "12:15" in words


@pytest.mark.parametrize("minutes", [0, 1, 30, 60 * 24])
def test_the_same_no_again_changes_nothing(session: Session, booked: Booked, minutes: int) -> None:
    say(session, booked, NO)
    again = say(session, booked, NO, now=NOW + timedelta(minutes=minutes))
    assert (again.state, again.verdict) == (InboundState.IGNORED, "replay")
    assert len(told(session, "declined")) == 1
    assert appointment_of(session, booked).sequence == 1


def test_within_the_grace_one_click_gives_the_same_window_as_a_new_entry(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    made = taken_back(booked)
    assert taken_back(booked).id == made.id
    [now] = live(session, booked)
    before = appointment_of(session, booked)
    assert (now.date, now.window_start) == (before.date, before.window_start)
    assert now.uid != before.uid
    kept = only_stop(session)
    assert kept is not None
    assert kept.held_until is None
    assert taken(session) == 1
    assert [one.kind for one in told(session)] == ["confirmed", "declined", "confirmed"]


def test_after_the_grace_the_window_is_free_and_not_given_back(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    with pytest.raises(HoldOver):
        taken_back(booked, NOW + GRACE)
    with transaction() as write:
        assert expire_holds(write, NOW + GRACE) == 1
    assert taken(session) == 0
    with pytest.raises(HoldOver):
        taken_back(booked, NOW + timedelta(minutes=1))


def test_a_no_to_the_former_entry_does_not_touch_what_was_taken_back(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    taken_back(booked)
    message = say(session, booked, NO, stamp=NOW + timedelta(minutes=1))
    assert (message.state, message.verdict) == (InboundState.IGNORED, "replay")
    assert len(live(session, booked)) == 1


def test_a_yes_after_the_no_takes_it_back_while_the_window_is_kept(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    later = NOW + timedelta(minutes=3)
    message = say(session, booked, YES, stamp=later, now=later)
    assert (message.state, message.verdict) == (InboundState.DONE, "restored")
    assert len(live(session, booked)) == 1


def test_a_yes_that_was_said_before_the_no_and_comes_after_it_changes_nothing(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    message = say(session, booked, YES, stamp=NOW - timedelta(minutes=5))
    assert message.verdict == "replay"
    assert not live(session, booked)


def test_a_yes_that_comes_too_late_is_for_a_person_at_once(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO)
    later = NOW + timedelta(hours=1)
    message = say(session, booked, YES, stamp=later, now=later)
    assert (message.state, message.urgent) == (InboundState.FOR_PERSON, True)
    assert not live(session, booked)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 3, 7, 17, tzinfo=AMSTERDAM),  # the last moment for a change was 17:00
        datetime(2027, 3, 8, 9, 55, tzinfo=AMSTERDAM),
    ],
)
def test_a_late_no_changes_nothing_tells_the_number_and_is_urgent_at_the_desk(
    session: Session, booked: Booked, now: datetime
) -> None:
    stamp = now - timedelta(minutes=1)
    message = say(session, booked, NO, stamp=stamp, now=now)
    assert (message.state, message.urgent) == (InboundState.FOR_PERSON, True)
    assert message.verdict == "declined_late"
    [now_live] = live(session, booked)
    assert (now_live.sequence, now_live.answer) == (0, CalendarAnswer.DECLINED)
    [mail] = told(session, "declined_late")
    assert "030 000 01 23" in text_of(opened(mail))
    again = say(session, booked, NO, stamp=now, now=now)
    assert again.state is InboundState.IGNORED  # one row is enough
    assert len(told(session, "declined_late")) == 1


def test_a_no_to_what_is_over_changes_nothing(session: Session, booked: Booked) -> None:
    later = datetime(2027, 3, 9, 9, tzinfo=AMSTERDAM)
    message = say(session, booked, NO, stamp=later, now=later)
    assert (message.state, message.verdict) == (InboundState.IGNORED, "over")


def test_the_stale_no_gets_the_present_invite_again_with_the_same_bytes(
    session: Session, booked: Booked
) -> None:
    from portal.booking.actions import move
    from tests.booking.agenda import choice_of

    choice = choice_of(opening_at(session, FIRST, time(14)))
    earlier = circumstances(NOW - timedelta(hours=1, minutes=30))
    with transaction() as write:
        move(write, write.get_one(Appointment, booked.appointment_id), choice, earlier)
        for one in told(write):
            one.stage, one.sent_at = Stage.SENT, earlier.now
    before = {one.id: one.raw for one in told(session)}
    message = say(session, booked, NO)
    assert message.verdict == "stale_told"
    [queued] = [one for one in told(session) if one.stage is Stage.QUEUED]
    assert (queued.sequence, queued.method) == (1, "REQUEST")
    assert {one.id: one.raw for one in told(session)} == before
    again = say(session, booked, NO, stamp=NOW)
    assert again.verdict == "stale"
    assert len(live(session, booked)) == 1
