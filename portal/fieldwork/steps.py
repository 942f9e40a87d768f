"""What a technician may tap at a visit, and in which order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

UNDO_WITHIN = timedelta(minutes=5)  # long enough to see the mistake, before anything rests on it
# "On my way" waits this long in the outbox, so that a slip of the thumb tells nobody anything.
SETS_OFF_AFTER = timedelta(minutes=1)
SENT_LATE_AT_MOST = timedelta(hours=12)  # a telephone without network all day sends in the evening
CLOCKS_DIFFER = timedelta(minutes=2)


class Step(Enum):
    """One tap at a visit."""

    ON_MY_WAY = "on_my_way"
    STARTED = "started"
    DONE = "done"
    NOT_AT_HOME = "not_at_home"
    UNFINISHED = "unfinished"


ENDS = frozenset({Step.DONE, Step.NOT_AT_HOME, Step.UNFINISHED})
# What can be taken back: the others gave the window away, and promised another, at that moment.
UNDOABLE = frozenset({Step.ON_MY_WAY, Step.STARTED, Step.DONE})

FOLLOWING: dict[Step | None, tuple[Step, ...]] = {
    None: (Step.ON_MY_WAY, Step.STARTED, Step.NOT_AT_HOME),
    Step.ON_MY_WAY: (Step.STARTED, Step.NOT_AT_HOME),
    Step.STARTED: (Step.DONE, Step.UNFINISHED),
}


def may_follow(last: Step | None) -> tuple[Step, ...]:
    """Return what may be tapped after the last tap (None: nothing was), the likeliest first."""
    return FOLLOWING.get(last, ())


def moment_of_tap(claimed: datetime | None, last: datetime | None, now: datetime) -> datetime:
    """Return when a button was pressed: what the telephone says, as far as that can be.

    It lies after the tap before it, not in the future and not longer ago than a working day.
    """
    moment = claimed or now
    if moment > now + CLOCKS_DIFFER or moment < now - SENT_LATE_AT_MOST:
        moment = now
    moment = min(moment, now)
    return max(moment, last) if last is not None else moment


def may_undo(step: Step, tapped_at: datetime, now: datetime) -> bool:
    """Return whether a tap is young enough to be taken back, and of a kind that can be."""
    return step in UNDOABLE and now - tapped_at <= UNDO_WITHIN


def last_step(steps: Sequence[Step]) -> Step | None:
    """Return the last of the steps in order of time, or None."""
    return steps[-1] if steps else None
