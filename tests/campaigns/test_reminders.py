"""Whoever did not answer is reminded once, kindly, at their hour; then a person takes over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.campaigns.reminding
from portal.access.guards import Role
from portal.booking.actions import confirm, hold
from portal.booking.actions.selections import select
from portal.booking.models import Invitation, InvitationState, WaitingRequest, WaitingState
from portal.campaigns.actions import Sending
from portal.campaigns.notices import reminded
from portal.campaigns.policy import may_be_reminded
from portal.campaigns.reminding import Reminding, remind_silent, whom_to_remind
from portal.clock import AMSTERDAM
from portal.customers.models import Channel, Visit, VisitState
from portal.database import transaction
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening
from portal.regions.holidays_nl import SchoolBreak, SchoolHoliday
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, make_agenda, opening_at
from tests.booking.rounds import both_look_first, two_at_once
from tests.factories import keep, make_customer, make_invitation, make_visit, the_branch
from tests.messages.gates import PERSONAS, SITE, VOICES, assert_fit_to_send, every_voice
from tests.messages.mails import assert_as_reviewed, opened, text_of
from tests.staff import make_staff, sign_in
from tests.statements import counted
from tests.visitor import Visitor

MAILS = Path(__file__).parent / "mails"
TEN = datetime(2027, 3, 1, 10, 5, tzinfo=AMSTERDAM)
LINK = SITE.base_url + "/a/voorbeeld"


def invited(session: Session, **values: Any) -> Invitation:
    """Return an invitation of a week ago, with a week left."""
    given = {"invited_at": TEN - timedelta(days=7), "deadline_on": date(2027, 3, 8), **values}
    return make_invitation(session, **given)


def remind(app: Flask, now: datetime = TEN) -> tuple[int, int]:
    return remind_silent(Sending(now, "reminders", SITE, app.config["SECRET_KEY"]))


def mails(session: Session) -> list[OutboxMessage]:
    session.rollback()
    return list(session.scalars(sa.select(OutboxMessage).filter_by(kind="plan_reminded")))


# The rule


def no_holiday(_day: date) -> SchoolHoliday | None:
    return None


@pytest.mark.parametrize(
    ("today", "is_reminded"),
    [(14, False), (15, True), (20, True), (21, False), (22, False), (30, False)],
)
def test_a_week_later_and_not_in_the_last_days(today: int, is_reminded: bool) -> None:
    invited_on, deadline_on = date(2027, 3, 8), date(2027, 3, 22)
    found = may_be_reminded(invited_on, deadline_on, date(2027, 3, today), no_holiday)
    assert found is is_reminded


def test_in_a_school_holiday_it_waits_until_people_are_back() -> None:
    spring = SchoolHoliday(SchoolBreak.SPRING, date(2027, 2, 20), date(2027, 2, 28))

    def holiday_on(day: date) -> SchoolHoliday | None:
        return spring if spring.first_on <= day <= spring.last_on else None

    invited_on, deadline_on = date(2027, 2, 15), date(2027, 3, 4)  # four days after the holiday
    told = [
        day
        for ahead in range(20)
        if may_be_reminded(
            invited_on, deadline_on, day := invited_on + timedelta(days=ahead), holiday_on
        )
    ]
    assert told == [date(2027, 3, 1), date(2027, 3, 2)]


# Whom


@pytest.mark.heart
def test_who_did_not_answer_is_reminded_once_with_real_windows(
    app: Flask, session: Session
) -> None:
    make_agenda(session)
    invitation = invited(session)
    assert remind(app) == (1, 0)
    for later in range(1, 5):
        assert remind(app, TEN + timedelta(days=later)) == (0, 0)
    [mail] = mails(session)
    assert "ma 8 mrt" in mail.subject
    assert text_of(opened(mail)).count("\n  - ") == 3
    session.refresh(invitation)
    assert invitation.reminded_at == TEN


def book(session: Session, visit: Visit) -> None:
    choice = choice_of(opening_at(session, FIRST, time(8)))
    with transaction() as write:
        confirm(write, write.get_one(Visit, visit.id), choice, circumstances())


def tick(session: Session, visit: Visit) -> None:
    openings = [opening_at(session, FIRST + timedelta(days=n), time(10)).id for n in range(3)]
    with transaction() as write:
        select(write, write.get_one(Visit, visit.id), openings, circumstances())


def press(session: Session, visit: Visit) -> None:
    opening_id = opening_at(session, FIRST, time(8)).id
    with transaction() as write:
        hold(write, write.get_one(Visit, visit.id), opening_id, circumstances())


def wait(session: Session, visit: Visit) -> None:
    keep(
        session,
        WaitingRequest(
            visit=visit, state=WaitingState.WAITING, first_on=FIRST, last_on=FIRST,
            asked_at=NOW, asked_by="customer",
        ),
    )  # fmt: skip


def drop(session: Session, visit: Visit) -> None:
    visit.state = VisitState.DROPPED
    session.commit()


def withdraw(session: Session, visit: Visit) -> None:
    session.execute(sa.update(Invitation).values(state=InvitationState.WITHDRAWN))
    session.commit()


def by_letter(session: Session, visit: Visit) -> None:
    visit.customer.channel = Channel.LETTER
    session.commit()


ANSWERS = [book, tick, press, wait, drop, withdraw, by_letter]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda one: one.__name__)
def test_who_answered_in_any_way_is_left_alone(
    app: Flask, session: Session, answer: Callable[[Session, Visit], None]
) -> None:
    make_agenda(session)
    answer(session, invited(session).visit)
    assert remind(app) == (0, 0)
    assert mails(session) == []


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda one: one.__name__)
def test_who_answers_between_the_look_and_the_mail_is_left_alone(
    app: Flask,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[Session, Visit], None],
) -> None:
    make_agenda(session)
    visit_id = invited(session).visit_id
    look = whom_to_remind

    def looked_then_answered(session: Session, now: datetime) -> Reminding:
        found = look(session, now)
        answer(session, session.get_one(Visit, visit_id))
        return found

    monkeypatch.setattr(portal.campaigns.reminding, "whom_to_remind", looked_then_answered)
    assert remind(app) == (0, 0)
    assert mails(session) == []


def test_nobody_is_reminded_of_an_empty_shelf(app: Flask, session: Session) -> None:
    make_agenda(session)
    invitation = invited(session)
    session.execute(sa.update(Opening).values(closed=True))
    session.commit()
    assert remind(app) == (0, 1)
    session.refresh(invitation)
    assert invitation.reminded_at is None


@pytest.mark.parametrize(
    ("hour", "clock"),
    [(None, "10:05"), (time(8), "08:05"), (time(19), "19:05"), (time(5), "08:05")],
)
@pytest.mark.heart
def test_each_is_reminded_in_the_hour_of_their_own_and_in_no_other(
    app: Flask, session: Session, hour: time | None, clock: str
) -> None:
    make_agenda(session)
    invited(session, customer=make_customer(session, message_hour=hour))
    midnight = datetime(2027, 3, 1, 0, 5, tzinfo=AMSTERDAM)
    moments = [midnight + timedelta(hours=one) for one in range(24)]
    found = [f"{one:%H:%M}" for one in moments if whom_to_remind(session, one).chosen]
    assert found == [clock]


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
def test_on_days_on_which_the_clock_changes_the_hour_is_that_of_the_clock(
    session: Session, day: date
) -> None:
    make_agenda(session, days=120)
    asked = datetime.combine(day - timedelta(days=7), time(12), AMSTERDAM)
    visit = make_visit(session, due_on=day + timedelta(days=10))
    invited(session, visit=visit, invited_at=asked, deadline_on=day + timedelta(days=7))
    for hour in range(24):
        now = datetime.combine(day, time(hour, 5), AMSTERDAM)
        assert bool(portal.campaigns.reminding._regions(session, now)) is (hour == 10)


def test_a_round_reads_routes_only_where_somebody_is_silent(app: Flask, session: Session) -> None:
    make_agenda(session)
    with counted() as statements:
        assert remind(app) == (0, 0)
    assert len(statements) == 1
    for _ in range(20):
        invited(session)
    with counted() as statements:
        assert remind(app) == (20, 0)
    assert len(statements) <= 20 + 20 * 12


def rounds_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return what two rounds did that had both looked before either told anybody."""
    both_look_first(monkeypatch, portal.campaigns.reminding, "whom_to_remind")
    return two_at_once(app, lambda number: remind(app, TEN + timedelta(seconds=number)))


