"""A new invitation for whoever we could not serve as promised."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions import invite
from portal.booking.circumstances import Circumstances
from portal.booking.models import Invitation
from portal.clock import local_date
from portal.customers.models import Visit

ANSWER_WITHIN = timedelta(days=14)  # as long as anybody has who is invited


def invited(session: Session, visit: Visit, circumstances: Circumstances) -> Invitation:
    """Return the visit's invitation, made or renewed; no wave and no quota is asked."""
    deadline_on = local_date(circumstances.now) + ANSWER_WITHIN
    invitation = invite(session, visit, deadline_on, circumstances.now)
    record(
        session,
        actor=circumstances.by,
        action="invitation.sent",
        subject=f"visit:{visit.id}",
        now=circumstances.now,
        detail={"invitation": invitation.id, "deadline": invitation.deadline_on.isoformat()},
    )
    return invitation
