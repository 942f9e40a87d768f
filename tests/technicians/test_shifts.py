from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from portal.tabular import BadCell
from portal.technicians.models import AbsenceKind, Certificate
from portal.technicians.queries import roster
from portal.technicians.weekly import Hours, week_from_words, weekdays
from tests.factories import NEXT_MONDAY, make_absence, make_branch, make_technician, the_branch

WEEK = (NEXT_MONDAY, NEXT_MONDAY + timedelta(days=6))


def names(session, first_on=WEEK[0], last_on=WEEK[1]):
    found = roster(session, the_branch(session).id, first_on, last_on)
    return {day: [one.name for one in people] for day, people in found.items()}


@pytest.mark.heart
def test_every_date_of_the_period_is_there_and_technicians_stand_in_order_of_id(session):
    first = make_technician(session, name="Zoë")
    second = make_technician(session, name="Ada")
    found = roster(session, first.branch_id, *WEEK)
    assert list(found) == [NEXT_MONDAY + timedelta(days=ahead) for ahead in range(7)]
    assert [one.technician_id for one in found[NEXT_MONDAY]] == [first.id, second.id]
    assert found[WEEK[1]] == ()


@pytest.mark.heart
def test_who_is_on_duty_is_told_whole_and_can_be_a_key(session):
    technician = make_technician(session, "gas", end_lat=52.1, end_lon=5.2)
    (one,) = roster(session, technician.branch_id, *WEEK)[NEXT_MONDAY]
    shift = technician.shifts[0]
    assert one.start == (technician.start_lat, technician.start_lon)
    assert one.end == (52.1, 5.2)
    assert (one.starts, one.ends) == (shift.starts, shift.ends)
    assert (one.lunch_minutes, one.lunch_from) == (shift.lunch_minutes, shift.lunch_from)
    assert one.skills == frozenset({"gas"})
    assert {one: 1}[one] == 1


@pytest.mark.heart
def test_an_absence_counts_on_its_first_and_its_last_day(session):
    technician = make_technician(session, name="Ada")
    away = NEXT_MONDAY + timedelta(days=1), NEXT_MONDAY + timedelta(days=2)
    make_absence(session, technician=technician, first_on=away[0], last_on=away[1])
    on_duty = [bool(people) for people in names(session).values()]
    assert on_duty == [True, False, False, True, True, False, False]


@pytest.mark.heart
def test_a_certificate_counts_on_its_first_and_its_last_day(session):
    technician = make_technician(session)
    tuesday, wednesday = (NEXT_MONDAY + timedelta(days=ahead) for ahead in (1, 2))
    technician.certificates = [
        Certificate(skill="heatpump", valid_from=tuesday, valid_until=wednesday)
    ]
    session.commit()
    found = roster(session, technician.branch_id, *WEEK)
    with_skill = [
        day for day, people in found.items() for one in people if "heatpump" in one.skills
    ]
    assert with_skill == [tuesday, wednesday]


@pytest.mark.heart
def test_who_left_or_works_elsewhere_is_not_on_the_roster(session):
    the_branch(session)
    make_technician(session, active=False)
    make_technician(session, branch_id=make_branch(session).id)
    assert names(session)[NEXT_MONDAY] == []


def test_a_roster_takes_the_same_few_queries_for_one_technician_or_twenty(session):
    for _ in range(20):
        make_absence(session, make_technician(session, "gas"), NEXT_MONDAY)
    session.expunge_all()
    seen = []
    engine = session.get_bind()
    listener = lambda *words: seen.append(words[2])  # noqa: E731
    branch_id = the_branch(session).id
    sa.event.listen(engine, "before_cursor_execute", listener)
    roster(session, branch_id, NEXT_MONDAY, NEXT_MONDAY + timedelta(weeks=8))
    sa.event.remove(engine, "before_cursor_execute", listener)
    assert len(seen) == 4


LONG, SHORT = Hours(time(8), time(16, 30)), Hours(time(8), time(12))


@pytest.mark.parametrize(
    ("words", "week"),
    [
        ("ma-vr 08:00-16:30", dict.fromkeys(range(5), LONG)),
        ("MA - VR  8.00 - 16.30", dict.fromkeys(range(5), LONG)),
        ("mon-fri 8:00-16:30", dict.fromkeys(range(5), LONG)),
        ("ma-do 08:00-16:30, vr 08:00-12:00", {**dict.fromkeys(range(4), LONG), 4: SHORT}),
        ("ma,wo 08:00-12:00", None),
        ("za 08:00-12:00; zo 08:00-12:00", {5: SHORT, 6: SHORT}),
        ("vr-ma 08:00-12:00", None),
        ("ma 12:00-08:00", None),
        ("ma 08:00-24:30", None),
        ("ma-vr 08:00-12:00, wo 08:00-16:30", None),
        ("every day", None),
        ("", None),
    ],
)
def test_a_week_is_read_as_people_write_it(words, week):
    if week is None:
        with pytest.raises(BadCell):
            week_from_words(words)
    else:
        assert week_from_words(words) == week


def test_days_are_counted_from_monday():
    assert weekdays("1,3;5 5") == (0, 2, 4)
    with pytest.raises(BadCell):
        weekdays("0,1")
    with pytest.raises(BadCell):
        weekdays("1,8")


def test_kinds_of_absence_have_stable_names():
    assert [kind.value for kind in AbsenceKind] == ["leave", "illness", "training"]


def test_a_roster_of_a_day_before_it_begins_is_empty(session):
    assert roster(session, the_branch(session).id, date(2027, 3, 9), date(2027, 3, 8)) == {}
