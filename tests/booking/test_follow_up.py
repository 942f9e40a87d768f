"""Links of a visit that could not be finished lead to the visit that follows it."""

from __future__ import annotations

from datetime import time

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.links import token_of
from portal.booking.models import Appointment, Invitation, InvitationState
from portal.customers.models import Visit, VisitReason, VisitState
from portal.planning.models import Stop
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.factories import make_invitation, make_visit


def link_of(app: Flask, invitation: Invitation) -> str:
    return f"/a/{token_of(invitation, app.config['SECRET_KEY'])}"


@pytest.fixture
def unfinished(session: Session) -> Invitation:
    """The invitation of a visit that could not be finished."""
    make_agenda(session)
    invitation = make_invitation(session)
    invitation.visit.state = VisitState.UNFINISHED
    session.commit()
    return invitation


@pytest.fixture
def following(session: Session, unfinished: Invitation) -> Invitation:
    """The invitation for the visit that follows it."""
    boiler = unfinished.visit.boiler
    visit = make_visit(session, boiler=boiler, reason=VisitReason.UNFINISHED)
    return make_invitation(session, visit=visit)


def test_the_old_link_chooses_the_new_visit(
    app, client, session: Session, unfinished: Invitation, following: Invitation
):
    opening = opening_at(session, FIRST, time(10))
    page = client.fetch(link_of(app, unfinished) + "?all=1")
    held = client.submit(page.form("opening"), button=f"opening={opening.id}")
    assert "staat vast" in client.submit(held.form("key")).text
    assert session.scalars(sa.select(Appointment.visit_id)).all() == [following.visit_id]
    for one in (unfinished, following):
        assert "U heeft een afspraak" in client.fetch(link_of(app, one)).h1


def test_a_form_of_the_old_link_never_holds_for_the_old_visit(
    app, client, session: Session, unfinished: Invitation, following: Invitation
):
    for invitation, state in ((following, VisitState.DONE), (unfinished, VisitState.OPEN)):
        invitation.visit.state = state
        session.commit()
    form = client.fetch(link_of(app, unfinished) + "?all=1").form("opening")
    for invitation, state in ((unfinished, VisitState.UNFINISHED), (following, VisitState.OPEN)):
        invitation.visit.state = state
        session.commit()
    client.submit(form, button=f"opening={opening_at(session, FIRST, time(10)).id}")
    assert session.scalars(sa.select(Stop.visit_id)).all() == [following.visit_id]


def test_a_chain_of_unfinished_visits_leads_to_its_last(
    app, client, session: Session, unfinished: Invitation, following: Invitation
):
    following.visit.state = VisitState.UNFINISHED
    session.commit()
    last = make_visit(session, boiler=unfinished.visit.boiler, reason=VisitReason.UNFINISHED)
    make_invitation(session, visit=last)
    for one in (unfinished, following):
        form = client.fetch(link_of(app, one) + "?all=1").form("opening")
        client.submit(form, button=f"opening={opening_at(session, FIRST, time(10)).id}")
    assert set(session.scalars(sa.select(Stop.visit_id))) == {last.id}


def test_when_the_following_visit_is_done_there_is_nothing_to_choose(
    app, client, session: Session, unfinished: Invitation, following: Invitation
):
    following.visit.state = VisitState.DONE
    session.commit()
    page = client.fetch(link_of(app, unfinished), 410)
    assert "U hoeft niets meer te doen" in page.h1


def test_the_next_turn_of_the_boiler_is_not_what_follows(app, client, session, unfinished):
    visit: Visit = make_visit(session, boiler=unfinished.visit.boiler)
    make_invitation(session, visit=visit)
    client.fetch(link_of(app, unfinished), 410)


def test_a_withdrawn_old_link_stays_shut(
    app, client, session: Session, unfinished: Invitation, following: Invitation
):
    unfinished.state = InvitationState.WITHDRAWN
    session.commit()
    client.fetch(link_of(app, unfinished), 410)
