"""When one of several ticked windows is chosen, and when the customer hears of it. Pure.

Times are by the clock in the Netherlands, on days with a clock change too: the clock changes at
night, so each of these times exists exactly once on every day.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from portal.clock import AMSTERDAM
from portal.customers.hours import Urgency, due_at

FEWEST, MOST = 3, 12  # of two windows there is hardly anything to choose
TICKED_UNTIL = time(19, 30)  # whoever ticks later hears tomorrow
DECIDE_AT = time(19, 40)  # the messages have twenty minutes to go out
TOLD_BEFORE = time(20)
HELD_ON = timedelta(days=2)  # beyond the moment, so that no promise lapses when the batch is late


def decide_at(now: datetime) -> datetime:
    """Return the moment (UTC) at which what is ticked now is decided: today, or tomorrow."""
    local = now.astimezone(AMSTERDAM)
    day = local.date() + timedelta(days=local.time() >= TICKED_UNTIL)
    return datetime.combine(day, DECIDE_AT, AMSTERDAM).astimezone(UTC)


def told_before(decided_at: datetime) -> datetime:
    """Return the moment (UTC) before which the customer hears."""
    day = decided_at.astimezone(AMSTERDAM).date()
    return datetime.combine(day, TOLD_BEFORE, AMSTERDAM).astimezone(UTC)


def held_until(decided_at: datetime) -> datetime:
    """Return until when one of the ticked windows is held."""
    return decided_at + HELD_ON


def message_at(now: datetime) -> datetime:
    """Return when the message about a choice made now may go: at once, but never at night."""
    return due_at(None, now, Urgency.CAN_WAIT)
