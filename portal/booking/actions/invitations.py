"""Invite a customer to plan a visit."""

from __future__ import annotations

import random
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Invitation, InvitationState
from portal.booking.queries import unused
from portal.booking.references import CODE_DIGITS, RNG
from portal.customers.models import Visit


def invite(
    session: Session, visit: Visit, deadline_on: date, now: datetime, rng: random.Random = RNG
) -> Invitation:
    """Make the invitation of a visit, or renew its deadline when there is one already."""
    known = session.scalar(
        sa.select(Invitation).where(
            Invitation.visit_id == visit.id, Invitation.state == InvitationState.OPEN
        )
    )
    if known is not None:
        known.deadline_on = max(known.deadline_on, deadline_on)
        return known
    invitation = Invitation(
        visit=visit,
        code=unused(session, Invitation.code, CODE_DIGITS, rng),
        channel=visit.customer.channel,
        invited_at=now,
        deadline_on=deadline_on,
    )
    session.add(invitation)
    session.flush()
    return invitation
