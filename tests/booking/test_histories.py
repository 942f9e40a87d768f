"""Random histories of booking, holding, moving, cancelling, expiring and publishing.

After every step the day plans keep every promise, and rows, counters and versions agree. The suite
runs a few hundred steps; `HISTORIES=2000 pytest tests/booking/test_histories.py` runs many more.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from sqlalchemy.orm import Session

from optimizer.solve import solve
from portal.booking.actions import cancel, confirm, extend, hold, let_go, move
from portal.booking.actions.selections import decide, select, withdraw
from portal.booking.models import Appointment, AppointmentStatus, Selection, SelectionState
from portal.booking.policy import HOLD
from portal.booking.queries import live_appointment
from portal.booking.ticking.selecting import selection_hold, windows_of
from portal.customers.models import Visit
from portal.database import db, transaction
from portal.errors import Refusal
from portal.messages.models import OutboxMessage
from portal.planning.horizon import forget_horizon
from portal.planning.models import DayPlan, HoldKind, Opening, Stop
from portal.planning.queries import planned_day
from portal.planning.solving import solve_day
from tests.booking.agenda import NOW, choice_of, circumstances, make_agenda
from tests.conftest import empty_tables
from tests.expiry import expire_holds
from tests.factories import make_boiler, make_technician, make_visit
from tests.histories import run_histories

pytestmark = pytest.mark.heart

VISITS = 12
STEPS = 30
HISTORIES = int(os.environ.get("HISTORIES", "8"))

any_visit = st.integers(0, VISITS - 1)
any_opening = st.integers(0, 15)


class Histories(RuleBasedStateMachine):
    """Customers, planners, clock and optimiser taking turns on four days of one branch."""

    @initialize()
    def an_agenda(self) -> None:
        session = db.session()
        session.rollback()
        empty_tables(db.engine)
        forget_horizon()
        make_agenda(session, days=4, technicians=2, places=3)
        make_technician(session, "hybrid")
        skills = ["", "hybrid"]
        self.visits = [
            make_visit(
                session,
                boiler=make_boiler(
                    session, service_minutes=30 + 15 * (n % 3), skill=skills[n % 4 == 0]
                ),
            ).id
            for n in range(VISITS)
        ]
        self.openings = list(session.scalars(sa.select(Opening.id).order_by(Opening.id)))
        self.now = NOW
        session.commit()

    def _try(self, step: Callable[[Session], object]) -> None:
        try:
            with transaction() as session:
                step(session)
        except Refusal:
            pass

    @rule(visit=any_visit, opening=any_opening)
    def book(self, visit: int, opening: int) -> None:
        self._try(
            lambda session: confirm(
                session,
                session.get_one(Visit, self.visits[visit]),
                choice_of(session.get_one(Opening, self.openings[opening])),
                circumstances(self.now),
            )
        )

    @rule(visit=any_visit, opening=any_opening, moving=st.booleans())
    def hold(self, visit: int, opening: int, moving: bool) -> None:
        def step(session: Session) -> None:
            found = session.get_one(Visit, self.visits[visit])
            at = circumstances(self.now)
            own = live_appointment(session, found) if moving else None
            stop = hold(session, found, self.openings[opening], at, moving=own)
            assert stop.held_until is not None
            assert self.now < stop.held_until
            is_made_now = stop.hold_kind is HoldKind.CHOICE  # else it was kept for them already
            assert not is_made_now or stop.held_until <= self.now + HOLD

        self._try(step)

    @rule(visit=any_visit)
    def extend(self, visit: int) -> None:
        self._try(
            lambda session: extend(session, session.get_one(Visit, self.visits[visit]), self.now)
        )

    @rule(visit=any_visit)
    def let_go(self, visit: int) -> None:
        self._try(
            lambda session: let_go(session, session.get_one(Visit, self.visits[visit]), self.now)
        )

    @rule(visit=any_visit, opening=any_opening)
    def move(self, visit: int, opening: int) -> None:
        def step(session: Session) -> None:
            found = live_appointment(session, session.get_one(Visit, self.visits[visit]))
            if found is not None:
                wanted = session.get_one(Opening, self.openings[opening])
                move(session, found, choice_of(wanted), circumstances(self.now))

        self._try(step)

    @rule(visit=any_visit)
    def cancel(self, visit: int) -> None:
        def step(session: Session) -> None:
            found = live_appointment(session, session.get_one(Visit, self.visits[visit]))
            if found is not None:
                cancel(session, found, circumstances(self.now))

        self._try(step)

    @rule(visit=any_visit, first=any_opening, apart=st.integers(1, 5))
    def tick(self, visit: int, first: int, apart: int) -> None:
        self.now += timedelta(microseconds=1)  # of one kind at one moment there is one message
        wanted = {self.openings[(first + n * apart) % len(self.openings)] for n in range(4)}
        self._try(
            lambda session: select(
                session,
                session.get_one(Visit, self.visits[visit]),
                wanted,
                circumstances(self.now),
            )
        )

    @rule(visit=any_visit)
    def withdraw(self, visit: int) -> None:
        self._try(
            lambda session: withdraw(
                session, session.get_one(Visit, self.visits[visit]), circumstances(self.now)
            )
        )

    @rule(place=st.integers(0, 3))
    def evening_comes(self, place: int) -> None:
        """Decide whatever is due at the next deciding moment: some ticked window, else the held."""
        waiting = sa.select(Selection).where(Selection.state == SelectionState.OPEN)
        found = db.session.scalars(waiting.order_by(Selection.decide_at)).all()
        if found:
            self.now = max(self.now, found[0].decide_at)
        for selection_id in [one.id for one in found if one.decide_at <= self.now]:
            self._try(lambda session, due=selection_id: self._decide(session, due, place))
            self._try(lambda session, due=selection_id: self._decide(session, due, None))
            db.session.rollback()
            assert db.session.get_one(Selection, selection_id).state is SelectionState.CHOSEN

    def _decide(self, session: Session, selection_id: int, place: int | None) -> None:
        selection = session.get_one(Selection, selection_id)
        if selection.state is SelectionState.OPEN:
            held = selection_hold(session, selection.visit)
            assert held is not None
            ticked = list(windows_of(selection))
            opening_id = held.opening_id if place is None else ticked[place % len(ticked)]
            decide(session, selection, opening_id, circumstances(self.now))

    @rule(minutes=st.integers(1, 15))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self._try(lambda session: expire_holds(session, self.now))

    @rule(day=st.integers(0, 3), seed=st.integers(0, 99))
    def publish(self, day: int, seed: int) -> None:
        plan_id = list(db.session.scalars(sa.select(DayPlan.id).order_by(DayPlan.id)))[day]
        solved = solve_day(
            plan_id,
            lambda problem, incumbent: solve(problem, incumbent, seconds=0.01, seed=seed),
            self.now,
        )
        assert solved.published
        assert solved.after_s <= solved.before_s

    @invariant()
    def every_promise_can_be_kept(self) -> None:
        session = db.session()
        session.rollback()
        for branch_id, day in session.execute(sa.select(DayPlan.branch_id, DayPlan.date)).all():
            planned = planned_day(session, branch_id, day)
            assert planned is not None
            assert planned.violations == ()
            for route in planned.routes:
                positions = [stop.fact.position for stop in route.stops]
                assert positions == list(range(len(positions)))

    @invariant()
    def counters_are_counts(self) -> None:
        session = db.session()
        counted = dict(
            session.execute(
                sa.select(Stop.opening_id, sa.func.count()).group_by(Stop.opening_id)
            ).all()
        )
        for opening_id, taken in session.execute(sa.select(Opening.id, Opening.taken)):
            assert counted.get(opening_id, 0) == taken

    @invariant()
    def every_live_appointment_has_its_stop(self) -> None:
        session = db.session()
        live = set(
            session.execute(
                sa.select(Appointment.visit_id, Appointment.date, Appointment.window_start).where(
                    Appointment.status == AppointmentStatus.CONFIRMED
                )
            ).all()
        )
        booked = set(
            session.execute(
                sa.select(Stop.visit_id, DayPlan.date, Stop.window_start)
                .join(Stop.day_plan)
                .where(Stop.held_until.is_(None))
            ).all()
        )
        assert live == booked

    @invariant()
    def nobody_holds_more_than_one_choice(self) -> None:
        session = db.session()
        choices = sa.select(Stop.visit_id, sa.func.count()).where(Stop.hold_kind == HoldKind.CHOICE)
        held = session.execute(choices.group_by(Stop.visit_id)).all()
        assert all(number == 1 for _, number in held)

    @invariant()
    def what_waits_for_its_moment_has_its_stop(self) -> None:
        session = db.session()
        open_ones = sa.select(Selection.visit_id).where(Selection.state == SelectionState.OPEN)
        held = sa.select(Stop.visit_id).where(Stop.hold_kind == HoldKind.SELECTION)
        assert sorted(session.scalars(open_ones)) == sorted(session.scalars(held))

    @invariant()
    def one_message_per_change(self) -> None:
        session = db.session()
        changes = session.scalar(sa.select(sa.func.sum(Appointment.sequence + 1))) or 0
        invites = session.scalar(
            sa.select(sa.func.count(OutboxMessage.id)).where(OutboxMessage.uid.is_not(None))
        )
        assert invites == changes


def test_no_history_breaks_a_promise(app: Flask, session: Session) -> None:
    run_histories(Histories, HISTORIES, STEPS)


def test_control_a_place_that_is_not_given_back_is_noticed(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keeps_the_place(session: Session, stop: Stop) -> None:
        session.delete(stop)
        session.flush()

    for file in ("appointments", "holds"):
        monkeypatch.setattr(f"portal.booking.actions.{file}.release", keeps_the_place)
    with pytest.raises(AssertionError):
        run_histories(Histories, HISTORIES, STEPS)
