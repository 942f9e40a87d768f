"""Several ticked windows: one is held from the start, one is confirmed at the stated moment."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions import confirm, hold
from portal.booking.actions.selections import decide, select, withdraw
from portal.booking.errors import AlreadyBooked, TickedGone, TooFewTicked, TooManyTicked
from portal.booking.models import Appointment, Selection, SelectionState
from portal.booking.ticking.deciding import Batch, Decided, decide_due
from portal.booking.ticking.selecting import open_selection, selection_hold, windows_of
from portal.clock import AMSTERDAM
from portal.customers.models import Visit, VisitState
from portal.database import transaction
from portal.messages.models import OutboxMessage
from portal.planning.actions import admit
from portal.planning.errors import WindowTaken
from portal.planning.models import DayPlan, Hold, HoldKind, Opening, Stop
from portal.planning.queries import planned_day
from portal.planning.windows import Window
from tests.booking.agenda import FIRST, NOW, SITE, choice_of, circumstances, make_agenda, opening_at
from tests.expiry import expire_holds
from tests.factories import make_absence, make_customer, make_invitation, make_visit
from tests.messages.mails import opened, text_of

pytestmark = pytest.mark.heart

EVENING = datetime(2027, 3, 1, 19, 40, tzinfo=AMSTERDAM)
KEY = "s" * 48


def batch(now: datetime = EVENING) -> Batch:
    return Batch(now, SITE, KEY, seconds=2.0)


def openings_on(session: Session, day: date, *hours: int) -> list[Opening]:
    return [opening_at(session, day, time(hour)) for hour in hours]


def three(session: Session) -> list[Opening]:
    """Return windows on three days."""
    return [opening_at(session, FIRST + timedelta(days=n), time(10)) for n in range(3)]


def ticked(session: Session, visit: Visit, openings: list[Opening], now: datetime = NOW) -> int:
    with transaction() as write:
        made = select(write, visit, [one.id for one in openings], circumstances(now))
        return made.id


def selection_of(session: Session, selection_id: int) -> Selection:
    session.expire_all()
    return session.get_one(Selection, selection_id)


def stops_of(session: Session, visit: Visit) -> list[Stop]:
    return list(session.scalars(sa.select(Stop).where(Stop.visit_id == visit.id)))


def messages(session: Session, kind: str) -> list[OutboxMessage]:
    return list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == kind)))


def appointments(session: Session) -> list[Appointment]:
    return list(session.scalars(sa.select(Appointment)))


def decided(session: Session, now: datetime = EVENING) -> Decided:
    done = decide_due(batch(now))
    session.rollback()
    session.expire_all()
    return done


def assert_every_promise_can_be_kept(session: Session) -> None:
    session.rollback()
    session.expire_all()
    for branch_id, day in session.execute(sa.select(DayPlan.branch_id, DayPlan.date)).all():
        planned = planned_day(session, branch_id, day)
        assert planned is not None
        assert planned.violations == ()
    counted = dict(
        session.execute(sa.select(Stop.opening_id, sa.func.count()).group_by(Stop.opening_id)).all()
    )
    for opening_id, taken in session.execute(sa.select(Opening.id, Opening.taken)):
        assert counted.get(opening_id, 0) == taken


def test_one_of_the_ticked_windows_is_held_at_once(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    made = selection_of(session, ticked(session, visit, openings))
    [stop] = stops_of(session, visit)
    assert stop.hold_kind is HoldKind.SELECTION
    assert stop.opening_id in {one.id for one in openings}
    assert stop.held_until == made.decide_at + timedelta(days=2)
    assert sum(one.taken for one in openings) == 1
    assert list(windows_of(made)) == [one.id for one in openings]
    assert_every_promise_can_be_kept(session)


def test_the_cheapest_is_the_one_that_is_held(session: Session) -> None:
    make_agenda(session)
    openings = three(session)
    neighbour = make_visit(session)
    with transaction() as write:
        confirm(write, neighbour, choice_of(openings[1]), circumstances())
    visit = make_visit(session, address=neighbour.address)
    ticked(session, visit, openings)
    [stop] = stops_of(session, visit)
    assert stop.opening_id == openings[1].id


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_are_refused(session: Session, count: int) -> None:
    make_agenda(session)
    with pytest.raises(TooFewTicked):
        ticked(session, make_visit(session), three(session)[:count])
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 0


def test_more_than_twelve_are_refused(session: Session) -> None:
    make_agenda(session)
    with pytest.raises(TooManyTicked):
        ticked(session, make_visit(session), list(session.scalars(sa.select(Opening).limit(13))))


def test_windows_that_no_longer_do_are_named_and_nothing_is_held(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    openings[0].closed = True
    openings[1].taken = openings[1].places
    session.commit()
    with pytest.raises(TickedGone) as gone:
        ticked(session, visit, openings)
    hours = (time(10), time(12))
    assert gone.value.windows == tuple(Window(one.date, *hours) for one in openings[:2])
    session.rollback()
    assert stops_of(session, visit) == []
    assert open_selection(session, visit.id) is None


def test_a_window_that_is_too_near_at_the_deciding_moment_cannot_be_ticked(
    session: Session,
) -> None:
    make_agenda(session)
    late = datetime.combine(FIRST - timedelta(days=2), time(19, 45), AMSTERDAM)
    with pytest.raises(TickedGone) as gone:
        ticked(session, make_visit(session), three(session), now=late)
    assert [one.date for one in gone.value.windows] == [FIRST]
    session.rollback()
    ticked(session, make_visit(session), three(session), now=late - timedelta(minutes=30))


def test_a_booked_visit_has_nothing_to_tick(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    with transaction() as write:
        confirm(write, visit, choice_of(openings[0]), circumstances())
    with pytest.raises(AlreadyBooked):
        ticked(session, visit, openings)


def test_the_same_ticks_twice_are_one_selection_and_one_message(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    assert ticked(session, visit, openings) == ticked(session, visit, openings[::-1])
    assert len(stops_of(session, visit)) == 1
    assert len(messages(session, "selected")) == 1


def test_changed_ticks_keep_what_is_held_if_it_is_still_ticked(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    first = ticked(session, visit, openings)
    [stop] = stops_of(session, visit)
    kept = stop.opening_id
    more = [*openings, opening_at(session, FIRST, time(14))]
    assert ticked(session, visit, more, now=NOW + timedelta(minutes=1)) == first
    [stop] = stops_of(session, visit)
    assert stop.opening_id == kept
    assert len(windows_of(selection_of(session, first))) == 4


def test_changed_ticks_move_what_is_held_if_it_is_ticked_no_more(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    ticked(session, visit, openings)
    [stop] = stops_of(session, visit)
    others = openings_on(session, FIRST + timedelta(days=7), 8, 12, 14)
    ticked(session, visit, others, now=NOW + timedelta(minutes=1))
    [stop] = stops_of(session, visit)
    assert stop.opening_id in {one.id for one in others}
    assert_every_promise_can_be_kept(session)


def test_changing_late_does_not_put_off_what_was_promised_for_today(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    made = ticked(session, visit, openings)
    others = [*openings, opening_at(session, FIRST, time(8))]
    ticked(session, visit, others, now=EVENING - timedelta(minutes=1))
    assert selection_of(session, made).decide_at == EVENING


def test_withdrawing_gives_the_place_back_and_twice_is_once(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    made = ticked(session, visit, openings)
    for _ in range(2):
        with transaction() as write:
            withdraw(write, visit, circumstances())
    assert selection_of(session, made).state is SelectionState.WITHDRAWN
    assert stops_of(session, visit) == []
    assert sum(one.taken for one in openings) == 0


def test_what_was_held_for_a_choice_makes_room_for_the_ticks(session: Session) -> None:
    make_agenda(session, places=1)
    visit, openings = make_visit(session), three(session)
    with transaction() as write:
        hold(write, visit, openings[1].id, circumstances())
    ticked(session, visit, openings)
    [stop] = stops_of(session, visit)
    assert stop.hold_kind is HoldKind.SELECTION


def test_windows_held_by_a_letter_can_all_be_ticked(session: Session) -> None:
    make_agenda(session, places=1)
    visit, openings = make_visit(session), three(session)
    for opening in openings:
        window = Window(opening.date, opening.window_start, opening.window_end)
        until = Hold(HoldKind.LETTER, NOW + timedelta(days=5))
        with transaction() as write:
            admit(write, visit, window, opening_id=opening.id, hold=until)
    ticked(session, visit, openings)
    kinds = sorted(str(stop.hold_kind) for stop in stops_of(session, visit))
    assert kinds == ["HoldKind.LETTER", "HoldKind.LETTER", "HoldKind.SELECTION"]


def test_picking_one_at_once_settles_the_selection(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    made = ticked(session, visit, openings)
    with transaction() as write:
        confirm(write, visit, choice_of(openings[2]), circumstances())
    assert selection_of(session, made).state is SelectionState.CHOSEN
    assert decided(session) == Decided()
    [stop] = stops_of(session, visit)
    assert (stop.held_until, stop.opening_id) == (None, openings[2].id)
    assert len(messages(session, "confirmed")) == 1


def test_the_batch_confirms_one_window_and_tells_once(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    made = ticked(session, visit, openings)
    assert decided(session, EVENING - timedelta(minutes=1)) == Decided()
    assert decided(session).as_chosen == [made]
    assert decided(session) == Decided()
    assert selection_of(session, made).state is SelectionState.CHOSEN
    [appointment] = appointments(session)
    assert appointment.booked_by == "selection"
    [message] = messages(session, "confirmed")
    assert message.due_at == EVENING
    assert b"REQUEST" in message.raw
    assert_every_promise_can_be_kept(session)


def test_the_batch_brings_neighbours_together(session: Session) -> None:
    """Whoever ticked first holds some day; the batch sees that the others live next door."""
    make_agenda(session, technicians=1, places=2)
    near = [make_visit(session) for _ in range(2)]
    for visit in near:
        visit.address.lat, visit.address.lon = 52.20, 5.30
    session.commit()
    days = [FIRST + timedelta(days=n) for n in range(3)]
    ticked(session, near[0], [opening_at(session, day, time(8)) for day in days])
    ticked(session, near[1], [opening_at(session, day, time(10)) for day in days[::-1]])
    done = decided(session)
    assert len(done.as_chosen) == 2
    assert len({one.date for one in appointments(session)}) == 1
    assert done.travel_s <= done.held_travel_s


def test_a_window_that_was_closed_goes_only_to_whom_it_is_held_for(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    made = ticked(session, visit, openings)
    for opening in openings:
        opening.closed = True
    session.commit()
    [stop] = stops_of(session, visit)
    kept = stop.opening_id
    assert decided(session).as_chosen == [made]
    [stop] = stops_of(session, visit)
    assert (stop.opening_id, stop.held_until) == (kept, None)


def test_no_opening_is_ever_over_full(session: Session) -> None:
    make_agenda(session, days=5, technicians=2, places=2)
    made = []
    for _ in range(5):
        session.expire_all()
        free = session.scalars(sa.select(Opening).where(Opening.taken < Opening.places)).all()
        at_ten = [one for one in free if one.window_start == time(10)]
        made.append(ticked(session, make_visit(session), at_ten[:4]))
    done = decided(session)
    assert sorted(done.as_chosen + done.otherwise) == made
    assert len(appointments(session)) == 5
    assert_every_promise_can_be_kept(session)


def test_after_an_illness_another_ticked_window_is_confirmed(session: Session) -> None:
    make_agenda(session, technicians=1)
    visit, openings = make_visit(session), three(session)
    made = ticked(session, visit, openings)
    [stop] = stops_of(session, visit)
    make_absence(session, stop.technician, stop.day_plan.date)
    ill_on = stop.day_plan.date
    done = decided(session)
    assert done.as_chosen + done.otherwise == [made]
    [appointment] = appointments(session)
    assert appointment.date != ill_on
    assert messages(session, "selection_broken") == []


def test_when_nothing_can_be_kept_we_say_sorry_once_with_a_choice(session: Session) -> None:
    make_agenda(session, technicians=1)
    visit, openings = make_visit(session), three(session)
    make_invitation(session, visit=visit)
    made = ticked(session, visit, openings)
    [stop] = stops_of(session, visit)
    make_absence(session, stop.technician, FIRST, FIRST + timedelta(days=2))
    assert decided(session).broken == [made]
    assert decided(session) == Decided()
    assert selection_of(session, made).state is SelectionState.BROKEN
    assert stops_of(session, visit) == []
    [message] = messages(session, "selection_broken")
    assert "donderdag 11 maart" in text_of(opened(message))
    assert f"{SITE.base_url}/a/" in text_of(opened(message))
    assert messages(session, "confirmed") == []


def test_a_late_batch_still_keeps_what_was_held(session: Session) -> None:
    """After an outage the held window may be nearer than customers may choose: it was promised."""
    make_agenda(session)
    visit = make_visit(session)
    late = datetime.combine(FIRST - timedelta(days=3), time(12), AMSTERDAM)
    made = ticked(session, visit, openings_on(session, FIRST, 8, 10, 12), now=late)
    next_evening = datetime.combine(FIRST - timedelta(days=1), time(7), AMSTERDAM)
    with transaction() as write:
        assert expire_holds(write, next_evening) == 0
    done = decided(session, next_evening)
    assert done.as_chosen + done.otherwise == [made]
    assert messages(session, "confirmed")[0].due_at == next_evening + timedelta(hours=1)


def test_a_dropped_visit_gives_its_place_back_and_nobody_is_told(session: Session) -> None:
    make_agenda(session)
    visit, openings = make_visit(session), three(session)
    made = ticked(session, visit, openings)
    visit.state = VisitState.DROPPED
    session.commit()
    done = decided(session)
    assert done.as_chosen + done.otherwise + done.broken == []
    assert selection_of(session, made).state is SelectionState.WITHDRAWN
    assert stops_of(session, visit) == []
    assert messages(session, "confirmed") == []


def test_without_a_mail_address_it_is_decided_all_the_same(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session, customer=make_customer(session, email=None))
    made = ticked(session, visit, three(session))
    assert decided(session).as_chosen == [made]
    assert session.scalar(sa.select(sa.func.count(OutboxMessage.id))) == 0


def test_an_opening_that_is_not_ticked_is_not_confirmed(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session)
    made = ticked(session, visit, three(session))
    other = opening_at(session, FIRST, time(14))
    with pytest.raises(WindowTaken), transaction() as write:
        decide(write, write.get_one(Selection, made), other.id, circumstances(EVENING))
    session.rollback()
    assert selection_hold(session, visit) is not None
