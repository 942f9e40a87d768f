"""How long messages are kept, are news, and which may wait for others. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

# A mail that came in holds more of a person than we ever asked for. A quarter after it was dealt
# with nobody asks what it said: what followed from it stands in the trail of the visit.
MAIL_KEPT_FOR = timedelta(days=90)

# What we wrote about a visit is read once more when the next one, a year later, is planned.
MESSAGE_KEPT_FOR = timedelta(days=400)

# What is over by itself: told later, it would be wrong, or of no use.
NEWS_FOR = {
    "code": timedelta(minutes=10),
    "on_my_way": timedelta(minutes=30),
    "running_late": timedelta(hours=1),
    "waiting_offered": timedelta(hours=1),
    "estimated": timedelta(hours=2),
}
# Nobody sits waiting for these: they go behind what somebody asked for, and never at night.
CAN_WAIT = frozenset({"invited", "plan_reminded", "reminded", "questions"})


def is_news(kind: str, queued_at: datetime, now: datetime) -> bool:
    """Whether a message of a kind, queued at a moment, still tells something now."""
    lifetime = NEWS_FOR.get(kind)
    return lifetime is None or now < queued_at + lifetime
