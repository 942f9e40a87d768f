"""Who is offered a free place: one person at a time, who saves travel first, and when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.actions import cancel, hold, move
from portal.booking.actions.waiting import withdraw
from portal.booking.actions.waiting_offers import decline, offer
from portal.booking.errors import NotBookable, NotWaiting
from portal.booking.models import (
    WaitingState,
)
from portal.booking.waiting_list.freed import Round
from portal.booking.waiting_list.wishes import Wishes
from portal.clock import AMSTERDAM
from portal.customers.models import DayPart
from portal.database import transaction
from portal.planning.errors import WindowTaken
from portal.planning.models import DayPlan, HoldKind, Stop
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances
from tests.booking.waiters import (
    FAR,
    KEY,
    LAST,
    a_visit,
    assert_sound,
    booked,
    forget_looks,
    look,
    offers,
    open_up,
    the_offer,
    told,
    waits,
)
from tests.expiry import expire_holds
from tests.factories import (
    make_day_plan,
    make_opening,
    make_region,
)
from tests.statements import counted

pytestmark = [pytest.mark.heart, pytest.mark.usefixtures("fresh_memory")]


@pytest.mark.usefixtures("full_agenda")
class TestWhoIsOffered:
    def test_a_free_place_is_kept_for_an_hour_for_who_waits(self, session: Session) -> None:
        visit = a_visit(session)
        waits(session, visit)
        assert look() == Round(0, 0, 0)
        opening = open_up(session, FIRST, 10)
        assert look() == Round(0, 0, 1)
        made = the_offer(session)
        assert (made.opening_id, made.held_until) == (opening.id, NOW + timedelta(hours=1))
        (hold,) = session.scalars(sa.select(Stop))
        assert (hold.visit_id, hold.hold_kind) == (visit.id, HoldKind.WAITING_LIST)
        assert made.request.state is WaitingState.OFFERED
        assert told(session, visit) == ["waiting_listed", "waiting_offered"]
        assert_sound(session)

    def test_one_person_at_a_time_for_a_place(self, session: Session) -> None:
        for _ in range(3):
            waits(session, a_visit(session))
        open_up(session, FIRST, 10)
        assert [look().offered for _ in range(3)] == [1, 0, 0]

    def test_two_places_go_to_two_people(self, session: Session) -> None:
        for _ in range(3):
            waits(session, a_visit(session))
        open_up(session, FIRST, 10, places=2)
        assert look().offered == 2
        assert len({one.request_id for one in offers(session)}) == 2
        assert_sound(session)

    def test_a_window_that_somebody_left_is_offered_to_others_only(self, session: Session) -> None:
        visit = a_visit(session)
        appointment = booked(session, visit, open_up(session, FIRST, 10))
        waits(session, visit)
        with transaction() as write:
            cancel(write, write.merge(appointment), circumstances())
        assert look() == Round(0, 0, 0)
        other = a_visit(session)
        waits(session, other)
        assert look() == Round(0, 0, 1)
        assert the_offer(session).request.visit_id == other.id

    def test_a_window_that_somebody_moved_away_from_is_not_offered_back(
        self, session: Session
    ) -> None:
        visit = a_visit(session)
        appointment = booked(session, visit, open_up(session, FIRST, 10))
        later = open_up(session, FIRST + timedelta(days=1), 10)
        with transaction() as write:
            move(write, write.merge(appointment), choice_of(later), circumstances())
        waits(session, visit)
        assert look() == Round(0, 0, 0)

    def test_nobody_is_offered_two_places_at_once(self, session: Session) -> None:
        waits(session, a_visit(session))
        open_up(session, FIRST, 10)
        open_up(session, FIRST + timedelta(days=1), 10)
        assert look().offered == 1
        assert look(NOW + timedelta(minutes=1)).offered == 0

    def test_who_has_no_appointment_comes_before_who_has_one(self, session: Session) -> None:
        late = open_up(session, FIRST + timedelta(days=2), 14)
        has = a_visit(session, FAR)
        booked(session, has, late)
        waits(session, has)
        has_not = a_visit(session)
        waits(session, has_not, now=NOW + timedelta(minutes=5))
        open_up(session, FIRST, 10)
        look(NOW + timedelta(minutes=6))
        assert the_offer(session).request.visit_id == has_not.id

    def test_among_those_without_the_least_travel_comes_first(self, session: Session) -> None:
        waits(session, a_visit(session, FAR))
        near = a_visit(session)
        waits(session, near, now=NOW + timedelta(minutes=5))
        open_up(session, FIRST, 10)
        look(NOW + timedelta(minutes=6))
        assert the_offer(session).request.visit_id == near.id

    def test_among_equals_the_longest_waiting_comes_first(self, session: Session) -> None:
        later, earlier = a_visit(session), a_visit(session)
        waits(session, later, now=NOW + timedelta(minutes=5))
        waits(session, earlier)
        open_up(session, FIRST, 10)
        look(NOW + timedelta(minutes=6))
        assert the_offer(session).request.visit_id == earlier.id

    def test_who_has_an_appointment_is_offered_only_what_saves_travel(
        self, session: Session
    ) -> None:
        last = FIRST + timedelta(days=2)
        alone = a_visit(session, FAR)
        booked(session, alone, open_up(session, last, 14))
        waits(session, alone)
        open_up(session, FIRST, 10)
        assert look().offered == 1  # as far on Monday as on Wednesday: it costs nothing
        with_neighbour, neighbour = a_visit(session, FAR), a_visit(session, FAR)
        for visit in (with_neighbour, neighbour):
            booked(session, visit, open_up(session, last, 10))
        waits(session, with_neighbour)
        open_up(session, FIRST + timedelta(days=1), 10)
        assert look().offered == 0  # leaving the neighbour would cost a second trip

    def test_who_has_an_appointment_is_offered_earlier_windows_only(self, session: Session) -> None:
        visit = a_visit(session)
        booked(session, visit, open_up(session, FIRST, 10))
        waits(session, visit)
        open_up(session, FIRST, 14)
        open_up(session, FIRST + timedelta(days=1), 8)
        assert look().offered == 0
        open_up(session, FIRST, 8)
        assert look().offered == 1

    @pytest.mark.parametrize(
        "wishes",
        [
            Wishes(FIRST + timedelta(days=1), LAST),
            Wishes(FIRST - timedelta(days=3), FIRST - timedelta(days=1)),
            Wishes(FIRST, LAST, DayPart.AFTERNOON),
            Wishes(FIRST, LAST, weekdays=0b0011110),
        ],
        ids=["later", "earlier", "afternoon", "not on Monday"],
    )
    def test_what_is_not_wished_for_is_not_offered(self, session: Session, wishes: Wishes) -> None:
        waits(session, a_visit(session), wishes)
        open_up(session, FIRST, 10)
        assert look().offered == 0

    def test_the_same_window_is_not_offered_twice_to_the_same_person(
        self, session: Session
    ) -> None:
        visit = a_visit(session)
        waits(session, visit)
        open_up(session, FIRST, 10)
        look()
        with transaction() as write:
            decline(write, the_offer(session), circumstances())
        assert look(NOW + timedelta(minutes=1)).offered == 0
        with transaction() as write:
            withdraw(write, visit, circumstances())
        waits(session, visit, now=NOW + timedelta(minutes=2))
        assert look(NOW + timedelta(minutes=2)).offered == 0

    def test_who_is_choosing_right_now_is_left_in_peace(self, session: Session) -> None:
        visit = a_visit(session)
        waits(session, visit)
        chosen = open_up(session, FIRST, 14)
        with transaction() as write:
            hold(write, visit, chosen.id, circumstances())
        open_up(session, FIRST, 10)
        assert look().offered == 0
        later = NOW + timedelta(minutes=15)
        with transaction() as write:
            expire_holds(write, later)
        assert look(later).offered == 1

    def test_without_a_mail_address_the_desk_decides(self, session: Session) -> None:
        visit = a_visit(session, email=None)
        request = waits(session, visit)
        opening = open_up(session, FIRST, 10)
        assert look().offered == 0
        with transaction() as write:
            offer(write, request, opening.id, circumstances(by="staff:1"), KEY)
        assert the_offer(session).request.visit_id == visit.id
        assert told(session, visit) == []


@pytest.mark.usefixtures("full_agenda")
class TestWhen:
    @pytest.mark.parametrize(
        ("clock", "offered"),
        [(time(7, 59), 0), (time(8), 1), (time(19, 59), 1), (time(20), 0), (time(3), 0)],
    )
    @pytest.mark.parametrize("day", [date(2027, 3, 3), date(2027, 3, 28), date(2027, 10, 31)])
    def test_offers_are_made_between_eight_and_eight_by_the_clock(
        self, session: Session, clock: time, offered: int, day: date
    ) -> None:
        monday = day + timedelta(days=8 - day.isoweekday() % 7)
        if session.scalar(sa.select(DayPlan.id).where(DayPlan.date == monday)) is None:
            make_day_plan(session, monday)
            make_opening(session, monday, window_start=time(10), window_end=time(12))
        else:
            open_up(session, monday, 10)
        visit = a_visit(session)
        visit.due_on = monday + timedelta(days=7)
        session.commit()
        now = datetime.combine(day, clock, AMSTERDAM)
        waits(session, visit, Wishes(monday, monday + timedelta(days=4)), now)
        assert look(now).offered == offered
        if offered:
            kept = the_offer(session).held_until - now
            assert kept == timedelta(hours=1)

    def test_the_first_dates_are_too_near_to_be_offered(self, session: Session) -> None:
        waits(session, a_visit(session))
        open_up(session, FIRST, 10)
        assert look(NOW + timedelta(days=6)).offered == 0  # Sunday noon: Tuesday is the first

    def test_nothing_is_read_twice_when_nothing_changed(self, session: Session) -> None:
        waits(session, a_visit(session, email=None))
        open_up(session, FIRST, 10)
        look()
        with counted() as statements:
            assert look(NOW + timedelta(minutes=1)) == Round(0, 0, 0)
        assert len(statements) <= 8, statements

    def test_another_process_finds_nothing_more_to_do(self, session: Session, app: Flask) -> None:
        waits(session, a_visit(session))
        open_up(session, FIRST, 10)
        assert look().offered == 1
        forget_looks(app)
        assert look().offered == 0

    def test_a_day_that_became_roomier_is_noticed(self, session: Session) -> None:
        """The place was there, but the route was full: a cancellation elsewhere made room."""
        others = [booked(session, a_visit(session), open_up(session, FIRST, 10)) for _ in range(2)]
        waits(session, a_visit(session))
        while look().offered:
            with transaction() as write:
                decline(write, the_offer(session), circumstances())
            waits(session, a_visit(session))
        with transaction() as write:
            cancel(write, others[0], circumstances())
        assert look().offered == 1


@pytest.mark.usefixtures("full_agenda")
class TestAsking:
    def test_a_window_that_is_not_wished_for_cannot_be_offered_by_hand(
        self, session: Session
    ) -> None:
        request = waits(session, a_visit(session), Wishes(FIRST, LAST, DayPart.AFTERNOON))
        opening = open_up(session, FIRST, 10)
        with pytest.raises(NotBookable), transaction() as write:
            offer(write, request, opening.id, circumstances(), KEY)

    def test_who_withdrew_is_not_offered_anything(self, session: Session) -> None:
        visit = a_visit(session)
        request = waits(session, visit)
        with transaction() as write:
            withdraw(write, visit, circumstances())
        opening = open_up(session, FIRST, 10)
        assert look().offered == 0
        with pytest.raises(NotWaiting), transaction() as write:
            offer(write, request, opening.id, circumstances(), KEY)

    def test_a_window_of_another_region_is_not_offered(self, session: Session) -> None:
        request = waits(session, a_visit(session))
        elsewhere = make_opening(session, FIRST, region=make_region(session, "9999"))
        with pytest.raises(WindowTaken), transaction() as write:
            offer(write, request, elsewhere.id, circumstances(), KEY)
