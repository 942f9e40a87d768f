"""Visitors who are signed in as staff."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.access.guards import Role
from tests.staff import make_staff, sign_in
from tests.visitor import Visitor


@pytest.fixture
def planner(app: Flask, session: Session) -> Visitor:
    """A planner's browser."""
    visitor = Visitor(app)
    sign_in(visitor, make_staff(session, Role.PLANNER))
    return visitor


@pytest.fixture
def desk(app: Flask, session: Session) -> Visitor:
    """A desk colleague's browser."""
    visitor = Visitor(app)
    sign_in(visitor, make_staff(session, Role.DESK))
    return visitor
