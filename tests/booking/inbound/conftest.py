"""The customer whose calendar answers."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.booking.inbound.mailbox import Booked, agenda_and_booking


@pytest.fixture
def booked(session: Session) -> Booked:
    """A visit that was booked two hours ago, on a day with room for more."""
    return agenda_and_booking(session)
