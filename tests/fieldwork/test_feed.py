"""A technician's calendar agrees with the day that was driven, also when it went otherwise."""

from __future__ import annotations

from datetime import date, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.calendar.feeds import FeedEvent, feed_of
from portal.console.feed import told_days
from portal.fieldwork.feed import technician_feed
from portal.fieldwork.steps import Step
from portal.technicians.models import Technician
from portal.texts import spoken_to
from tests.console.days import busy_day
from tests.factories import NEXT_MONDAY, make_appointment
from tests.fieldwork.taps import SITE, at, press, promised, served, undo

THREE = (time(8), time(8), time(10))


@pytest.fixture
def day(session: Session) -> list[Appointment]:
    """Three promises on one technician's route, in its order."""
    busy_day(session, visits=0, names=["Anouk"])
    return [promised(session, start) for start in THREE]


def told(session: Session, locale: str = "nl") -> tuple[FeedEvent, ...]:
    session.expire_all()
    technician = session.scalars(sa.select(Technician)).one()
    with spoken_to(locale):
        return technician_feed(session, technician.id, SITE, NEXT_MONDAY, date.isoformat).events


def summaries(session: Session, locale: str = "nl") -> list[str]:
    return [one.summary.partition(" V.")[0] for one in told(session, locale)]


def missed(first: Appointment, second: Appointment, third: Appointment) -> None:
    """The first is served, at the second nobody is at home, the third is not finished."""
    served(first, "08:05", "08:40")
    press(Step.ON_MY_WAY, second, "08:41")
    press(Step.NOT_AT_HOME, second, "09:00")
    press(Step.STARTED, third, "10:00")
    press(Step.UNFINISHED, third, "10:40")


@pytest.mark.heart
def test_what_went_otherwise_stays_where_it_was_driven(session: Session, day):
    before = {one.uid for one in told(session)}
    missed(*day)
    assert summaries(session) == ["1/3", "Niet gelukt: 2/3", "Niet af: 3/3"]
    assert summaries(session, "en") == ["1/3", "No visit: 2/3", "Not finished: 3/3"]
    assert {one.uid for one in told(session)} == before
    assert [one.start for one in told(session)] == [at("08:00"), at("08:00"), at("10:00")]
    assert not any(one.is_cancelled for one in told(session))


def test_the_first_door_that_stays_closed_stands_first(session: Session, day):
    press(Step.NOT_AT_HOME, day[0], "08:20")
    assert summaries(session) == ["Niet gelukt: 1/3", "2/3", "3/3"]


def test_a_locked_screen_does_not_say_that_nobody_is_at_home(session: Session, day):
    missed(*day)
    event = told(session)[1]
    assert "thuis" not in event.summary
    assert event.description.startswith("Niemand thuis\n")


def test_equal_days_give_equal_bytes_and_a_tap_moves_the_moment_of_change(session: Session, day):
    before = told(session)
    missed(*day)
    technician = session.scalars(sa.select(Technician)).one()
    with spoken_to("nl"):
        feeds = {
            feed_of(technician_feed(session, technician.id, SITE, on, date.isoformat))
            for on in (NEXT_MONDAY, NEXT_MONDAY, date(2027, 3, 9))
        }
    assert len(feeds) == 1
    assert {one.changed for one in before} != {one.changed for one in told(session)}
    assert {one.changed for one in told(session)} == {at("10:40")}


def test_who_was_not_at_home_and_chose_again_stands_there_twice(session: Session, day):
    press(Step.NOT_AT_HOME, day[0], "08:20")
    technician = session.scalars(sa.select(Technician)).one()
    later = date(2027, 3, 15)
    make_appointment(session, visit=day[0].visit, technician=technician, date=later)
    assert summaries(session) == ["Niet gelukt: 1/3", "2/3", "3/3", "1/1"]
    assert len({one.uid for one in told(session)}) == 4


def test_a_tap_that_was_taken_back_changes_nothing(session: Session, day):
    before = [one.summary for one in told(session)]
    undo(press(Step.STARTED, day[0], "08:05"), "08:06")
    assert [one.summary for one in told(session)] == before


def test_a_planner_s_day_counts_unfinished_work(session: Session, day):
    missed(*day)
    assert [one.visits for one in told_days(session, NEXT_MONDAY)] == [2]
