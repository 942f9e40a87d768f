"""The answers kept for repeated requests: a form sent twice gets the first answer again."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.circumstances import Choice
from portal.booking.errors import KeyReused
from portal.booking.models import Appointment, KeptAnswer

KEPT_FOR = timedelta(days=30)  # far longer than any browser or mail client repeats a request


def kept_answer(session: Session, choice: Choice, what: str) -> Appointment | None:
    """Return what this form was answered before, None when it is new.

    Raises KeyReused when the same form asked for something else then.
    """
    kept = session.get(KeptAnswer, choice.key)
    if kept is None:
        return None
    if kept.request_hash != _hash(choice, what):
        raise KeyReused
    return session.scalars(sa.select(Appointment).where(Appointment.reference == kept.answer)).one()


def keep_answer(
    session: Session, choice: Choice, what: str, appointment: Appointment, now: datetime
) -> None:
    """Keep the answer to this form, in the transaction of what it did."""
    session.add(
        KeptAnswer(
            key=choice.key,
            request_hash=_hash(choice, what),
            answer=appointment.reference,
            kept_at=now,
        )
    )
    session.flush()


def forget_answers(session: Session, now: datetime) -> int:
    """Delete the answers that nobody will ask for again; return how many there were."""
    old = session.execute(sa.delete(KeptAnswer).where(KeptAnswer.kept_at < now - KEPT_FOR))
    return cast("sa.CursorResult[Any]", old).rowcount


def _hash(choice: Choice, what: str) -> str:
    return hashlib.sha256(f"{what}:{choice.opening_id}".encode()).hexdigest()
