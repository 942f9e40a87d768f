"""A double tap, a retry and a job at the same moment: one tap, one message; and what the locks do.

The control takes the lock of the visit off: the same moment then ends in refused writes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

import portal.fieldwork.touch
from portal.customers.models import Visit
from portal.database import transaction
from portal.fieldwork.actions import finish, set_off
from portal.fieldwork.delays import warn_of_delays
from portal.fieldwork.models import LateWarning, Report, Tap
from portal.fieldwork.steps import Step
from portal.fieldwork.touch import Touch
from portal.messages.models import OutboxMessage
from tests.booking.test_races import at_once
from tests.fieldwork.taps import DONE, KEY, circumstances, press, promised

pytestmark = pytest.mark.heart
CROWD = 4


def finishing(technician_id: int, visit_id: int, key: str) -> Callable[[], str]:
    def end() -> str:
        with transaction() as session:
            finish(session, Touch(technician_id, visit_id, key), DONE, circumstances("08:50"))
        return "done"

    return end


def number(session: Session, column: sa.orm.InstrumentedAttribute[int]) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count(column))) or 0


def started(session: Session, technician_id: int) -> int:
    """Return a visit at which work was started."""
    visit = promised(session)
    press(Step.STARTED, visit, "08:05", technician_id=technician_id)
    return visit.visit_id


@pytest.mark.parametrize("keys", ["one form", "several forms"])
def test_pressed_many_times_at_once_it_is_done_once(
    app: Flask, session: Session, anouk, keys: str
) -> None:
    owner, visit_id = anouk.id, started(session, anouk.id)
    names = [f"the-key-of-form-{one if keys == 'several forms' else 0}" for one in range(CROWD)]
    session.rollback()
    answers = at_once(app, [finishing(owner, visit_id, name) for name in names])
    assert answers == {"done": CROWD}
    assert number(session, Report.id) == 1
    assert number(session, Tap.id) == 2
    assert number(session, Visit.id) == 2
    assert number(session, OutboxMessage.id) == 1


def test_control_without_the_lock_the_same_moment_ends_in_refused_writes(
    app: Flask, session: Session, anouk, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, visit_id = anouk.id, started(session, anouk.id)
    both_have_read = threading.Barrier(2)
    known = portal.fieldwork.touch.repeated

    def looked_up(session: Session, touch: Touch, step: Step) -> Tap | None:
        found = known(session, touch, step)
        both_have_read.wait(timeout=60)
        return found

    monkeypatch.setattr(portal.fieldwork.touch, "locked", lambda _session, visit: visit)
    monkeypatch.setattr("portal.fieldwork.actions.repeated", looked_up)
    monkeypatch.setattr("portal.database._writes", lambda _connection: False)
    session.rollback()
    calls = [finishing(owner, visit_id, f"the-key-of-form-{one}") for one in range(2)]
    try:
        broken = at_once(app, calls) != {"done": 2}
    except (IntegrityError, OperationalError, threading.BrokenBarrierError):
        broken = True
    assert broken


def test_two_jobs_at_once_warn_once(app: Flask, session: Session, anouk) -> None:
    started(session, anouk.id)
    promised(session)
    session.rollback()

    def warn() -> str:
        return str(warn_of_delays(circumstances("10:00"), KEY))

    assert at_once(app, [warn] * CROWD) == {"1": 1, "0": CROWD - 1}
    assert number(session, LateWarning.id) == 1


def test_setting_off_and_warning_at_the_same_moment_both_come_to_an_end(
    app: Flask, session: Session, anouk
) -> None:
    first, second = promised(session), promised(session)
    owner, visit_id = anouk.id, second.visit_id
    press(Step.STARTED, first, "08:05")
    press(Step.DONE, first, "09:58")

    def go() -> str:
        with transaction() as session:
            touch = Touch(owner, visit_id, "the-key-of-this-form")
            set_off(session, touch, circumstances("10:00"))
        return "on the way"

    def warn() -> str:
        return f"warned {warn_of_delays(circumstances('10:00'), KEY)}"

    session.rollback()
    answers = at_once(app, [go, warn])
    assert answers["on the way"] == 1
    kinds = list(
        session.scalars(
            sa.select(OutboxMessage.kind).where(OutboxMessage.about == f"visit:{visit_id}")
        )
    )
    assert sorted(kinds) in (["on_my_way"], ["on_my_way", "running_late"])
