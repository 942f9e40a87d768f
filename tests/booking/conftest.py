"""What the tests of the waiting list begin with."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.planning.horizon import forget_horizon
from tests.booking.agenda import make_agenda
from tests.booking.waiters import forget_looks


@pytest.fixture
def fresh_memory(app: Flask) -> None:
    """What this process remembers was about another test's rows, which had the same numbers."""
    with app.app_context():
        forget_horizon()
    forget_looks(app)


@pytest.fixture
def full_agenda(fresh_memory: None, session: Session) -> None:
    """Three days of one technician, and no free place until a test opens one."""
    make_agenda(session, days=3, technicians=1, places=0)
