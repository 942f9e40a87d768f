"""When a message is tried again: after 5 minutes, doubling to an hour, for 48 hours."""

from __future__ import annotations

from datetime import timedelta

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=48)


def next_try(tries: int) -> timedelta | None:
    """Return how long to wait after this many tries (1 or more); None when it has been enough."""
    waits = [_wait_after(number) for number in range(1, tries + 1)]
    return waits[-1] if sum(waits, timedelta()) <= GIVE_UP_AFTER else None


def _wait_after(number: int) -> timedelta:
    doublings = min(number - 1, 10)
    return min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
