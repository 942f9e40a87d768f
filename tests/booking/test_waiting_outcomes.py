"""What becomes of an offer: yes, no, silence; of a request; and who gets the place then."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions import cancel
from portal.booking.actions.waiting import withdraw
from portal.booking.actions.waiting_offers import accept, decline, offer
from portal.booking.errors import OfferOver
from portal.booking.models import (
    Appointment,
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
    WaitingState,
)
from portal.booking.offering.offers import offer_for
from portal.booking.waiting_list.freed import Round
from portal.booking.waiting_list.wishes import Wishes
from portal.customers.models import DayPart
from portal.database import transaction
from portal.planning.errors import WindowTaken
from portal.planning.models import Stop
from tests.booking.agenda import FIRST, NOW, circumstances
from tests.booking.waiters import (
    KEY,
    LAST,
    a_visit,
    assert_sound,
    booked,
    look,
    offers,
    open_up,
    the_offer,
    told,
    waits,
)
from tests.expiry import expire_holds

pytestmark = [pytest.mark.heart, pytest.mark.usefixtures("fresh_memory")]


@pytest.mark.usefixtures("full_agenda")
class TestWhatBecomesOfIt:
    def test_yes_makes_the_appointment_of_the_hold(self, session: Session) -> None:
        visit = a_visit(session)
        waits(session, visit)
        opening = open_up(session, FIRST, 10)
        look()
        with transaction() as write:
            made = accept(write, the_offer(session), circumstances())
        assert (made.date, made.window_start) == (FIRST, time(10))
        (stop,) = session.scalars(sa.select(Stop))
        assert (stop.held_until, stop.opening_id) == (None, opening.id)
        (done,) = offers(session)
        assert (done.state, done.request.state) == (WaitingOfferState.TAKEN, WaitingState.SERVED)
        assert told(session, visit)[-1] == "confirmed"
        assert_sound(session)

    def test_yes_moves_the_appointment_of_who_has_one(self, session: Session) -> None:
        visit = a_visit(session)
        late = open_up(session, FIRST + timedelta(days=2), 14)
        before = booked(session, visit, late)
        waits(session, visit)
        open_up(session, FIRST, 10)
        look()
        with transaction() as write:
            made = accept(write, the_offer(session), circumstances())
        assert (made.id, made.date, made.sequence) == (before.id, FIRST, 1)
        session.refresh(late)
        assert late.taken == 0
        assert told(session, visit)[-1] == "moved"
        assert_sound(session)

    def test_yes_said_twice_is_said_once(self, session: Session) -> None:
        waits(session, a_visit(session))
        open_up(session, FIRST, 10)
        look()
        made = the_offer(session)
        references = set()
        for _ in range(2):
            with transaction() as write:
                references.add(
                    accept(write, write.get_one(WaitingOffer, made.id), circumstances()).reference
                )
        assert len(references) == 1
        assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1

    def test_no_gives_the_place_to_the_next(self, session: Session) -> None:
        first, second = a_visit(session), a_visit(session)
        waits(session, first)
        waits(session, second, now=NOW + timedelta(minutes=1))
        open_up(session, FIRST, 10)
        look()
        with transaction() as write:
            decline(write, the_offer(session), circumstances())
        assert look(NOW + timedelta(minutes=2)) == Round(0, 0, 1)
        assert the_offer(session).request.visit_id == second.id
        assert [one.state for one in session.scalars(sa.select(WaitingRequest))] == [
            WaitingState.WAITING,
            WaitingState.OFFERED,
        ]
        assert_sound(session)

    def test_silence_gives_the_place_to_the_next_after_an_hour(self, session: Session) -> None:
        first, second = a_visit(session), a_visit(session)
        waits(session, first)
        waits(session, second, now=NOW + timedelta(minutes=1))
        open_up(session, FIRST, 10)
        look()
        assert look(NOW + timedelta(minutes=59)) == Round(0, 0, 0)
        assert look(NOW + timedelta(minutes=60)) == Round(1, 0, 1)
        assert the_offer(session).request.visit_id == second.id
        assert told(session, first) == ["waiting_listed", "waiting_offered"]
        assert_sound(session)

    def test_the_next_in_line_also_follows_when_the_hold_ended_by_itself(
        self, session: Session
    ) -> None:
        waits(session, a_visit(session))
        waits(session, a_visit(session), now=NOW + timedelta(minutes=1))
        open_up(session, FIRST, 10)
        look()
        after = NOW + timedelta(minutes=60)
        with transaction() as write:
            assert expire_holds(write, after) == 1
        assert look(after) == Round(1, 0, 1)

    def test_yes_after_the_hour_is_refused_kindly(self, session: Session) -> None:
        waits(session, a_visit(session))
        open_up(session, FIRST, 10)
        look()
        made = the_offer(session)
        look(NOW + timedelta(hours=1))
        with pytest.raises(OfferOver), transaction() as write:
            accept(write, write.get_one(WaitingOffer, made.id), circumstances())
        assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 0

    def test_who_books_the_kept_window_on_the_ordinary_page_has_taken_it(
        self, session: Session
    ) -> None:
        visit = a_visit(session)
        waits(session, visit)
        opening = open_up(session, FIRST, 10)
        look()
        booked(session, visit, opening, NOW + timedelta(minutes=5))
        assert look(NOW + timedelta(minutes=6)) == Round(1, 0, 0)
        (done,) = offers(session)
        assert (done.state, done.request.state) == (WaitingOfferState.TAKEN, WaitingState.SERVED)

    def test_who_books_another_window_waits_no_longer(self, session: Session) -> None:
        visit = a_visit(session)
        waits(session, visit)
        open_up(session, FIRST, 10)
        look()
        booked(session, visit, open_up(session, FIRST, 14), NOW + timedelta(minutes=5))
        assert look(NOW + timedelta(minutes=6)) == Round(1, 1, 0)
        (done,) = offers(session)
        assert (done.state, done.request.state) == (WaitingOfferState.LAPSED, WaitingState.SERVED)
        assert_sound(session)

    def test_withdrawing_gives_the_kept_place_back(self, session: Session) -> None:
        visit = a_visit(session)
        waits(session, visit)
        opening = open_up(session, FIRST, 10)
        look()
        for _ in range(2):
            with transaction() as write:
                withdraw(write, visit, circumstances())
        session.refresh(opening)
        assert opening.taken == 0
        assert session.scalar(sa.select(sa.func.count(Stop.id))) == 0
        (request,) = session.scalars(sa.select(WaitingRequest))
        assert request.state is WaitingState.WITHDRAWN

    def test_cancelling_ends_what_was_kept_and_the_next_gets_both_places(
        self, session: Session
    ) -> None:
        visit = a_visit(session)
        late = open_up(session, FIRST + timedelta(days=2), 14)
        appointment = booked(session, visit, late)
        waits(session, visit)
        open_up(session, FIRST, 10)
        look()
        for _ in range(2):
            waits(session, a_visit(session), now=NOW + timedelta(minutes=1))
        with transaction() as write:
            cancel(write, write.get_one(Appointment, appointment.id), circumstances())
        done = look(NOW + timedelta(minutes=2))
        assert (done.lapsed, done.offered) == (1, 2)
        assert_sound(session)

    def test_asking_again_changes_the_wishes_and_keeps_the_place_in_line(
        self, session: Session
    ) -> None:
        visit = a_visit(session)
        first = waits(session, visit)
        later = NOW + timedelta(days=1)
        again = waits(session, visit, Wishes(FIRST, LAST, DayPart.MORNING), later)
        same = waits(session, visit, Wishes(FIRST, LAST, DayPart.MORNING), later)
        assert first.id == again.id == same.id
        assert (again.part, again.asked_at) == (DayPart.MORNING, NOW)
        assert told(session, visit) == ["waiting_listed"] * 2

    def test_a_request_whose_last_date_passed_is_over(self, session: Session) -> None:
        wishes = Wishes(FIRST, FIRST + timedelta(days=1))
        waits(session, a_visit(session), wishes)
        assert look(NOW + timedelta(days=5)).ended == 0  # Saturday: Tuesday can still be chosen
        assert look(NOW + timedelta(days=7)).ended == 1  # Monday: Wednesday is the first
        (request,) = session.scalars(sa.select(WaitingRequest))
        assert request.state is WaitingState.OVER

    def test_a_stranger_who_books_first_has_the_place(self, session: Session) -> None:
        request = waits(session, a_visit(session))
        opening = open_up(session, FIRST, 10)
        booked(session, a_visit(session), opening)
        assert look() == Round(0, 0, 0)
        with pytest.raises(WindowTaken), transaction() as write:
            offer(write, request, opening.id, circumstances(), KEY)
        assert_sound(session)

    def test_what_is_kept_for_somebody_is_not_offered_to_others(self, session: Session) -> None:
        mine, stranger = a_visit(session), a_visit(session)
        waits(session, mine)
        opening = open_up(session, FIRST, 10)
        look()
        assert offer_for(session, stranger, NOW).is_empty
        shown = [one.opening_id for day in offer_for(session, mine, NOW).all for one in day.windows]
        assert shown == [opening.id]
