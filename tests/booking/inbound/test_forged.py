"""Answers that are forged, repeated, out of order or another's: none changes what it must not.

The table of docs/inbound.md: every kind of answer against every way to get it wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions import change_details, move
from portal.booking.models import Appointment, AppointmentStatus
from portal.customers.changes import Change
from portal.customers.models import Customer
from portal.database import transaction
from portal.messages.inbound.reading import ReplyKind, Trust
from portal.messages.models import InboundState, Stage
from tests.booking.agenda import FIRST, NOW, SITE, choice_of, circumstances, opening_at
from tests.booking.inbound.mailbox import (
    Booked,
    agenda_and_booking,
    book,
    say,
    state_of,
    told,
)

PROPOSED = (NOW + timedelta(days=10), NOW + timedelta(days=10, hours=2))
SAID = (ReplyKind.ACCEPTED, ReplyKind.TENTATIVE, ReplyKind.DECLINED)
FORGED: dict[str, Callable[[Booked, Booked], dict[str, Any]]] = {
    "another's appointment": lambda _mine, other: {"uid": other.uid},
    "an appointment of nobody's": lambda _mine, _other: {"uid": "0000"},
    "no token": lambda _mine, _other: {"reply_token": None},
    "a token that never was": lambda _mine, _other: {"reply_token": "b" * 20},
    "another's token": lambda _mine, other: {"reply_token": other.token},
    "another attendee": lambda _mine, other: {"attendee": other.email},
    "two attendees": lambda _mine, _other: {"other_attendees": 1},
}

every_kind = pytest.mark.parametrize("kind", ReplyKind)


@pytest.fixture
def two(session: Session) -> tuple[Booked, Booked]:
    mine = agenda_and_booking(session)
    return mine, book(session, hour=14)


def answer(session: Session, booked: Booked, kind: ReplyKind, **values: Any) -> str:
    """Return the verdict about an answer; a counter proposes a time."""
    proposed = PROPOSED if kind is ReplyKind.COUNTER else None
    return say(session, booked, kind, **{"proposed": proposed, **values}).verdict


def test_what_is_forged_changes_nothing_and_a_person_sees_it(
    session: Session, two: tuple[Booked, Booked]
) -> None:
    mine, other = two
    before = state_of(session)
    for kind in ReplyKind:
        for how, forge in FORGED.items():
            message = say(session, mine, kind, **{"proposed": PROPOSED, **forge(mine, other)})
            assert message.state is InboundState.FOR_PERSON, (kind, how)
            assert state_of(session) == before, (kind, how)


@every_kind
def test_a_forged_sender_changes_no_appointment_and_writes_to_the_customer_alone(
    session: Session, two: tuple[Booked, Booked], kind: ReplyKind
) -> None:
    mine, _other = two
    before = state_of(session)
    for minutes in range(4):
        stamp = NOW - timedelta(minutes=4 - minutes)
        answer(session, mine, kind, stamp=stamp, trust=Trust.DOUBTFUL, sender="boef@example.net")
    after = state_of(session)
    for what in ("appointments", "stops", "openings", "addresses"):
        assert after[what] == before[what]
    new = told(session)[len(before["outbox"]) :]
    assert len(new) <= 1
    assert {one.recipient for one in new} <= {mine.email}


@every_kind
def test_an_earlier_version_is_answered_with_the_present_one_and_changes_nothing(
    session: Session, two: tuple[Booked, Booked], kind: ReplyKind
) -> None:
    mine, _other = two
    earlier = circumstances(NOW - timedelta(minutes=90))
    choice = choice_of(opening_at(session, FIRST, time(12)))
    with transaction() as write:
        move(write, write.get_one(Appointment, mine.appointment_id), choice, earlier)
        for one in told(write):
            one.stage, one.sent_at = Stage.SENT, earlier.now
    before = state_of(session)
    raw = [one.raw for one in told(session)]
    answer(session, mine, kind)
    answer(session, mine, kind, stamp=NOW)
    after = state_of(session)
    assert {**after, "outbox": 0} == {**before, "outbox": 0}
    assert [one.raw for one in told(session)] == raw
    again = [one for one in told(session) if one.stage is Stage.QUEUED]
    assert [(one.sequence, one.method) for one in again] == [(1, "REQUEST")]


def test_a_later_version_a_moment_to_come_or_none_is_for_a_person(
    session: Session, two: tuple[Booked, Booked]
) -> None:
    before = state_of(session)
    for kind in set(ReplyKind) - {ReplyKind.REFRESH}:  # which names no version
        for sequence in (1, 7, 2**31 - 1, 2**40):
            assert answer(session, two[0], kind, sequence=sequence) == "ahead"
        assert answer(session, two[0], kind, stamp=NOW + timedelta(days=2)) == "ahead"
        assert answer(session, two[0], kind, stamp=None) == "no_stamp"
        assert state_of(session) == before


@every_kind
def test_what_is_said_twice_is_done_once(
    session: Session, two: tuple[Booked, Booked], kind: ReplyKind
) -> None:
    answer(session, two[0], kind)
    once = state_of(session)
    for _ in range(3):
        answer(session, two[0], kind)
    assert state_of(session) == once


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
@pytest.mark.parametrize("said", list(permutations(SAID)))
def test_what_was_said_last_counts_in_whatever_order_it_comes(
    session: Session,
    two: tuple[Booked, Booked],
    said: tuple[ReplyKind, ...],
    arrival: tuple[int, ...],
) -> None:
    mine, _other = two
    for number in arrival:
        verdict = answer(session, mine, said[number], stamp=NOW - timedelta(minutes=10 - number))
        assert verdict != "yes_after_no"
    session.rollback()
    live = session.scalars(
        sa.select(Appointment).filter_by(visit_id=mine.visit_id, status=AppointmentStatus.CONFIRMED)
    ).all()
    assert len(live) == (said[-1] is not ReplyKind.DECLINED)


def test_the_former_mail_address_says_nothing_any_more(
    session: Session, two: tuple[Booked, Booked]
) -> None:
    mine, _other = two
    with transaction() as write:
        customer = write.scalars(sa.select(Customer).filter_by(email=mine.email)).one()
        customer_id = customer.id
        change = Change(NOW, "customer", SITE)
        change_details(write, customer, {"email": "nieuw@example.org"}, change)
    before = state_of(session)
    for kind in SAID:
        message = say(session, mine, kind)
        assert message.verdict == "former_address"
        assert (message.customer_id, message.visit_id) == (customer_id, None)
    assert state_of(session) == before
