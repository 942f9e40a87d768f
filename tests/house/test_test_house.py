"""The tests' own tools: databases are empty and real, factories fit together."""

from __future__ import annotations

import socket

import pytest
import sqlalchemy as sa

from portal.booking.models import Appointment
from portal.planning.models import Stop
from tests.factories import make_appointment, make_invitation, make_opening

pytestmark = pytest.mark.heart


@pytest.mark.parametrize("_time", [1, 2])
def test_every_test_starts_with_an_empty_database(session, _time):
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 0
    assert make_appointment(session).id == 1


def test_the_heart_runs_on_the_database_that_its_name_says(session, database_url):
    assert database_url.startswith(session.get_bind().dialect.name)


def test_factories_make_things_that_belong_together(session):
    appointment, invitation, opening = (
        make_appointment(session),
        make_invitation(session),
        make_opening(session),
    )
    stop = session.scalars(sa.select(Stop)).one()
    assert stop.visit is appointment.visit
    assert invitation.visit.address.region is opening.region


def test_what_factories_make_is_seen_by_other_connections(session):
    appointment = make_appointment(session)
    with session.get_bind().connect() as other:
        assert other.execute(sa.select(Appointment.reference)).scalar() == appointment.reference


def test_no_test_reaches_the_outside():
    with pytest.raises(pytest.fail.Exception), socket.socket() as outside:
        outside.connect(("192.0.2.1", 25))
