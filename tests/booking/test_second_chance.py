"""The second chance on customers' pages: routes are rearranged when somebody asks or presses."""

from __future__ import annotations

import random
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.booking.actions import confirm
from portal.booking.circumstances import Choice
from portal.booking.forms import new_key
from portal.booking.links import token_of
from portal.booking.models import Appointment
from portal.booking.offering.second_chance import promising_dates, with_room_made
from portal.customers.models import Visit
from portal.database import transaction
from portal.planning.actions import admit
from portal.planning.errors import NoLongerFits
from portal.planning.models import DayPlan, Opening
from portal.planning.queries import planned_day
from portal.planning.second_chance import make_room
from portal.planning.windows import STANDARD_WINDOWS, Window
from tests.booking.agenda import FIRST, circumstances, opening_at
from tests.factories import (
    DOM_TOWER,
    make_address,
    make_day_plan,
    make_invitation,
    make_opening,
    make_technician,
    make_visit,
)
from tests.staff import make_staff, sign_in
from tests.visitor import Visitor

SEED = 6  # the one who is refused first could be served, on other routes
pytestmark = pytest.mark.heart


@pytest.fixture
def refused(session: Session) -> tuple[Visit, Opening]:
    """Somebody whom a well-filled Monday refuses in the one window that is open."""
    rng = random.Random(SEED)
    for _ in range(3):
        make_technician(session)
    make_day_plan(session, FIRST)
    while True:
        lat, lon = (centre + rng.uniform(-0.1, 0.1) for centre in DOM_TOWER)
        visit = make_visit(session, address=make_address(session, lat=lat, lon=lon))
        start, end = rng.choice(STANDARD_WINDOWS)
        try:
            with transaction() as write:
                admit(
                    write, write.get_one(Visit, visit.id), Window(FIRST, start, end),
                    opening_id=None,
                )  # fmt: skip
        except NoLongerFits:
            make_opening(session, FIRST, window_start=start, window_end=end)
            return session.get_one(Visit, visit.id), opening_at(session, FIRST, start)


@pytest.fixture(autouse=True)
def ample_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a slow machine find what a fast one finds in a fifth of a second."""
    ample = partial(make_room, seconds=5.0)
    monkeypatch.setattr("portal.booking.offering.second_chance.make_room", ample)


def test_who_finds_too_little_may_have_the_routes_rearranged(
    app: Flask, client: Visitor, session: Session, refused: tuple[Visit, Opening]
) -> None:
    visit, opening = refused
    invitation = make_invitation(session, visit=visit)
    link = f"/a/{token_of(invitation, app.config['SECRET_KEY'])}"
    version = session.scalars(sa.select(DayPlan.version)).one()
    session.rollback()
    page = client.fetch(link)
    assert f'value="{opening.id}"' not in page.body.decode()
    assert session.scalars(sa.select(DayPlan.version)).one() == version, "looking changes nothing"
    session.rollback()
    wider = client.submit(page.form("verder-zoeken"))
    assert f'value="{opening.id}"' in wider.body.decode()


def test_the_desk_can_have_them_rearranged_for_somebody_on_the_telephone(
    app: Flask, session: Session, refused: tuple[Visit, Opening]
) -> None:
    visit, opening = refused
    desk = Visitor(app)
    sign_in(desk, make_staff(session, Role.DESK))
    page = desk.fetch(f"/staff/visits/{visit.id}/plan")
    assert f'value="{opening.id}"' not in page.body.decode()
    session.rollback()
    wider = desk.submit(page.form(f"/staff/visits/{visit.id}/look"))
    assert f'value="{opening.id}"' in wider.body.decode()


def test_what_the_desk_presses_and_just_stopped_fitting_is_booked_all_the_same(
    app: Flask, session: Session, refused: tuple[Visit, Opening]
) -> None:
    visit, opening = refused
    desk = Visitor(app)
    sign_in(desk, make_staff(session, Role.DESK))
    path = f"/staff/visits/{visit.id}/plan"
    (token,) = desk.fetch(path).form(f"{visit.id}/look").values["csrf_token"]
    sent = {"opening": opening.id, "key": new_key(), "moving": "no", "csrf_token": token}
    desk.post(path, sent, status=303)
    session.rollback()
    assert session.scalars(sa.select(Appointment.date)).one() == FIRST


def test_who_presses_a_window_that_just_stopped_fitting_still_gets_it(
    session: Session, refused: tuple[Visit, Opening]
) -> None:
    visit, opening = refused
    choice = Choice(opening.id, new_key())

    def book() -> int:
        with transaction() as write:
            return confirm(write, visit, choice, circumstances()).id

    booked = session.get_one(Appointment, with_room_made(session, visit, opening.id, book))
    assert booked.date == FIRST
    plan = session.scalars(sa.select(DayPlan)).one()
    day = planned_day(session, plan.branch_id, FIRST)
    assert day is not None
    assert day.violations == ()


def test_a_full_day_refuses_all_the_same(session: Session) -> None:
    make_day_plan(session, FIRST)  # nobody works
    opening = make_opening(session, FIRST)
    visit = make_visit(session)
    choice = Choice(opening.id, new_key())

    def book() -> None:
        with transaction() as write:
            confirm(write, visit, choice, circumstances())

    with pytest.raises(NoLongerFits):
        with_room_made(session, visit, opening.id, book)
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 0


def test_the_dates_with_most_refused_windows_are_tried_first() -> None:
    days = [FIRST.replace(day=8 + n) for n in range(3)]
    refused = [Window(days[0], *STANDARD_WINDOWS[0])]
    refused += [Window(days[1], *window) for window in STANDARD_WINDOWS]
    refused += [Window(days[2], *STANDARD_WINDOWS[0])]
    tried = promising_dates(refused)
    assert [windows[0].date for windows in tried] == [days[1], days[0]]
