"""Whom the desk is to call: who is asked in no other way, when a time is free for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.booking.actions import confirm
from portal.booking.actions.selections import select
from portal.campaigns.calls import calls_to_make
from portal.customers.due import EARLY
from portal.customers.models import Channel, CustomerKind, Visit, VisitState
from portal.database import transaction
from portal.planning.models import Opening
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, make_agenda
from tests.factories import make_address, make_customer, make_region, make_visit, the_branch

pytestmark = pytest.mark.heart

LAST_FREE = FIRST + timedelta(days=2)


def due(session: Session, channel: Channel = Channel.PHONE, **values: Any) -> Visit:
    kind = values.pop("kind", CustomerKind.UNKNOWN)
    email = values.pop("email", None)
    customer = make_customer(session, channel=channel, kind=kind, email=email, phone="0300000077")
    address = make_address(session, customer=customer, **values.pop("at", {}))
    return make_visit(session, address=address, **values)


def called(session: Session, limit: int = 50) -> tuple[list[int], int]:
    session.rollback()
    calls, number = calls_to_make(session, the_branch(session).id, NOW, limit)
    return [call.visit.id for call in calls if call.visit], number


@pytest.fixture(autouse=True)
def free_times(session: Session) -> None:
    make_agenda(session, days=3)


def test_who_prefers_the_telephone_is_called_soonest_due_first(session: Session) -> None:
    later = due(session, due_on=FIRST + timedelta(days=9)).id
    sooner = due(session, due_on=FIRST + timedelta(days=1), email="ook@example.org").id
    assert called(session) == ([sooner, later], 2)
    assert called(session, limit=1) == ([sooner], 2)


@pytest.mark.parametrize(
    ("channel", "email"),
    [(Channel.MAIL, "a@example.org"), (Channel.MAIL, None), (Channel.LETTER, None)],
)
def test_who_is_asked_by_mail_or_letter_is_not_called(
    session: Session, channel: Channel, email: str | None
) -> None:
    due(session, channel, email=email)
    assert called(session) == ([], 0)


def test_an_institution_gets_no_letter_and_is_called(session: Session) -> None:
    visit = due(session, Channel.LETTER, kind=CustomerKind.INSTITUTION).id
    assert called(session) == ([visit], 1)


def test_who_has_several_boilers_is_called_once(session: Session) -> None:
    visit = due(session, due_on=FIRST + timedelta(days=9))
    for days in (1, 5):
        address = make_address(session, customer=visit.customer)
        make_visit(session, address=address, due_on=FIRST + timedelta(days=days))
    [call], number = calls_to_make(session, the_branch(session).id, NOW, 50)
    assert (call.customer.id, call.visit) == (visit.customer.id, None)
    assert (call.number, call.soonest_on, number) == (3, FIRST + timedelta(days=1), 1)


def test_nobody_is_called_before_a_time_may_be_used_for_them(session: Session) -> None:
    due(session, due_on=LAST_FREE + EARLY + timedelta(days=1))
    in_time = due(session, due_on=LAST_FREE + EARLY).id
    assert called(session) == ([in_time], 1)


def test_nobody_is_called_where_no_time_is_free(session: Session) -> None:
    due(session, at={"region": make_region(session, "9999", name="Leeg")})
    assert called(session) == ([], 0)


def test_what_is_past_its_date_stands_among_the_unanswered(session: Session) -> None:
    due(session, due_on=NOW.date() - timedelta(days=1))
    assert called(session) == ([], 0)


def test_who_was_called_is_off_the_list(session: Session) -> None:
    booked, ticked, dropped = (due(session) for _ in range(3))
    first, *others = session.query(Opening).order_by(Opening.id)
    with transaction() as write:
        confirm(write, write.merge(booked), choice_of(first), circumstances())
        select(write, write.merge(ticked), {one.id for one in others[:3]}, circumstances())
        write.merge(dropped).state = VisitState.DROPPED
    assert called(session) == ([], 0)
