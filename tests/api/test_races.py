"""A program and a customer press for the last place at one moment: one of them has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import time
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.forms import new_key
from portal.booking.links import token_of
from portal.booking.models import Appointment
from portal.customers.models import Visit
from portal.planning.models import Opening, Stop
from tests.api.conftest import Program
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.booking.guards_off import take_guards_off
from tests.crowd import all_at_once
from tests.factories import make_appointment, make_invitation, make_visit

pytestmark = pytest.mark.heart

CROWD = 4  # of each


@pytest.fixture
def last_place(session: Session) -> Opening:
    """The one place that is left at ten."""
    make_agenda(session, days=1, technicians=2, places=1)
    return opening_at(session, FIRST, time(10))


def posting(app: Flask, path: str, **options: object) -> Callable[[], int]:
    def post() -> int:
        return app.test_client().post(path, **options).status_code

    return post


def by_program(session: Session, program: Program, opening: Opening) -> Callable[[], int]:
    headers = {"Authorization": f"Bearer {program.secret}", "Idempotency-Key": new_key()}
    path = f"/api/v1/visits/{make_visit(session).id}/appointment"
    return posting(program.app, path, headers=headers, json={"window": opening.id})


def on_the_page(session: Session, app: Flask, opening: Opening) -> Callable[[], int]:
    app.config["WTF_CSRF_ENABLED"] = False
    token = token_of(make_invitation(session), app.config["SECRET_KEY"])
    return posting(app, f"/a/{token}", data={"opening": opening.id, "key": new_key()})


def test_the_last_place_goes_to_one_of_page_and_program(
    app: Flask, session: Session, program: Program, last_place: Opening
) -> None:
    calls = [by_program(session, program, last_place) for _ in range(CROWD)]
    calls += [on_the_page(session, app, last_place) for _ in range(CROWD)]
    answers = all_at_once(app, calls)
    sold = [status for status in answers if status in (201, 303)]
    assert len(sold) == 1
    assert Counter(answers) == {sold[0]: 1, 409: 2 * CROWD - 1}
    session.rollback()
    session.expire_all()
    assert last_place.taken == 1
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_control_without_the_guard_it_is_sold_twice_or_fails(
    app: Flask,
    session: Session,
    program: Program,
    last_place: Opening,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = [by_program(session, program, last_place), on_the_page(session, app, last_place)]
    program.get("/visits?boiler=none")  # notes the key's use, which is no part of the race
    take_guards_off(monkeypatch, crowd=2)
    answers = sorted(all_at_once(app, calls))
    session.rollback()
    sold = session.scalar(sa.select(sa.func.count(Stop.id)))
    assert (sold, answers) not in [(1, [201, 409]), (1, [303, 409])]


def test_a_crowd_of_repeats_books_once(app: Flask, session: Session, program: Program) -> None:
    make_agenda(session, days=1)
    call = by_program(session, program, opening_at(session, FIRST, time(10)))
    assert all_at_once(app, [call] * CROWD) == [201] * CROWD
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_one_key_for_two_visits_at_one_moment_is_refused_for_one(
    app: Flask, session: Session, program: Program, method: str
) -> None:
    make_agenda(session, days=1)
    window, key = opening_at(session, FIRST, time(10)).id, new_key()
    made = make_visit if method == "POST" else make_appointed_visit
    paths = [f"/api/v1/visits/{made(session).id}/appointment" for _ in range(2)]
    program.get("/visits?boiler=none")  # notes the key's use, which is no part of the race
    headers = {"Authorization": f"Bearer {program.secret}", "Idempotency-Key": key}

    def ask(path: str) -> int:
        options = {"json": {"window": window}} if method == "POST" else {}
        return app.test_client().open(path, method=method, headers=headers, **options).status_code

    answers = all_at_once(app, [partial(ask, path) for path in paths])
    assert sorted(answers) == [201 if method == "POST" else 200, 422]


def make_appointed_visit(session: Session) -> Visit:
    return make_appointment(session).visit


def test_page_and_program_for_one_visit_make_one_appointment(
    app: Flask, session: Session, program: Program
) -> None:
    make_agenda(session, days=1)
    opening = opening_at(session, FIRST, time(10))
    invitation = make_invitation(session)
    app.config["WTF_CSRF_ENABLED"] = False
    headers = {"Authorization": f"Bearer {program.secret}", "Idempotency-Key": new_key()}
    path = f"/api/v1/visits/{invitation.visit_id}/appointment"
    link = f"/a/{token_of(invitation, app.config['SECRET_KEY'])}"
    answers = all_at_once(
        app,
        [
            posting(app, path, headers=headers, json={"window": opening.id}),
            posting(app, link, data={"opening": opening.id, "key": new_key()}),
        ],
    )
    assert sorted(answers) in ([201, 409], [303, 409])
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1
