"""More moves and cancellations than the demo makes of itself, through the portal's own actions."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from portal.clock import local_date
from portal.database import transaction
from portal.demo.bookings import Agenda, change_some
from portal.site import current_site

ROUNDS = 8  # of five moves and four cancellations each
APART = timedelta(hours=4)
AHEAD = timedelta(days=3)
WORKDAYS = 40


def change_more(now: datetime, seed: int) -> None:
    """Move and cancel some appointments; some are moved twice, or moved and then cancelled."""
    rng, today = random.Random(seed), local_date(now)
    days = [today + timedelta(days=number) for number in range(1, 2 * WORKDAYS)]
    agenda = Agenda([day for day in days if day.weekday() < 5][:WORKDAYS], 1.0)
    for number in range(ROUNDS, 0, -1):
        with transaction() as session:
            at = now - number * APART
            change_some(session, today + AHEAD, at, agenda, current_site(), rng)
