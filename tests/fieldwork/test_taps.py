"""What a technician taps: in order, once, on the own route, on the day; and what comes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.errors import KeyReused
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.queries import open_invitation
from portal.customers.models import VisitReason, VisitState
from portal.fieldwork.errors import (
    BeforeItsWindow,
    FinishFirst,
    NothingPlanned,
    NotToday,
    NotYourRoute,
    OutOfOrder,
    TooLateToUndo,
)
from portal.fieldwork.models import Report, Tap
from portal.fieldwork.steps import ENDS, Step, may_follow, moment_of_tap
from portal.messages.models import OutboxMessage
from portal.planning.models import Stop
from portal.planning.queries import faults_of
from tests.factories import NEXT_MONDAY, make_technician, the_branch
from tests.fieldwork.taps import DONE, at, press, promised, served, undo, visits, went_out
from tests.messages.mails import messages_about, opened, text_of

pytestmark = pytest.mark.heart


def told(session: Session, appointment: Appointment) -> list[str]:
    return [one.kind for one in messages_about(session, f"visit:{appointment.visit_id}")]


def stops(session: Session) -> list[tuple[int, int, bool]]:
    rows = session.scalars(sa.select(Stop).order_by(Stop.technician_id, Stop.position))
    return [(stop.visit_id, stop.position, stop.begun) for stop in rows]


def test_a_visit_goes_from_on_my_way_to_done(session: Session, anouk):
    visit = promised(session)
    press(Step.ON_MY_WAY, visit, "07:50")
    went_out()
    press(Step.STARTED, visit, "08:05")
    press(Step.DONE, visit, "08:50")
    session.refresh(visit)
    assert visit.status is AppointmentStatus.DONE
    assert told(session, visit) == ["on_my_way", "report"]
    entries = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id))
    assert list(entries) == ["fieldwork.on_my_way", "fieldwork.started", "fieldwork.done"]


@pytest.mark.parametrize(
    ("step", "then"), [(Step.STARTED, []), (Step.NOT_AT_HOME, ["not_at_home"])]
)
def test_nobody_hears_of_a_way_that_is_over_before_it_was_told(
    session: Session, anouk, step: Step, then: list[str]
):
    visit = promised(session)
    press(Step.ON_MY_WAY, visit, "08:05")
    press(step, visit, "08:05")
    assert told(session, visit) == then


def test_done_gives_the_boiler_its_next_turn(session: Session, anouk):
    visit = promised(session)
    served(visit, "08:05", "08:50")
    done, following = visits(session)
    assert done.state is VisitState.DONE
    assert (following.state, following.due_on) == (VisitState.OPEN, DONE.next_due_on)
    assert done.boiler.last_service_on == DONE.certificate_on
    assert session.scalars(sa.select(Report)).one().next_visit == following


@pytest.mark.parametrize("step", Step)
def test_the_same_press_twice_is_one_press(session: Session, anouk, step: Step):
    visit = promised(session)
    if step in (Step.DONE, Step.UNFINISHED):
        press(Step.STARTED, visit, "08:10")
    first = press(step, visit, "08:30", key="the-form-of-this-page")
    again = press(step, visit, "08:31", key="the-form-of-this-page")
    other = press(step, visit, "08:32", key="another-form-of-the-page")
    assert first.id == again.id == other.id
    number = session.scalar(sa.select(sa.func.count(Tap.id)).where(Tap.step == step))
    assert number == 1
    assert len(messages_about(session, f"visit:{visit.visit_id}")) <= 1


def test_a_form_is_not_used_for_another_visit(session: Session, anouk):
    first, second = promised(session), promised(session)
    press(Step.STARTED, first, "08:10", key="the-form-of-this-page")
    with pytest.raises(KeyReused):
        press(Step.STARTED, second, "08:11", key="the-form-of-this-page")


def test_only_the_own_route_can_be_tapped(session: Session, anouk):
    visit = promised(session)
    bram = make_technician(session, name="Bram")
    with pytest.raises(NotYourRoute):
        press(Step.STARTED, visit, "08:10", technician_id=bram.id)


@pytest.mark.parametrize("days", [-1, 1])
def test_only_on_the_day_itself(session: Session, anouk, days: int):
    visit = promised(session)
    visit.date = NEXT_MONDAY + timedelta(days=days)
    session.execute(sa.text("SELECT 1"))
    plan = session.scalars(sa.select(Stop)).one().day_plan
    plan.date = visit.date
    session.commit()
    with pytest.raises(NotToday):
        press(Step.STARTED, visit, "08:10")


@pytest.mark.parametrize("step", [Step.DONE, Step.UNFINISHED])
def test_what_was_not_started_has_no_end(session: Session, anouk, step: Step):
    with pytest.raises(OutOfOrder):
        press(step, promised(session), "08:10")


def test_nobody_is_not_at_home_before_the_promised_time(session: Session, anouk):
    visit = promised(session)
    with pytest.raises(BeforeItsWindow):
        press(Step.NOT_AT_HOME, visit, "07:55")
    assert press(Step.NOT_AT_HOME, visit, "08:00").step is Step.NOT_AT_HOME


def test_one_visit_at_a_time(session: Session, anouk):
    first, second = promised(session), promised(session)
    press(Step.STARTED, first, "08:10")
    with pytest.raises(FinishFirst, match=first.visit.address.line):
        press(Step.ON_MY_WAY, second, "08:20")
    press(Step.DONE, first, "08:50")
    assert press(Step.ON_MY_WAY, second, "08:51")


def test_after_an_end_nothing_follows(session: Session, anouk):
    visit = promised(session)
    press(Step.NOT_AT_HOME, visit, "08:30")
    with pytest.raises(NothingPlanned):
        press(Step.STARTED, visit, "08:40")
    assert all(may_follow(step) == () for step in ENDS)


def test_nobody_home_gives_the_window_back_and_a_link(session: Session, anouk):
    other, visit = promised(session), promised(session)
    press(Step.NOT_AT_HOME, visit, "08:42")
    session.refresh(visit)
    assert visit.status is AppointmentStatus.NOT_AT_HOME
    assert visit.visit.state is VisitState.OPEN
    assert [row[0] for row in stops(session)] == [other.visit_id]
    (message,) = messages_about(session, f"visit:{visit.visit_id}")
    words = text_of(opened(message))
    assert "08:42" in words
    assert "/a/" in words
    invitation = open_invitation(session, visit.visit_id)
    assert invitation
    assert invitation.deadline_on == NEXT_MONDAY + timedelta(days=14)


def test_the_calendar_entry_of_a_closed_door_stays_as_it_was(session: Session, anouk):
    visit = promised(session)
    before = (visit.sequence, visit.changed_at)
    press(Step.NOT_AT_HOME, visit, "08:42")
    session.refresh(visit)
    assert (visit.sequence, visit.changed_at) == before
    assert session.scalar(sa.select(OutboxMessage.method)) is None


def test_unfinished_work_is_followed_by_a_visit_that_is_due_now(session: Session, anouk):
    visit = promised(session)
    press(Step.STARTED, visit, "08:10")
    tap = press(Step.UNFINISHED, visit, "09:00")
    begun, following = visits(session)
    assert begun.state is VisitState.UNFINISHED
    assert (following.due_on, following.reason) == (NEXT_MONDAY, VisitReason.UNFINISHED)
    assert open_invitation(session, following.id)
    words = text_of(opened(messages_about(session, f"visit:{visit.visit_id}")[0]))
    assert "onderdeel" in words
    assert tap.note == "pump 24"
    assert "pump 24" not in words


def test_a_slip_is_taken_back_before_anybody_hears_of_it(session: Session, anouk):
    visit = promised(session)
    tap = press(Step.ON_MY_WAY, visit, "07:50")
    undo(tap, "07:50")
    undo(tap, "07:50")
    assert told(session, visit) == []
    assert stops(session) == [(visit.visit_id, 0, False)]
    assert press(Step.ON_MY_WAY, visit, "07:55").id != tap.id


def test_done_is_taken_back_as_if_it_never_was(session: Session, anouk):
    visit = promised(session)
    before = visit.visit.boiler.last_service_on
    press(Step.STARTED, visit, "08:10")
    undo(press(Step.DONE, visit, "08:20"), "08:24")
    session.expire_all()
    assert visit.status is AppointmentStatus.CONFIRMED
    assert [one.state for one in visits(session)] == [VisitState.OPEN]
    assert visit.visit.boiler.last_service_on == before
    assert session.scalars(sa.select(Report)).all() == []
    assert told(session, visit) == []
    assert press(Step.DONE, visit, "08:50")


def test_what_was_sent_is_not_taken_back(session: Session, anouk):
    visit = promised(session)
    tap = press(Step.ON_MY_WAY, visit, "07:50")
    session.execute(sa.update(OutboxMessage).values(tries=1))
    session.commit()
    with pytest.raises(TooLateToUndo):
        undo(tap, "07:51")
    assert told(session, visit) == ["on_my_way"]


@pytest.mark.parametrize(("step", "clock"), [(Step.STARTED, "08:16"), (Step.NOT_AT_HOME, "08:11")])
def test_what_is_old_or_gave_the_window_away_is_not_taken_back(
    session: Session, anouk, step: Step, clock: str
):
    tap = press(step, promised(session), "08:10")
    with pytest.raises(TooLateToUndo):
        undo(tap, clock)


def test_a_tap_keeps_the_moment_at_which_it_was_made(session: Session, anouk):
    visit = promised(session)
    tap = press(Step.STARTED, visit, "09:30", tapped_at=at("08:10"))
    assert (tap.tapped_at, tap.received_at) == (at("08:10"), at("09:30"))


def test_a_tap_that_comes_in_late_tells_nobody_that_we_are_coming(session: Session, anouk):
    visit = promised(session)
    press(Step.ON_MY_WAY, visit, "09:30", tapped_at=at("07:50"))
    assert told(session, visit) == []


def test_a_moment_that_cannot_be_is_not_believed():
    now = at("09:00")
    assert moment_of_tap(at("09:01"), None, now) == now
    assert moment_of_tap(at("20:00"), None, now) == now
    assert moment_of_tap(now - timedelta(days=2), None, now) == now
    assert moment_of_tap(at("08:00"), at("08:30"), now) == at("08:30")


def test_a_tap_endangers_no_promise_and_keeps_its_stop_in_place(session: Session, anouk):
    make_technician(session, name="Bram")
    day = [promised(session) for _ in range(2)] + [promised(session) for _ in range(2)]
    branch = the_branch(session)
    for step, clock in ((Step.ON_MY_WAY, "07:50"), (Step.STARTED, "08:05"), (Step.DONE, "08:50")):
        press(step, day[1], clock)
        assert faults_of(session, branch.id, NEXT_MONDAY) == ()
    press(Step.NOT_AT_HOME, day[0], "09:10")
    assert faults_of(session, branch.id, NEXT_MONDAY) == ()
    assert (day[1].visit_id, True) in {(visit, begun) for visit, _, begun in stops(session)}
