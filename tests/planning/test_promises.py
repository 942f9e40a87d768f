"""The witness: whatever is admitted, moved or released, the day plan keeps every promise."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock import AMSTERDAM
from portal.database import transaction
from portal.planning.actions import admit, keep, release
from portal.planning.errors import NoDayPlan, NoLongerFits, WindowTaken
from portal.planning.models import DayPlan, Hold, HoldKind, Opening, Stop
from portal.planning.queries import planned_day
from portal.planning.windows import Window
from tests.expiry import expire_holds
from tests.factories import (
    make_absence,
    make_boiler,
    make_day_plan,
    make_opening,
    make_technician,
    make_visit,
)

pytestmark = pytest.mark.heart

MONDAY = date(2027, 3, 8)
MORNING = Window(MONDAY, time(8), time(10))
NOW = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)


def routes(session: Session) -> dict[int, list[tuple[int, int]]]:
    """Return (position, visit) per technician, straight from the table."""
    found: dict[int, list[tuple[int, int]]] = {}
    rows = session.execute(
        sa.select(Stop.technician_id, Stop.position, Stop.visit_id).order_by(Stop.position)
    )
    for technician, position, visit in rows:
        found.setdefault(technician, []).append((position, visit))
    return found


def assert_kept(session: Session) -> None:
    session.rollback()
    branch_id = session.scalars(sa.select(DayPlan.branch_id)).first()
    assert branch_id is not None
    day = planned_day(session, branch_id, MONDAY)
    assert day is not None
    assert day.violations == ()
    assert day.stranded == ()
    for stops in routes(session).values():
        assert [position for position, _ in stops] == list(range(len(stops)))


def test_admitting_puts_a_stop_on_a_route_takes_a_place_and_raises_the_version(
    session: Session,
) -> None:
    technician, visit = make_technician(session), make_visit(session)
    plan, opening = make_day_plan(session), make_opening(session)
    with transaction() as write:
        stop = admit(write, visit, MORNING, opening_id=opening.id)
        assert (stop.technician_id, stop.position) == (technician.id, 0)
    session.expire_all()
    assert opening.taken == 1
    assert plan.version == 1
    assert_kept(session)


def test_what_does_not_fit_is_refused_and_nothing_has_changed(session: Session) -> None:
    make_technician(session)
    plan, opening = make_day_plan(session), make_opening(session, places=6)
    visits = [make_visit(session, boiler=make_boiler(session, service_minutes=60)) for _ in "abc"]
    for visit in visits[:2]:
        with transaction() as write:
            admit(write, visit, MORNING, opening_id=opening.id)
    # Both take an hour and the first begins after 08:00, so a third would begin after 10:00.
    with pytest.raises(NoLongerFits), transaction() as write:
        admit(write, visits[2], MORNING, opening_id=opening.id)
    session.expire_all()
    assert (opening.taken, plan.version) == (2, 2)
    assert_kept(session)


def test_the_last_place_goes_to_the_first_who_asks(session: Session) -> None:
    make_technician(session)
    make_day_plan(session)
    opening = make_opening(session, places=1)
    first, second = make_visit(session), make_visit(session)
    with transaction() as write:
        admit(write, first, MORNING, opening_id=opening.id)
    with pytest.raises(WindowTaken), transaction() as write:
        admit(write, second, MORNING, opening_id=opening.id)
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 1


@pytest.mark.parametrize("spoiled", [{"closed": True}, {"places": 0}])
def test_a_closed_or_placeless_opening_gives_nothing(
    session: Session, spoiled: dict[str, object]
) -> None:
    make_technician(session)
    make_day_plan(session)
    opening = make_opening(session, **spoiled)
    with pytest.raises(WindowTaken), transaction() as write:
        admit(write, make_visit(session), MORNING, opening_id=opening.id)


def test_an_opening_of_another_region_or_window_is_not_claimed(session: Session) -> None:
    make_technician(session)
    make_day_plan(session)
    later = make_opening(session, window_start=time(10), window_end=time(12))
    with pytest.raises(WindowTaken), transaction() as write:
        admit(write, make_visit(session), MORNING, opening_id=later.id)


def test_a_day_without_a_plan_is_refused(session: Session) -> None:
    make_technician(session)
    with pytest.raises(NoDayPlan), transaction() as write:
        admit(write, make_visit(session), MORNING, opening_id=None)


def test_somebody_on_leave_serves_nobody(session: Session) -> None:
    make_absence(session, make_technician(session), MONDAY)
    make_day_plan(session)
    with pytest.raises(NoLongerFits), transaction() as write:
        admit(write, make_visit(session), MORNING, opening_id=None)


def test_work_that_needs_a_certificate_goes_to_who_holds_it(session: Session) -> None:
    make_technician(session)
    skilled = make_technician(session, "hybrid")
    make_day_plan(session)
    visit = make_visit(session, boiler=make_boiler(session, skill="hybrid"))
    with transaction() as write:
        assert admit(write, visit, MORNING, opening_id=None).technician_id == skilled.id


def test_releasing_closes_the_gap_and_gives_the_place_back(session: Session) -> None:
    make_technician(session)
    plan, opening = make_day_plan(session), make_opening(session)
    visits = [make_visit(session) for _ in range(3)]
    for visit in visits:
        with transaction() as write:
            admit(write, visit, MORNING, opening_id=opening.id)
    middle = session.scalars(sa.select(Stop).where(Stop.position == 1)).one()
    with transaction() as write:
        release(write, write.get_one(Stop, middle.id))
    session.expire_all()
    assert opening.taken == 2
    assert plan.version == 4
    assert_kept(session)


def test_a_hold_is_a_promise_until_its_time_is_over(session: Session) -> None:
    make_technician(session)
    make_day_plan(session)
    opening = make_opening(session, places=1)
    visit = make_visit(session)
    until = NOW + timedelta(minutes=10)
    with transaction() as write:
        admit(write, visit, MORNING, opening_id=opening.id, hold=Hold(HoldKind.CHOICE, until))
    with pytest.raises(WindowTaken), transaction() as write:
        admit(write, make_visit(session), MORNING, opening_id=opening.id)
    with transaction() as write:
        assert expire_holds(write, until - timedelta(seconds=1)) == 0
    with transaction() as write:
        assert expire_holds(write, until) == 1
    session.expire_all()
    assert opening.taken == 0
    assert routes(session) == {}


def test_a_kept_hold_never_expires(session: Session) -> None:
    make_technician(session)
    make_day_plan(session)
    until = NOW + timedelta(minutes=10)
    visit = make_visit(session)
    with transaction() as write:
        keep(
            write, admit(write, visit, MORNING, opening_id=None, hold=Hold(HoldKind.CHOICE, until))
        )
    with transaction() as write:
        assert expire_holds(write, until + timedelta(days=1)) == 0
    assert len(routes(session)) == 1


def test_a_visit_has_one_booked_stop_at_most(session: Session) -> None:
    make_technician(session)
    make_day_plan(session)
    visit = make_visit(session)
    with transaction() as write:
        admit(write, visit, MORNING, opening_id=None)
    with pytest.raises(sa.exc.IntegrityError), transaction() as write:
        admit(write, visit, MORNING, opening_id=None)


def test_the_database_itself_refuses_more_than_there_are_places(session: Session) -> None:
    opening = make_opening(session, places=1)
    with pytest.raises(sa.exc.IntegrityError), transaction() as write:
        write.execute(sa.update(Opening).where(Opening.id == opening.id).values(taken=2))


def test_an_afternoon_shift_has_no_lunch_and_serves_the_afternoon(session: Session) -> None:
    technician = make_technician(session)
    for shift in technician.shifts:
        shift.starts = time(13, 30)
    session.commit()
    make_day_plan(session)
    late = Window(MONDAY, time(14), time(16))
    visit = make_visit(session)
    with transaction() as write:
        admit(write, visit, late, opening_id=None)
    assert_kept(session)
