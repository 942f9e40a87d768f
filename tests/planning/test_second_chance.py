"""The second chance: a day is rearranged for a newcomer, and every promise stays as it was."""

from __future__ import annotations

import random
from datetime import date, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.customers.models import Visit
from portal.database import transaction
from portal.planning import second_chance
from portal.planning.actions import admit
from portal.planning.errors import NoLongerFits
from portal.planning.models import DayPlan, Stop
from portal.planning.queries import planned_day
from portal.planning.second_chance import make_room
from portal.planning.windows import STANDARD_WINDOWS, Window
from tests.factories import (
    DOM_TOWER,
    make_address,
    make_boiler,
    make_day_plan,
    make_technician,
    make_visit,
)

pytestmark = pytest.mark.heart

MONDAY = date(2027, 3, 8)
AMPLE_S = 5.0  # rules are proven here, not speed


def somebody(session: Session, rng: random.Random) -> Visit:
    """Return a visit within some ten kilometres."""
    lat, lon = (centre + rng.uniform(-0.1, 0.1) for centre in DOM_TOWER)
    return make_visit(session, address=make_address(session, lat=lat, lon=lon))


def booked_until_somebody_is_refused(session: Session, seed: int = 6) -> tuple[Visit, Window]:
    """Fill a Monday in the order in which people come; return who was refused, and what.

    With this seed the refusal is wrong: the day has room, but not on the routes as they stand.
    """
    rng = random.Random(seed)
    for _ in range(3):
        make_technician(session)
    make_day_plan(session)
    while True:
        visit = somebody(session, rng)
        window = Window(MONDAY, *rng.choice(STANDARD_WINDOWS))
        try:
            with transaction() as write:
                admit(write, write.get_one(Visit, visit.id), window, opening_id=None)
        except NoLongerFits:
            return session.get_one(Visit, visit.id), window


def promises(session: Session) -> set[tuple[int, time]]:
    session.rollback()
    return set(session.execute(sa.select(Stop.visit_id, Stop.window_start)).all())


def test_who_was_refused_fits_after_the_day_was_rearranged(session: Session) -> None:
    visit, window = booked_until_somebody_is_refused(session)
    before = promises(session)
    assert make_room(visit, [window], seconds=AMPLE_S)
    assert promises(session) == before
    with transaction() as write:
        admit(write, visit, window, opening_id=None)
    plan = session.scalars(sa.select(DayPlan)).one()
    day = planned_day(session, plan.branch_id, MONDAY)
    assert day is not None
    assert (day.violations, day.stop_count) == ((), len(before) + 1)


def test_control_without_the_second_chance_the_window_is_refused_again(session: Session) -> None:
    visit, window = booked_until_somebody_is_refused(session)
    with pytest.raises(NoLongerFits), transaction() as write:
        admit(write, visit, window, opening_id=None)


def test_a_rearranged_day_is_solved_again_and_shows_no_old_certificate(session: Session) -> None:
    visit, window = booked_until_somebody_is_refused(session)
    plan = session.scalars(sa.select(DayPlan)).one()
    plan.travel_s, plan.lower_bound_s, plan.solved_version = 3600, 3600, plan.version
    session.commit()
    assert make_room(visit, [window], seconds=AMPLE_S)
    session.refresh(plan)
    assert plan.solved_version != plan.version
    day = planned_day(session, plan.branch_id, MONDAY)
    assert day is not None
    assert day.gap is None


def test_a_booking_that_comes_meanwhile_wins(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, window = booked_until_somebody_is_refused(session)
    plan = session.scalars(sa.select(DayPlan)).one()
    rearranged = second_chance._rearranged

    def overtaken(*arguments: object) -> object:
        found = rearranged(*arguments)  # type: ignore[arg-type]
        with transaction() as write:
            write.execute(sa.update(DayPlan).values(version=DayPlan.version + 1))
        return found

    monkeypatch.setattr(second_chance, "_rearranged", overtaken)
    routes = session.execute(sa.select(Stop.id, Stop.technician_id, Stop.position)).all()
    assert not make_room(visit, [window], seconds=AMPLE_S)
    session.expire_all()
    assert session.execute(sa.select(Stop.id, Stop.technician_id, Stop.position)).all() == routes
    assert plan.solved_version is None


def test_a_full_day_is_asked_once_until_it_changes(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    technician = make_technician(session)
    make_day_plan(session)
    full_day = make_visit(session, boiler=make_boiler(session, service_minutes=480))
    technician.shifts = technician.shifts[1:]  # nobody works on Mondays
    session.commit()
    asked: list[int] = []
    repaired = second_chance.repaired

    def counted(*arguments: object, **options: object) -> object:
        asked.append(1)
        return repaired(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(second_chance, "repaired", counted)
    window = Window(MONDAY, time(8), time(10))
    assert not make_room(full_day, [window])
    assert not make_room(full_day, [window])
    assert len(asked) == 1
    session.execute(sa.update(DayPlan).values(version=DayPlan.version + 1))
    session.commit()
    assert not make_room(full_day, [window])
    assert len(asked) == 2


def test_a_process_makes_room_for_one_at_a_time(session: Session) -> None:
    visit, window = booked_until_somebody_is_refused(session)
    assert second_chance._one_at_a_time.acquire(blocking=False)
    try:
        assert not make_room(visit, [window], seconds=AMPLE_S)
    finally:
        second_chance._one_at_a_time.release()
    assert make_room(visit, [window], seconds=AMPLE_S)


def test_a_date_without_a_plan_has_no_room(session: Session) -> None:
    make_technician(session)
    visit = make_visit(session)
    assert not make_room(visit, [Window(date(2027, 6, 7), time(8), time(10))])
