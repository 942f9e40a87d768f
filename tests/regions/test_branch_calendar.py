from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.regions import actions, queries
from portal.regions.actions import Period
from portal.regions.availability import availability
from portal.regions.errors import DayNotInCalendar, HolidaysUnknown, RegionRefused
from portal.regions.holidays_nl import SchoolBreak
from portal.regions.models import DayKind, SchoolZone
from tests.factories import make_branch, make_region

WEDNESDAY = date(2027, 3, 10)
KINGS_DAY = date(2027, 4, 27)
IN_MAY_HOLIDAY = date(2027, 4, 28)


@pytest.fixture
def branch(session):
    return make_branch(session)


@pytest.fixture
def noord(session, branch):
    return make_region(session, "8261", branch=branch, school_zone=SchoolZone.NOORD)


@pytest.fixture
def zuid(session, branch):
    return make_region(session, "5211", branch=branch, school_zone=SchoolZone.ZUID)


@pytest.fixture
def say(session, branch):
    """Say something about a period as a planner does."""

    def words(kind, first_on, last_on=None, region=None):
        period = Period(first_on, last_on or first_on)
        actions.override_days(session, branch, period, kind, "because", region)

    return words


def calendar_of(session, branch, first_on=date(2027, 3, 1), last_on=date(2027, 6, 1)):
    return queries.branch_calendar(session, branch.id, first_on, last_on)


def test_a_branch_works_on_weekdays_that_are_no_public_holiday(session, branch):
    calendar = calendar_of(session, branch)
    assert calendar.is_workday(WEDNESDAY)
    assert not calendar.is_workday(WEDNESDAY + timedelta(days=3))
    assert not calendar.is_workday(KINGS_DAY)


def test_a_planner_closes_and_opens_days_for_everybody(session, branch, noord, say):
    say(DayKind.CLOSED, WEDNESDAY)
    say(DayKind.WORKDAY, KINGS_DAY)
    calendar = calendar_of(session, branch)
    assert not calendar.is_workday(WEDNESDAY)
    assert not calendar.is_workday(WEDNESDAY, noord.id)
    assert calendar.is_workday(KINGS_DAY, noord.id)


def test_a_word_about_a_region_goes_before_the_branch_and_leaves_others(
    session, branch, noord, zuid, say
):
    say(DayKind.CLOSED, WEDNESDAY)
    say(DayKind.WORKDAY, WEDNESDAY, region=noord)
    calendar = calendar_of(session, branch)
    assert calendar.is_workday(WEDNESDAY, noord.id)
    assert not calendar.is_workday(WEDNESDAY, zuid.id)
    assert not calendar.is_workday(WEDNESDAY)


def test_a_later_word_takes_the_place_of_an_earlier_one(session, branch, say):
    say(DayKind.CLOSED, WEDNESDAY)
    say(DayKind.WORKDAY, WEDNESDAY)
    assert calendar_of(session, branch).is_workday(WEDNESDAY)


def test_a_region_has_the_school_holidays_of_its_zone(session, branch, noord, zuid):
    calendar = calendar_of(session, branch)
    in_spring_of_zuid = date(2027, 2, 15)
    assert calendar.school_holiday(zuid.id, in_spring_of_zuid).kind is SchoolBreak.SPRING
    assert calendar.school_holiday(noord.id, in_spring_of_zuid) is None


def test_days_that_a_planner_adds_make_one_holiday(session, branch, noord, zuid, say):
    say(DayKind.SCHOOL_HOLIDAY, date(2027, 5, 4), date(2027, 5, 7), region=noord)
    holiday = calendar_of(session, branch).school_holiday(noord.id, date(2027, 5, 5))
    assert (holiday.kind, holiday.first_on, holiday.last_on) == (
        SchoolBreak.ADDED,
        date(2027, 5, 4),
        date(2027, 5, 7),
    )
    assert calendar_of(session, branch).school_holiday(zuid.id, date(2027, 5, 5)) is None


def test_a_planner_takes_a_day_out_of_a_school_holiday(session, branch, noord, say):
    assert calendar_of(session, branch).school_holiday(noord.id, IN_MAY_HOLIDAY) is not None
    say(DayKind.NO_SCHOOL_HOLIDAY, IN_MAY_HOLIDAY)
    assert calendar_of(session, branch).school_holiday(noord.id, IN_MAY_HOLIDAY) is None


def test_work_and_school_are_different_words_about_one_day(session, branch, noord, say):
    say(DayKind.CLOSED, WEDNESDAY)
    say(DayKind.SCHOOL_HOLIDAY, WEDNESDAY)
    calendar = calendar_of(session, branch)
    assert not calendar.is_workday(WEDNESDAY)
    assert calendar.school_holiday(noord.id, WEDNESDAY) is not None


def test_a_planners_word_counts_where_no_dates_are_published(session, branch, noord, say):
    first_on, last_on = date(2035, 5, 1), date(2035, 5, 31)
    say(DayKind.SCHOOL_HOLIDAY, date(2035, 5, 7))
    calendar = calendar_of(session, branch, first_on, last_on)
    assert calendar.school_holiday(noord.id, date(2035, 5, 7)) is not None
    with pytest.raises(HolidaysUnknown):
        calendar.school_holiday(noord.id, date(2035, 5, 8))


def test_a_day_for_which_no_words_were_read_is_refused(session, branch):
    with pytest.raises(DayNotInCalendar):
        calendar_of(session, branch).is_workday(date(2028, 1, 3))


def test_other_branches_words_do_not_count(session, branch, say):
    say(DayKind.CLOSED, WEDNESDAY)
    assert calendar_of(session, make_branch(session)).is_workday(WEDNESDAY)


def test_an_override_needs_a_reason_and_days_in_order(session, branch):
    backwards = Period(WEDNESDAY, WEDNESDAY - timedelta(days=1))
    with pytest.raises(RegionRefused) as refused:
        actions.override_days(session, branch, backwards, DayKind.CLOSED, " ")
    assert len(refused.value.reasons) == 2


def test_fewer_people_are_home_in_a_school_holiday_and_a_little_fewer_beside_it(
    session, branch, noord
):
    calendar = calendar_of(session, branch)

    def is_holiday(day):
        return calendar.school_holiday(noord.id, day) is not None

    week_by_week = [
        availability(IN_MAY_HOLIDAY + timedelta(weeks=ahead), is_holiday) for ahead in range(-2, 3)
    ]
    assert week_by_week == [1.0, 0.9, 0.75, 0.9, 1.0]
