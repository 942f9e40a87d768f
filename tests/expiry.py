"""The end of holds, as a minute's job brings it about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.planning.actions import ended_holds, expire_hold


def expire_holds(session: Session, now: datetime) -> int:
    """Release every hold whose time is over; return how many there were."""
    return sum(expire_hold(session, stop_id, now) for stop_id in ended_holds(session, now))
