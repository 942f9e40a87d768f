"""Offered or not, and why: what is shown on a day and what is said about it are all there is."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.booking.actions import confirm, hold
from portal.booking.offering.offers import offer_for
from portal.booking.offering.reasons import Reason
from portal.booking.offering.why_not import answer_for, answers_between
from portal.booking.queries import window_of
from portal.customers.models import CustomerKind, DayPart, Preferences, Visit, VisitState
from portal.database import transaction
from portal.planning.models import Hold, HoldKind, Opening
from portal.planning.windows import STANDARD_WINDOWS, Window
from portal.regions.models import DayKind, DayOverride
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, make_agenda, opening_at
from tests.factories import (
    keep,
    make_absence,
    make_address,
    make_boiler,
    make_customer,
    make_opening,
    make_region,
    make_stop,
    make_technician,
    make_visit,
    the_branch,
)
from tests.statements import counted

TODAY = NOW.date()
HORIZON = (TODAY - timedelta(days=3), TODAY + timedelta(days=90))
TEN = time(10)


def reasons_on(session: Session, visit: Visit, day: date) -> list[Reason | None]:
    answer = answer_for(session, visit, day, NOW)
    return [one.why_not.reason if one.why_not else None for one in answer.windows]


def assert_all_told_once(session: Session, visit: Visit) -> Counter[Reason]:
    """Offered windows and reasons divide the horizon; return how often each reason is given."""
    answers = answers_between(session, visit, *HORIZON, NOW)
    told: Counter[Reason] = Counter()
    offered: set[Window] = set()
    for n in range((HORIZON[1] - HORIZON[0]).days + 1):
        day = HORIZON[0] + timedelta(days=n)
        answer = answers.of(day)
        assert [(one.window.start, one.window.end) for one in answer.windows] == list(
            STANDARD_WINDOWS
        )
        for one in answer.windows:
            assert (one.offered is None) is not (one.why_not is None)
            if one.why_not is None:
                offered.add(one.window)
            else:
                assert one.why_not.sentence
                told[one.why_not.reason] += 1
    assert offered == {one.window for one in answers.offer.windows}
    return told


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.randoms(use_true_random=False))
def test_offered_windows_and_reasons_divide_the_horizon(session: Session, rng: Random) -> None:
    if not session.query(Opening).count():
        make_agenda(session, technicians=1, places=2)
    openings = session.query(Opening).all()
    for opening in openings:
        opening.closed = rng.random() < 0.2
        opening.places = rng.choice([opening.taken, opening.taken + 1])
    due = TODAY + timedelta(days=rng.randrange(-100, 200))
    visit = make_visit(session, due_on=due)
    if rng.random() < 0.5:
        for one in offer_for(session, visit, NOW).windows[:1]:
            stop = hold(session, visit, one.opening_id, circumstances())
            stop.held_until = NOW + timedelta(minutes=rng.choice([-1, 5]))
    session.commit()
    assert_all_told_once(session, visit)


def test_every_kind_of_reason_occurs_on_a_real_horizon(session: Session) -> None:
    make_agenda(session)
    elsewhere = make_region(session, "3512")
    monday, tuesday, wednesday = (FIRST + timedelta(days=n) for n in range(3))
    opening_at(session, monday, TEN).closed = True
    opening_at(session, tuesday, TEN).places = 0
    session.delete(opening_at(session, wednesday, TEN))
    make_opening(session, wednesday, region=elsewhere, window_start=TEN, window_end=time(12))
    visit = make_visit(session)
    told = assert_all_told_once(session, visit)
    assert told[Reason.CLOSED_BY_PLANNER] == told[Reason.FULL] == 1
    assert told[Reason.NOT_OPEN_IN_REGION] == 1
    assert {Reason.PAST, Reason.TOO_SOON, Reason.NO_WORKDAY, Reason.PUBLIC_HOLIDAY} <= set(told)
    assert {Reason.NOT_OPENED, Reason.TOO_FAR_AHEAD, Reason.TOO_LATE} <= set(told)


def test_nobody_with_the_certificate_is_said_so(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session, boiler=make_boiler(session, skill="gas"))
    assert reasons_on(session, visit, FIRST) == [Reason.NO_SKILL] * 4
    make_technician(session, "gas")
    assert reasons_on(session, visit, FIRST) == [None] * 4


def test_a_day_without_technicians_does_not_fit(session: Session) -> None:
    make_agenda(session, technicians=0)
    make_absence(session, make_technician(session), FIRST)
    assert reasons_on(session, make_visit(session), FIRST) == [Reason.DOES_NOT_FIT] * 4


def test_a_day_that_the_planner_closed_is_closed(session: Session) -> None:
    day = FIRST + timedelta(days=30)
    words = {"date": day, "kind": DayKind.CLOSED, "reason": "uitje"}
    keep(session, DayOverride(branch_id=the_branch(session).id, **words))
    assert reasons_on(session, make_visit(session), day) == [Reason.COMPANY_CLOSED] * 4


def test_the_own_appointment_is_the_customers_already(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session)
    appointment = confirm(
        session, visit, choice_of(opening_at(session, FIRST, TEN)), circumstances()
    )
    session.commit()
    assert reasons_on(session, visit, FIRST) == [None, Reason.YOURS_ALREADY, None, None]
    offered = offer_for(session, visit, NOW, window_of(appointment)).windows
    assert answer_for(session, visit, FIRST, NOW).offered == offered[:3]


def test_a_visit_that_was_made_is_no_longer_due(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session, state=VisitState.DONE)
    assert reasons_on(session, visit, FIRST) == [Reason.NOTHING_DUE] * 4


def test_an_address_without_a_place_is_said_so(session: Session) -> None:
    make_agenda(session)
    boiler = make_boiler(session, address=make_address(session, lat=None, lon=None))
    visit = make_visit(session, boiler=boiler)
    assert reasons_on(session, visit, FIRST) == [Reason.NOT_ON_THE_MAP] * 4


def test_the_nearest_days_are_on_both_sides_and_by_date(session: Session) -> None:
    make_agenda(session)
    saturday = FIRST + timedelta(days=5)
    answer = answer_for(session, make_visit(session), saturday, NOW)
    assert [day.date.day for day in answer.nearest] == [11, 12, 15]
    assert answer.one_reason is not None
    assert answer.one_reason.reason is Reason.NO_WORKDAY


def test_an_own_hold_hides_nothing_and_stands_first(session: Session) -> None:
    make_agenda(session, technicians=1, places=1)
    visit = make_visit(session)
    before = {one.window for one in offer_for(session, visit, NOW).windows}
    with transaction() as writing:
        hold(writing, visit, opening_at(session, FIRST, TEN).id, circumstances())
    offer = offer_for(session, visit, NOW)
    assert {one.window for one in offer.windows} == before
    assert offer.best[0].window == Window(FIRST, TEN, time(12))
    assert offer.best[0].held_until is not None
    other = make_visit(session)
    assert reasons_on(session, other, FIRST)[1] is Reason.FULL


def test_a_kept_window_is_offered_though_the_planner_closed_it(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    with transaction() as writing:
        hold(writing, visit, opening.id, circumstances())
    opening.closed = True
    session.commit()
    assert reasons_on(session, visit, FIRST)[1] is None


@pytest.mark.parametrize("minutes", [-1, 0])
def test_a_choice_whose_time_is_over_is_no_longer_kept(session: Session, minutes: int) -> None:
    make_agenda(session, places=1)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    with transaction() as writing:
        stop = hold(writing, visit, opening.id, circumstances())
        stop.held_until = NOW + timedelta(minutes=minutes)
    assert all(one.held_until is None for one in offer_for(session, visit, NOW).windows)
    opening.closed = True
    session.commit()
    assert reasons_on(session, visit, FIRST)[1] is Reason.CLOSED_BY_PLANNER


def test_a_hold_that_no_button_can_take_asks_to_call(session: Session) -> None:
    visit = make_visit(session)
    kept = Hold(HoldKind.LETTER, NOW + timedelta(days=3))
    make_stop(session, visit=visit, hold=kept)
    assert reasons_on(session, visit, FIRST)[0] is Reason.HELD_FOR_YOU


def test_every_window_shown_beside_an_own_hold_can_be_held_instead(session: Session) -> None:
    make_agenda(session, days=3, technicians=1, places=1)
    visit = make_visit(session)
    with transaction() as writing:
        hold(writing, visit, opening_at(session, FIRST, TEN).id, circumstances())
    for one in offer_for(session, visit, NOW).windows:
        with transaction() as writing:
            hold(writing, visit, one.opening_id, circumstances())


def test_what_the_customer_told_changes_the_order_and_nothing_else(session: Session) -> None:
    make_agenda(session)
    customer = make_customer(session, kind=CustomerKind.WORKING)
    visit = make_visit(session, customer=customer)
    before = offer_for(session, visit, NOW)
    assert not before.best[0].is_wish
    wishes = Preferences(customer_id=customer.id, part=DayPart.MORNING, told_at=NOW)
    wishes.weekdays = 0b00100
    keep(session, wishes)
    offer = offer_for(session, visit, NOW)
    assert [one.window for one in offer.windows] == [one.window for one in before.windows]
    best = offer.best[0]
    assert best.is_wish
    assert best.window.is_morning
    assert best.window.date.weekday() == 2


def test_an_answer_takes_as_many_statements_for_many_as_for_few(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session)
    answer_for(session, visit, FIRST, NOW)

    def statements() -> int:
        session.expire_all()
        with counted() as found:
            answer_for(session, visit, FIRST, NOW)
        return len(found)

    few = statements()
    for _ in range(25):
        make_visit(session)
    assert statements() == few
