"""A technician's working Monday with promised visits, and the telephone to tap on."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.clock import AMSTERDAM
from portal.technicians.models import Technician
from tests.factories import make_technician
from tests.staff import make_staff, sign_in
from tests.visitor import Visitor


@pytest.fixture
def anouk(session: Session) -> Technician:
    """The technician whose telephone it is."""
    return make_technician(session, name="Anouk")


@pytest.fixture
def phone(app: Flask, session: Session, anouk: Technician, clock) -> Visitor:
    """Anouk's telephone, early on a working Monday."""
    clock.set(datetime(2027, 3, 8, 7, tzinfo=AMSTERDAM))
    visitor = Visitor(app)
    sign_in(visitor, make_staff(session, Role.TECHNICIAN, technician_id=anouk.id))
    return visitor


@pytest.fixture
def planner(app: Flask, session: Session) -> Visitor:
    """A planner's browser."""
    visitor = Visitor(app)
    sign_in(visitor, make_staff(session, Role.PLANNER))
    return visitor
