"""Invitations wait for the day, and for the hour that the customer told."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from sqlalchemy.orm import Session

from portal.campaigns.notices import invited
from portal.clock import AMSTERDAM
from tests.booking.agenda import SITE
from tests.factories import make_customer, make_invitation


@pytest.mark.parametrize(
    ("hour", "clock", "goes"),
    [
        (None, "12:00", "2027-03-01 12:00"),
        (None, "22:00", "2027-03-02 08:00"),
        (time(19), "12:00", "2027-03-01 19:00"),
        (time(9), "12:00", "2027-03-02 09:00"),
    ],
)
def test_an_invitation_goes_by_day_at_the_customers_hour(
    session: Session, hour: time | None, clock: str, goes: str
) -> None:
    invitation = make_invitation(session, customer=make_customer(session, message_hour=hour))
    now = datetime.combine(datetime(2027, 3, 1, tzinfo=AMSTERDAM), time.fromisoformat(clock))
    message = invited(session, invitation, "/a/x", now.replace(tzinfo=AMSTERDAM), site=SITE)
    assert message is not None
    assert message.due_at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M") == goes
