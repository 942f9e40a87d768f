"""What is forged, said again and again, or with a clock that is ahead hides nothing said later."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions.answers import grant_wish
from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import AMSTERDAM
from portal.console.inbox import NO_ANSWER_NEEDED, Doing, settle_mail
from portal.database import transaction
from portal.messages.inbound.reading import ReplyKind, Trust
from portal.messages.models import InboundMessage, InboundState, OutboxMessage, Stage
from tests.booking.agenda import FIRST, NOW, circumstances
from tests.booking.inbound.mailbox import KEY, Booked, say, told

pytestmark = pytest.mark.heart

NO, YES, COUNTER = ReplyKind.DECLINED, ReplyKind.ACCEPTED, ReplyKind.COUNTER
LATE = datetime.combine(FIRST - timedelta(days=1), time(18), AMSTERDAM)
AHEAD = timedelta(hours=20)
MINUTE = timedelta(minutes=1)


def test_a_forged_no_with_a_clock_ahead_does_not_hide_the_customers_own(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO, trust=Trust.DOUBTFUL, now=LATE, stamp=LATE + AHEAD)
    own = say(session, booked, NO, now=LATE + 2 * MINUTE, stamp=LATE + MINUTE)
    assert (own.verdict, own.urgent) == ("declined_late", True)
    again = say(session, booked, NO, now=LATE + 3 * MINUTE, stamp=LATE + MINUTE)
    assert (again.verdict, again.urgent) == ("replay", False)
    assert len(told(session, "declined_late")) == 1


def test_a_forged_proposal_with_a_clock_ahead_does_not_hide_the_customers_own(
    session: Session, booked: Booked
) -> None:
    proposed = (NOW + timedelta(days=7), NOW + timedelta(days=7, hours=1))
    values = {"proposed": proposed, "stamp": NOW + AHEAD}
    say(session, booked, COUNTER, trust=Trust.DOUBTFUL, **values)
    own = say(session, booked, COUNTER, proposed=proposed, stamp=NOW)
    assert (own.verdict, own.state) == ("countered_again", InboundState.FOR_PERSON)
    assert len(told(session, "countered")) == 1


def test_a_yes_still_counts_after_a_no_from_a_clock_that_is_ahead(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO, trust=Trust.DOUBTFUL, stamp=NOW + AHEAD)
    with transaction() as write:
        appointment = write.get_one(Appointment, booked.appointment_id)
        grant_wish(write, appointment, circumstances(NOW + MINUTE), KEY)
    now = NOW + 3 * MINUTE
    assert say(session, booked, YES, stamp=NOW + 2 * MINUTE, now=now).verdict == "restored"


def no_then_yes(session: Session, booked: Booked) -> None:
    say(session, booked, NO, stamp=NOW)
    say(session, booked, YES, stamp=NOW + 2 * MINUTE, now=NOW + 2 * MINUTE)


def live(session: Session) -> int:
    confirmed = Appointment.status == AppointmentStatus.CONFIRMED
    return session.scalars(sa.select(sa.func.count(Appointment.id)).where(confirmed)).one()


def test_no_after_yes_after_no_asks_the_customer(session: Session, booked: Booked) -> None:
    """The calendar says it of the entry that it knows; the one that was made since is another."""
    no_then_yes(session, booked)
    last = say(session, booked, NO, stamp=NOW + 3 * MINUTE, now=NOW + 4 * MINUTE)
    assert (last.verdict, live(session)) == ("decline_asked", 1)
    assert len(told(session, "decline_asked")) == 1


def test_a_no_from_before_the_yes_that_comes_in_later_asks_nobody(
    session: Session, booked: Booked
) -> None:
    no_then_yes(session, booked)
    old = say(session, booked, NO, stamp=NOW + MINUTE, now=NOW + 4 * MINUTE)
    assert (old.verdict, live(session)) == ("replay", 1)
    assert not told(session, "decline_asked")


def test_a_program_that_asks_every_hour_gets_three_invites_a_day(
    session: Session, booked: Booked
) -> None:
    verdicts = []
    for number in range(24):
        now = NOW + number * timedelta(minutes=61)
        asked = say(session, booked, ReplyKind.REFRESH, trust=Trust.DOUBTFUL, now=now)
        verdicts.append(asked.verdict)
        with transaction() as write:
            for message in write.scalars(sa.select(OutboxMessage)):
                message.stage, message.sent_at = Stage.SENT, now
    assert verdicts[:23].count("refreshed") == 3


def waiting(session: Session) -> list[str]:
    session.rollback()
    return sorted(
        session.scalars(
            sa.select(InboundMessage.verdict).where(InboundMessage.state == InboundState.FOR_PERSON)
        )
    )


@pytest.mark.parametrize("trust", list(Trust))
def test_a_program_that_says_no_and_proposes_without_end_takes_one_row_of_each_kind(
    session: Session, booked: Booked, trust: Trust
) -> None:
    for number in range(10):
        now = LATE + number * 2 * MINUTE
        say(session, booked, NO, trust=trust, now=now, stamp=now)
        proposed = (now + timedelta(days=7), now + timedelta(days=7, hours=1))
        at = now + MINUTE
        say(session, booked, COUNTER, trust=trust, now=at, stamp=at, proposed=proposed)
    assert waiting(session) == ["countered_late", "declined_late"]
    assert session.scalar(sa.select(sa.func.count(InboundMessage.id))) == 20


def test_a_row_that_was_dealt_with_hides_nothing_that_comes_after(
    session: Session, booked: Booked
) -> None:
    first = say(session, booked, NO, now=LATE, stamp=LATE)
    with transaction() as write:
        settle_mail(write, first.id, Doing("staff:1", NO_ANSWER_NEEDED, LATE))
    again = say(session, booked, NO, now=LATE + MINUTE, stamp=LATE + MINUTE)
    assert (again.state, again.urgent) == (InboundState.FOR_PERSON, True)


def test_what_somebody_made_up_takes_no_row_of_the_customers_own(
    session: Session, booked: Booked
) -> None:
    for number in range(4):
        now = LATE + number * MINUTE
        trust = Trust.DOUBTFUL if number < 2 else Trust.PROVEN
        say(session, booked, NO, trust=trust, now=now, stamp=now)
    assert waiting(session) == ["declined_late", "declined_late"]


@pytest.mark.parametrize("is_dealt_with", [False, True])
def test_a_copy_of_an_answer_with_words_comes_to_people_once(
    session: Session, booked: Booked, is_dealt_with: bool
) -> None:
    first = say(session, booked, YES, comment="Bel achterom")
    assert first.state is InboundState.FOR_PERSON
    if is_dealt_with:
        with transaction() as write:
            settle_mail(write, first.id, Doing("staff:1", NO_ANSWER_NEEDED, NOW))
    copy = say(session, booked, YES, comment="Bel achterom")
    assert (copy.state, copy.verdict) == (InboundState.IGNORED, "replay")
    assert copy.excerpt == "Bel achterom"
    other = say(session, booked, YES, comment="Bel voor")
    assert other.state is InboundState.FOR_PERSON


def test_the_same_words_about_a_new_state_of_the_appointment_are_read_again(
    session: Session, booked: Booked
) -> None:
    say(session, booked, YES, comment="Bel achterom")
    with transaction() as write:
        write.get_one(Appointment, booked.appointment_id).sequence = 1
    now = NOW + 2 * MINUTE
    again = say(session, booked, YES, comment="Bel achterom", now=now, stamp=now, sequence=1)
    assert again.state is InboundState.FOR_PERSON


def test_two_copies_of_a_no_with_words_that_cancels_come_to_people_once(
    session: Session, booked: Booked
) -> None:
    say(session, booked, NO, comment="Ik ben op reis")
    assert live(session) == 0
    say(session, booked, NO, comment="Ik ben op reis", now=NOW + MINUTE)
    assert waiting(session) == ["declined"]
