"""A chosen window is kept for some minutes: as real as an appointment, and given back exactly."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.actions import cancel, confirm, extend, hold, let_go, move
from portal.booking.errors import (
    AlreadyBooked,
    HoldOver,
    NotBookable,
    NothingToChange,
    TooLateToChange,
)
from portal.booking.models import Appointment
from portal.booking.offering.offers import offer_for
from portal.booking.policy import HOLD
from portal.booking.queries import booked_stop, holds_of
from portal.customers.models import Visit
from portal.database import transaction
from portal.planning.actions import admit
from portal.planning.errors import NoLongerFits, WindowTaken
from portal.planning.models import DayPlan, Hold, HoldKind, Opening, Stop
from portal.planning.queries import planned_day
from portal.planning.windows import Window
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, make_agenda, opening_at
from tests.expiry import expire_holds
from tests.factories import make_boiler, make_opening, make_region, make_visit

pytestmark = pytest.mark.heart

TEN = time(10)
LATER = NOW + timedelta(minutes=4)


def held(session: Session, visit: Visit, opening: Opening, now: datetime = NOW) -> Stop:
    with transaction() as write:
        stop_id = hold(write, visit, opening.id, circumstances(now)).id
    return session.get_one(Stop, stop_id)


def book(session: Session, visit: Visit, opening: Opening, now: datetime = NOW) -> Appointment:
    with transaction() as write:
        made_id = confirm(write, visit, choice_of(opening), circumstances(now)).id
    return session.get_one(Appointment, made_id)


def letter(session: Session, visit: Visit, opening: Opening, until: datetime) -> Stop:
    window = Window(opening.date, opening.window_start, opening.window_end)
    with transaction() as write:
        kept = Hold(HoldKind.LETTER, until)
        stop_id = admit(write, visit, window, opening_id=opening.id, hold=kept).id
    return session.get_one(Stop, stop_id)


def routes(session: Session) -> list[tuple[int, int, int, int]]:
    """Return every stop as (day, technician, position, visit), with no violation on any day."""
    session.rollback()
    for branch_id, day in session.execute(sa.select(DayPlan.branch_id, DayPlan.date)).all():
        planned = planned_day(session, branch_id, day)
        assert planned is not None
        assert planned.violations == ()
    places = (Stop.day_plan_id, Stop.technician_id, Stop.position)
    return [
        tuple(row) for row in session.execute(sa.select(*places, Stop.visit_id).order_by(*places))
    ]


def taken(session: Session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.sum(Opening.taken))) or 0


def test_a_hold_takes_a_place_and_stands_on_a_route(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    stop = held(session, visit, opening)
    assert (stop.held_until, stop.hold_kind) == (NOW + HOLD, HoldKind.CHOICE)
    assert opening.taken == 1
    assert stop.day_plan.version == 1
    assert [visit_id for *_, visit_id in routes(session)] == [visit.id]


def test_a_held_last_place_is_not_for_others(session: Session) -> None:
    make_agenda(session, places=1)
    opening = opening_at(session, FIRST, TEN)
    held(session, make_visit(session), opening)
    other = make_visit(session)
    for act in (held, book):
        with pytest.raises(WindowTaken):
            act(session, other, opening)
    offered = [one.opening_id for one in offer_for(session, other, NOW).windows]
    assert opening.id not in offered


def test_expiry_gives_back_exactly_what_was_held(session: Session) -> None:
    make_agenda(session, technicians=1)
    opening = opening_at(session, FIRST, TEN)
    for start in (time(8), TEN, time(12)):
        book(session, make_visit(session), opening_at(session, FIRST, start))
    before = routes(session)
    held(session, make_visit(session), opening)
    assert len(routes(session)) == len(before) + 1
    with transaction() as write:
        assert expire_holds(write, NOW + HOLD - timedelta(seconds=1)) == 0
        assert expire_holds(write, NOW + HOLD) == 1
    assert routes(session) == before
    assert taken(session) == 3


def test_holding_the_same_window_again_keeps_the_first_end(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    first = held(session, visit, opening)
    again = held(session, visit, opening, LATER)
    assert (again.id, again.held_until) == (first.id, NOW + HOLD)
    assert taken(session) == 1


def test_a_hold_whose_time_is_over_is_made_anew(session: Session) -> None:
    make_agenda(session, places=1)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    held(session, visit, opening)
    assert held(session, visit, opening, NOW + HOLD).held_until == NOW + 2 * HOLD
    assert taken(session) == 1


def test_another_choice_gives_the_first_back(session: Session) -> None:
    make_agenda(session, places=1)
    visit = make_visit(session)
    for day in range(3):
        for start in (time(8), TEN):
            opening = opening_at(session, FIRST + timedelta(days=day), start)
            held(session, visit, opening)
            assert taken(session) == opening.taken == 1


def test_when_another_choice_is_refused_the_first_stays(session: Session) -> None:
    make_agenda(session, places=1)
    visit, gone = make_visit(session), opening_at(session, FIRST, time(14))
    book(session, make_visit(session), gone)
    first = held(session, visit, opening_at(session, FIRST, TEN))
    with pytest.raises(WindowTaken):
        held(session, visit, gone)
    session.rollback()
    assert [stop.id for stop in holds_of(session, visit)] == [first.id]


def test_what_cannot_be_booked_cannot_be_held(session: Session) -> None:
    make_agenda(session, technicians=1)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    elsewhere = make_opening(session, FIRST, region=make_region(session, "9999"))
    too_near = make_opening(session, NOW.date() + timedelta(days=1))
    long = make_visit(session, boiler=make_boiler(session, service_minutes=480))
    for refusal, who, what in (
        (WindowTaken, visit, elsewhere),
        (NotBookable, visit, too_near),
        (NoLongerFits, long, opening),
    ):
        with pytest.raises(refusal):
            held(session, who, what)
    assert taken(session) == 0


def test_who_has_an_appointment_holds_another_window_only_to_move(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    other = opening_at(session, FIRST, time(14))
    made = book(session, visit, opening)
    with pytest.raises(AlreadyBooked):
        held(session, visit, other)
    with pytest.raises(AlreadyBooked), transaction() as write:
        hold(write, visit, opening.id, circumstances(), moving=made)
    later = opening_at(session, FIRST + timedelta(days=7), TEN)
    with pytest.raises(TooLateToChange), transaction() as write:
        hold(write, visit, later.id, circumstances(NOW + timedelta(days=7)), moving=made)
    with transaction() as write:
        kept_id = hold(write, visit, other.id, circumstances(), moving=made).id
    with transaction() as write:
        move(write, made, choice_of(other), circumstances())
    assert booked_stop(session, visit).id == kept_id
    assert taken(session) == 1


def test_more_time_is_given_as_often_as_asked(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    stop = held(session, visit, opening)
    for n in range(1, 13):
        now = NOW + n * timedelta(minutes=9)
        with transaction() as write:
            extend(write, visit, now)
            assert expire_holds(write, now) == 0
        session.expire_all()
        assert stop.held_until == now + HOLD
    assert taken(session) == 1


@pytest.mark.heart
def test_a_number_that_was_cancelled_holds_nothing_beside_the_newer_appointment(
    session: Session,
) -> None:
    make_agenda(session)
    visit, other = make_visit(session), opening_at(session, FIRST, time(14))
    old = book(session, visit, opening_at(session, FIRST, TEN))
    with transaction() as write:
        cancel(write, old, circumstances())
    for newer in (None, opening_at(session, FIRST + timedelta(days=1), TEN)):
        if newer is not None:
            book(session, visit, newer)
        with pytest.raises(NothingToChange), transaction() as write:
            hold(write, visit, other.id, circumstances(), moving=old)
    assert taken(session) == 1


def test_asking_for_more_time_does_not_get_round_the_notice(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    just_in_time = NOW.replace(day=6, hour=23, minute=55)
    held(session, visit, opening, just_in_time)
    with pytest.raises(NotBookable), transaction() as write:
        extend(write, visit, just_in_time + timedelta(minutes=6))
    book(session, visit, opening, just_in_time + timedelta(minutes=6))


def test_moving_to_what_one_holds_is_not_refused_when_midnight_has_passed(session: Session) -> None:
    make_agenda(session)
    visit, near = make_visit(session), opening_at(session, FIRST, TEN)
    appointment = book(session, visit, opening_at(session, FIRST + timedelta(days=4), TEN))
    just_in_time = NOW.replace(day=6, hour=23, minute=55)
    with transaction() as write:
        hold(write, visit, near.id, circumstances(just_in_time), moving=appointment)
    with transaction() as write:
        move(write, appointment, choice_of(near), circumstances(just_in_time + HOLD * 0.8))
    assert (appointment.date, booked_stop(session, visit).held_until) == (FIRST, None)


def test_there_is_no_more_time_for_what_is_not_held(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    letter(session, visit, opening, NOW + timedelta(days=3))
    with pytest.raises(HoldOver), transaction() as write:
        extend(write, visit, NOW)


def test_letting_go_gives_the_place_back_at_once(session: Session) -> None:
    make_agenda(session, places=1)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    kept = letter(session, visit, opening_at(session, FIRST, time(14)), NOW + timedelta(days=3))
    held(session, visit, opening)
    for _ in range(2):
        with transaction() as write:
            let_go(write, visit, NOW)
    assert [stop.id for stop in holds_of(session, visit)] == [kept.id]
    book(session, make_visit(session), opening)


@pytest.mark.parametrize("spoiled", [{"places": 1}, {"closed": True}])
def test_booking_what_one_holds_is_never_refused(
    session: Session, spoiled: dict[str, int | bool]
) -> None:
    make_agenda(session, technicians=1, places=2)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    stop = held(session, visit, opening)
    for name, value in spoiled.items():
        setattr(opening, name, value)
    session.commit()
    book(session, visit, opening, LATER)
    assert booked_stop(session, visit).id == stop.id
    assert taken(session) == 1


def test_booking_after_the_time_is_over_works_while_the_place_is_free(session: Session) -> None:
    make_agenda(session, places=1)
    first, second = make_visit(session), make_visit(session)
    opening = opening_at(session, FIRST, TEN)
    held(session, first, opening)
    over = NOW + HOLD
    with transaction() as write:
        expire_holds(write, over)
    book(session, first, opening, over)
    with pytest.raises(WindowTaken):
        book(session, second, opening, over)
    assert taken(session) == 1


def test_a_window_from_a_letter_is_used_and_not_taken_twice(session: Session) -> None:
    make_agenda(session, places=1)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    kept = letter(session, visit, opening, NOW + timedelta(days=3))
    held(session, visit, opening_at(session, FIRST, time(14)))
    assert held(session, visit, opening).id == kept.id
    assert taken(session) == 1
    assert kept.held_until == NOW + timedelta(days=3)
    book(session, visit, opening)
    assert booked_stop(session, visit).id == kept.id


def test_a_letter_that_is_over_does_not_stand_in_the_way(session: Session) -> None:
    make_agenda(session, places=1)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    letter(session, visit, opening, NOW)
    assert held(session, visit, opening).hold_kind is HoldKind.CHOICE
    assert taken(session) == 1


def test_cancelling_gives_back_what_was_held_beside_it(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session)
    made = book(session, visit, opening_at(session, FIRST, TEN))
    other = opening_at(session, FIRST + timedelta(days=1), TEN)
    with transaction() as write:
        hold(write, visit, other.id, circumstances(), moving=made)
    with transaction() as write:
        cancel(write, made, circumstances())
    assert (taken(session), routes(session)) == (0, [])


def test_what_one_holds_is_offered_to_oneself(session: Session) -> None:
    make_agenda(session, days=1, places=1)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    everything = {one.opening_id for one in offer_for(session, visit, NOW).windows}
    held(session, visit, opening)
    for start in (time(8), time(12), time(14)):
        other = make_visit(session, boiler=make_boiler(session, service_minutes=5))
        book(session, other, opening_at(session, FIRST, start))
    assert len(everything) == 4
    assert {one.opening_id for one in offer_for(session, visit, NOW).windows} == {opening.id}


def test_what_one_holds_leaves_room_for_ones_other_choice(session: Session) -> None:
    make_agenda(session, days=1, technicians=1)
    visit, other = (
        make_visit(session, boiler=make_boiler(session, service_minutes=240)) for _ in range(2)
    )
    before = {one.opening_id for one in offer_for(session, visit, NOW).windows}
    assert len(before) > 1
    for opening_id in sorted(before):
        held(session, visit, session.get_one(Opening, opening_id))
        assert {one.opening_id for one in offer_for(session, visit, NOW).windows} == before
        assert {one.opening_id for one in offer_for(session, other, NOW).windows} < before


def test_what_happened_to_a_hold_is_in_the_audit_trail(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    held(session, visit, opening)
    with transaction() as write:
        extend(write, visit, LATER)
        let_go(write, visit, LATER)
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["hold.made", "hold.extended", "hold.let_go"]
    assert {entry.subject for entry in entries} == {f"visit:{visit.id}"}
    assert entries[0].detail["window"] == "10:00"
