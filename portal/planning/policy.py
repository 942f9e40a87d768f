"""How long before a date customers can still choose it. The one rule about notice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from portal.clock import local_date

NOTICE_DAYS = 2  # the technicians' parts for tomorrow are packed this afternoon


def first_choosable_on(now: datetime) -> date:
    """Return the first date that customers can choose: the day after tomorrow."""
    return local_date(now) + timedelta(days=NOTICE_DAYS)
