"""Running late: by what was tapped, told once for each step of worsening, at most twice."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.circumstances import Circumstances
from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import AMSTERDAM
from portal.database import transaction
from portal.fieldwork.delays import another_day, delays, warn_of_delays
from portal.fieldwork.errors import NobodyIsLate
from portal.fieldwork.lateness import MARGIN, MOST, WORSE, about, is_late, is_news
from portal.fieldwork.models import LateWarning
from portal.fieldwork.progress import expectations
from portal.fieldwork.steps import Step
from portal.messages.models import OutboxMessage
from portal.planning.models import Stop
from tests.fieldwork.taps import KEY, SITE, at, press, promised, served
from tests.messages.mails import messages_about, opened, text_of

heart = pytest.mark.heart
NOON = datetime(2027, 3, 8, 12, tzinfo=AMSTERDAM)


def warn(clock: str) -> int:
    return warn_of_delays(Circumstances(at(clock), "route", SITE), KEY)


def told(session: Session, appointment: Appointment) -> list[OutboxMessage]:
    found = messages_about(session, f"visit:{appointment.visit_id}")
    return [one for one in found if one.kind == "running_late"]


def choose_again(appointment: Appointment, clock: str) -> str:
    with transaction() as session:
        return another_day(session, appointment, Circumstances(at(clock), "customer", SITE), KEY)


def expected(session: Session, appointment: Appointment, technician_id: int, clock: str) -> time:
    plan = session.scalars(sa.select(Stop)).first()
    assert plan
    left = expectations(session, technician_id, plan.day_plan, at(clock))
    begins = {one.appointment.id: one.begin for one in left}
    return begins[appointment.id].astimezone(AMSTERDAM).time()


def test_a_plan_that_uses_the_window_to_its_end_is_no_delay():
    end = NOON
    assert not is_late(end, planned=end, expected=end)
    assert not is_late(end, planned=end - timedelta(minutes=5), expected=end)
    assert is_late(end, planned=end - timedelta(minutes=30), expected=end - timedelta(minutes=5))
    assert is_late(end, planned=end, expected=end + timedelta(seconds=1))
    assert not is_late(end, end - timedelta(hours=1), end - MARGIN)


def test_only_worse_by_half_an_hour_is_news_and_only_once():
    assert is_news(NOON, [])
    assert not is_news(NOON + WORSE - timedelta(seconds=1), [NOON])
    assert is_news(NOON + WORSE, [NOON])
    assert not is_news(NOON + timedelta(hours=9), [NOON, NOON + WORSE])
    assert MOST == 2


@given(st.integers(0, 86_400 * 3))
def test_what_is_told_is_never_earlier_than_expected_and_at_most_ten_minutes_later(seconds: int):
    moment = NOON + timedelta(seconds=seconds)
    assert timedelta() <= about(moment) - moment < timedelta(minutes=10)
    assert about(moment).minute % 10 == about(moment).second == 0


@heart
def test_without_any_tap_nobody_is_told_anything(session: Session, anouk):
    promised(session)
    assert warn("15:00") == 0


@heart
def test_work_that_goes_on_and_on_makes_the_next_one_late(session: Session, anouk):
    first, second = promised(session), promised(session)
    press(Step.STARTED, first, "08:05")
    assert warn("08:50") == 0
    assert warn("09:50") == 1
    (message,) = told(session, second)
    assert (message.uid, message.method) == (None, None)
    assert "/laat/" in text_of(opened(message))
    assert "het spijt ons" in message.subject.lower()


@heart
def test_each_step_of_worsening_is_told_once_and_at_most_twice(session: Session, anouk):
    first, second = promised(session), promised(session)
    press(Step.STARTED, first, "08:05")
    assert [warn(clock) for clock in ("10:00", "10:00", "10:03", "10:20")] == [1, 0, 0, 0]
    assert [warn(clock) for clock in ("10:31", "10:34", "12:00", "15:00")] == [1, 0, 0, 0]
    assert len(told(session, second)) == 2
    numbers = session.scalars(sa.select(LateWarning.number).order_by(LateWarning.number))
    assert list(numbers) == [1, 2]
    told_late = sa.select(sa.func.count()).where(AuditEntry.action == "fieldwork.late")
    assert session.scalar(told_late) == 2


@heart
def test_a_day_that_runs_as_planned_warns_nobody(session: Session, anouk):
    first, second, third = promised(session), promised(session), promised(session, time(10))
    served(first, "08:00", "08:45")
    assert warn("08:50") == 0
    served(second, "08:55", "09:40")
    assert warn("09:45") == 0
    assert told(session, third) == []


@heart
def test_who_catches_up_is_expected_earlier_again(session: Session, anouk):
    first, second = promised(session), promised(session, time(10))
    press(Step.STARTED, first, "08:05")
    late = expected(session, second, anouk.id, "11:00")
    press(Step.DONE, first, "11:00")
    assert expected(session, second, anouk.id, "11:01") <= late
    press(Step.ON_MY_WAY, second, "11:05")
    assert expected(session, second, anouk.id, "11:06") < time(11, 30)


@heart
def test_nobody_is_expected_before_the_window_nor_before_now(session: Session, anouk):
    first, second = promised(session), promised(session, time(10))
    served(first, "08:00", "08:30")
    assert expected(session, second, anouk.id, "08:31") == time(10)
    assert expected(session, second, anouk.id, "11:40") == time(11, 40)


@heart
def test_after_a_closed_door_the_next_one_is_reckoned_from_there(session: Session, anouk):
    first, second = promised(session), promised(session)
    press(Step.NOT_AT_HOME, first, "09:58")
    assert warn("09:59") == 1
    assert len(told(session, second)) == 1


@heart
def test_lunch_that_is_still_to_come_is_reckoned_in(session: Session, anouk):
    first = promised(session)
    late = promised(session, time(12))
    press(Step.STARTED, first, "08:05")
    session.refresh(anouk)
    assert expected(session, late, anouk.id, "13:20") >= time(13, 20)


@heart
def test_who_was_told_may_choose_another_day_and_the_calendar_follows(session: Session, anouk):
    first, second = promised(session), promised(session)
    with pytest.raises(NobodyIsLate):
        choose_again(second, "09:00")
    press(Step.STARTED, first, "08:05")
    warn("10:00")
    path = choose_again(second, "10:05")
    assert path.startswith("/a/")
    assert choose_again(second, "10:06") == path
    session.refresh(second)
    assert second.status is AppointmentStatus.CANCELLED
    last = messages_about(session, f"visit:{second.visit_id}")[-1]
    assert (last.method, last.sequence) == ("CANCEL", 1)
    assert delays(session, at("10:10")) == []


@heart
def test_who_is_already_being_driven_to_calls_instead(session: Session, anouk):
    first, second = promised(session), promised(session)
    press(Step.STARTED, first, "08:05")
    warn("10:00")
    press(Step.DONE, first, "10:05")
    press(Step.ON_MY_WAY, second, "10:06")
    with pytest.raises(NobodyIsLate):
        choose_again(second, "10:07")
    assert warn("11:30") == 0
