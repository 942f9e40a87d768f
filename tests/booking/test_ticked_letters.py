"""Ticking what a letter keeps takes nothing from the letter: its times are held as it says."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.actions.selections import select, withdraw
from portal.customers.models import Visit
from portal.database import transaction
from portal.planning.actions import admit
from portal.planning.models import Hold, HoldKind, Opening, Stop
from portal.planning.windows import Window
from tests.booking.agenda import FIRST, NOW, circumstances, make_agenda, opening_at
from tests.factories import make_visit

pytestmark = pytest.mark.heart

DEADLINE = NOW + timedelta(days=14)


@pytest.fixture
def printed(session: Session) -> list[Opening]:
    """Three times that a letter keeps for a visit, the only one there is."""
    make_agenda(session)
    visit = make_visit(session)
    openings = [opening_at(session, FIRST + timedelta(days=n), time(10)) for n in (7, 8, 9)]
    for one in openings:
        window = Window(one.date, one.window_start, one.window_end)
        with transaction() as write:
            hold = Hold(HoldKind.LETTER, DEADLINE)
            admit(write, visit, window, opening_id=one.id, hold=hold)
    return openings


def the_visit(session: Session) -> Visit:
    return session.scalars(sa.select(Visit)).one()


def tick(session: Session, openings: list[Opening], now: datetime = NOW) -> None:
    with transaction() as write:
        select(write, the_visit(session), [one.id for one in openings], circumstances(now))


def held(session: Session) -> list[tuple[HoldKind | None, datetime | None]]:
    session.rollback()
    session.expire_all()
    return [(one.hold_kind, one.held_until) for one in session.scalars(sa.select(Stop))]


def test_all_of_them_ticked_stay_held_as_long_as_the_letter_says(
    session: Session, printed: list[Opening]
) -> None:
    tick(session, printed)
    assert {until for _, until in held(session)} == {DEADLINE}
    assert [kind for kind, _ in held(session)].count(HoldKind.SELECTION) == 1


def test_who_ticks_no_more_still_has_what_the_letter_promised(
    session: Session, printed: list[Opening]
) -> None:
    tick(session, printed)
    with transaction() as write:
        withdraw(write, the_visit(session), circumstances())
    assert held(session) == [(HoldKind.LETTER, DEADLINE)] * 3


def test_other_ticks_leave_the_letters_times_alone(
    session: Session, printed: list[Opening]
) -> None:
    tick(session, printed)
    others = [opening_at(session, FIRST + timedelta(days=n), time(8)) for n in range(3)]
    tick(session, others, NOW + timedelta(minutes=1))
    kinds = [kind for kind, _ in held(session)]
    assert kinds.count(HoldKind.LETTER) == 3
    assert kinds.count(HoldKind.SELECTION) == 1
    with transaction() as write:
        withdraw(write, the_visit(session), circumstances())
    assert held(session) == [(HoldKind.LETTER, DEADLINE)] * 3