@pytest.mark.heart
def test_two_rounds_at_once_remind_once(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_agenda(session)
    invited(session)
    assert sorted(rounds_at_once(app, monkeypatch)) == [(0, 0), (1, 0)]
    assert len(mails(session)) == 1


@pytest.mark.heart
def test_control_without_the_note_two_rounds_remind_twice(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_agenda(session)
    invited(session)
    for guard in ("_noted", "_is_silent"):
        monkeypatch.setattr(portal.campaigns.reminding, guard, lambda *_arguments: True)
    assert rounds_at_once(app, monkeypatch) == [(1, 0), (1, 0)]


def test_the_command_says_what_it_would_do_and_does_it(
    app: Flask, session: Session, clock: Any
) -> None:
    make_agenda(session)
    invited(session)
    clock.set(TEN)
    run = app.test_cli_runner()
    said = run.invoke(args=["campaigns", "remind", "--dry-run"]).output
    assert said == "1 would be reminded, 0 without enough windows\n"
    said = run.invoke(args=["campaigns", "remind"]).output
    assert said == "1 reminded, 0 without enough windows\n"


def test_after_the_deadline_the_desk_sees_whom_to_call_and_that_a_reminder_went(
    app: Flask, session: Session, client: Visitor, clock: Any
) -> None:
    make_agenda(session)
    invited(session)
    remind(app)
    sign_in(client, make_staff(session, Role.DESK))
    assert "herinnerd" not in client.fetch("/staff/desk").text
    clock.set(datetime(2027, 3, 9, 9, tzinfo=AMSTERDAM))
    page = client.fetch(f"/staff/desk?branch={the_branch(session).slug}")
    assert "herinnerd op ma 1 mrt" in page.text


# What it says


def written(session: Session, **values: Any) -> OutboxMessage | None:
    given = {"name": "Jan de Vries", "surname": "de Vries", "email": "jan.devries@example.org"}
    customer = make_customer(session, **{**given, **values})
    visit = make_visit(session, customer=customer)
    visit.address.street, visit.address.house_number = "Dorpsstraat", "1"
    invitation = make_invitation(session, visit=visit, deadline_on=date(2027, 3, 15))
    make_agenda(session)
    examples = [
        portal.campaigns.notices.Window(date(2027, 3, day), time(10), time(12))
        for day in (18, 19, 22)
    ]
    return reminded(session, invitation, LINK, NOW, site=SITE, examples=examples)


@every_voice
def test_the_reminder_is_as_it_was_reviewed(session: Session, voice: str) -> None:
    message = written(session, **VOICES[voice])
    assert_fit_to_send(message, voice)
    assert message is not None
    assert_as_reviewed(opened(message), MAILS / f"plan_reminded.{voice}.txt")


@every_voice
@pytest.mark.parametrize("persona", PERSONAS)
def test_the_reminder_is_fit_for_everybody(session: Session, voice: str, persona: str) -> None:
    assert_fit_to_send(written(session, **{**PERSONAS[persona], **VOICES[voice]}), voice)


@pytest.mark.parametrize("email", [None, "jan@"])
def test_without_a_usable_address_nothing_is_queued(session: Session, email: str | None) -> None:
    assert written(session, email=email) is None
