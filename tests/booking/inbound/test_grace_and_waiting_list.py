"""Who waits hears of a window that a No gives back when the grace is over, and not before."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.actions.answers import restore
from portal.booking.policy import GRACE_AFTER_NO
from portal.customers.models import Visit
from portal.database import transaction
from portal.messages.inbound.reading import ReplyKind
from portal.planning.horizon import forget_horizon
from portal.planning.models import Opening
from tests.booking.agenda import NOW, circumstances
from tests.booking.inbound.mailbox import Booked, agenda_and_booking, say
from tests.booking.waiters import a_visit, forget_looks, look, waits
from tests.expiry import expire_holds


def full_day(app: Flask, session: Session) -> Booked:
    """Return the only booking of a day without a free place, for which somebody waits."""
    forget_horizon()
    forget_looks(app)
    booked = agenda_and_booking(session)
    session.execute(sa.update(Opening).values(places=Opening.taken))
    session.commit()
    waits(session, a_visit(session))
    return booked


def test_the_waiting_list_hears_when_the_grace_is_over(app: Flask, session: Session) -> None:
    booked = full_day(app, session)
    assert look().offered == 0
    say(session, booked, ReplyKind.DECLINED)
    for minutes in (0, 7, 14):
        assert look(NOW + timedelta(minutes=minutes)).offered == 0
    over = NOW + GRACE_AFTER_NO
    with transaction() as write:
        assert expire_holds(write, over) == 1
    assert look(over).offered == 1


def test_the_waiting_list_hears_nothing_of_a_no_that_was_taken_back(
    app: Flask, session: Session
) -> None:
    booked = full_day(app, session)
    say(session, booked, ReplyKind.DECLINED)
    with transaction() as write:
        restore(write, write.get_one(Visit, booked.visit_id), circumstances(NOW))
    over = NOW + GRACE_AFTER_NO
    with transaction() as write:
        assert expire_holds(write, over) == 0
    assert look(over).offered == 0
