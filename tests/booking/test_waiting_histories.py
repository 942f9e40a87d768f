"""Random histories with a waiting list in them: asking, offers, yes, no, silence, and all the rest.

What holds after every step without a list must hold with one; and no hold is without its offer, no
offer without its request, and nobody is asked twice.
"""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from hypothesis.stateful import invariant, rule
from sqlalchemy.orm import Session

from portal.booking.actions.waiting import ask, withdraw
from portal.booking.actions.waiting_offers import accept, decline
from portal.booking.models import (
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
    WaitingState,
)
from portal.booking.waiting_list.freed import offer_freed
from portal.booking.waiting_list.wishes import Wishes
from portal.customers.models import DayPart, Visit
from portal.database import db
from portal.planning.models import HoldKind, Stop
from tests.booking.agenda import FIRST, circumstances
from tests.booking.test_histories import HISTORIES, STEPS, Histories, any_visit
from tests.booking.waiters import KEY, forget_looks
from tests.histories import run_histories

pytestmark = pytest.mark.heart


class WaitingHistories(Histories):
    """The same people and days, with a waiting list."""

    @rule(visit=any_visit, part=st.sampled_from(DayPart), days=st.integers(0, 3))
    def ask(self, visit: int, part: DayPart, days: int) -> None:
        self.now += timedelta(seconds=1)  # two mails of one kind need two moments
        wishes = Wishes(FIRST, FIRST + timedelta(days=days), part)
        self._try(
            lambda session: ask(
                session,
                session.get_one(Visit, self.visits[visit]),
                wishes,
                circumstances(self.now),
                KEY,
            )
        )
        if days % 2:
            self._look()

    @rule(visit=any_visit)
    def withdraw(self, visit: int) -> None:
        self._try(
            lambda session: withdraw(
                session, session.get_one(Visit, self.visits[visit]), circumstances(self.now)
            )
        )

    @rule()
    def look(self) -> None:
        self._look()

    def _look(self) -> None:
        self.now += timedelta(seconds=1)
        forget_looks(current_app._get_current_object())  # type: ignore[attr-defined]
        offer_freed(circumstances(self.now, "waiting list"), KEY)

    @rule(says_yes=st.booleans())
    def answer(self, says_yes: bool) -> None:
        def step(session: Session) -> None:
            kept = session.scalars(
                sa.select(WaitingOffer).where(WaitingOffer.state == WaitingOfferState.OPEN)
            ).first()
            if kept is not None:
                (accept if says_yes else decline)(session, kept, circumstances(self.now))

        self._look()
        self._try(step)

    @rule()
    def an_hour_passes(self) -> None:
        self.now += timedelta(hours=1)

    @invariant()
    def every_hold_of_the_list_has_its_offer(self) -> None:
        session = db.session()
        held = set(
            session.execute(
                sa.select(Stop.visit_id, Stop.opening_id).where(
                    Stop.hold_kind == HoldKind.WAITING_LIST
                )
            ).all()
        )
        offered = set(
            session.execute(
                sa.select(WaitingRequest.visit_id, WaitingOffer.opening_id)
                .join(WaitingOffer.request)
                .where(WaitingOffer.state == WaitingOfferState.OPEN)
            ).all()
        )
        assert held <= offered

    @invariant()
    def who_is_offered_has_one_open_offer(self) -> None:
        session = db.session()
        offered = sa.select(WaitingRequest.id).where(WaitingRequest.state == WaitingState.OFFERED)
        kept = sa.select(WaitingOffer.request_id).where(
            WaitingOffer.state == WaitingOfferState.OPEN
        )
        assert sorted(session.scalars(offered)) == sorted(session.scalars(kept))

    @invariant()
    def nobody_is_offered_a_window_twice(self) -> None:
        rows = (
            db.session()
            .execute(
                sa.select(WaitingRequest.visit_id, WaitingOffer.opening_id).join(
                    WaitingOffer.request
                )
            )
            .all()
        )
        assert len(rows) == len(set(rows))


def test_no_history_with_a_waiting_list_breaks_a_promise(app: Flask, session: Session) -> None:
    run_histories(WaitingHistories, HISTORIES, STEPS)


def test_control_an_offer_that_keeps_its_hold_is_noticed(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.booking.actions.waiting.release", lambda *_: None)
    with pytest.raises(AssertionError):
        run_histories(WaitingHistories, HISTORIES * 4, STEPS)
