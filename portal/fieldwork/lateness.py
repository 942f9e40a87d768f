"""When a customer is told that we come later than promised. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

# Travel times and work vary by about so much: an estimate this near the end is as good as past it.
MARGIN = timedelta(minutes=10)
WORSE = timedelta(minutes=30)  # less than this again is no news for somebody who waits
MOST = 2  # whoever must hear it a third time wants a person: the desk calls
ROUNDED_TO = timedelta(minutes=10)


def is_late(promised_end: datetime, planned: datetime, expected: datetime) -> bool:
    """Return whether a visit will begin after its window, or so near its end that it may well.

    A plan may use a window to its last minute. That alone is no delay: within the margin it counts
    only when the visit is expected that much later than the plan says.
    """
    if expected > promised_end:
        return True
    return expected > promised_end - MARGIN and expected - planned >= MARGIN


def is_news(expected: datetime, told: Sequence[datetime]) -> bool:
    """Return whether an expected begin must be told after what was told before, the last one last.

    The first time always, the second only when it became half an hour worse; there is no third.
    """
    if not told:
        return True
    return len(told) < MOST and expected >= told[-1] + WORSE


def about(expected: datetime) -> datetime:
    """Return the begin as it is told: rounded up, for who is told 10:20 waits from 10:20 on."""
    passed = expected.timestamp() % ROUNDED_TO.total_seconds()
    return expected + (ROUNDED_TO - timedelta(seconds=passed) if passed else timedelta())
