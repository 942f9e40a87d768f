"""How often mail that came in made us send the same again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.inbound.verdicts import Verdict
from portal.messages.models import InboundMessage

SENT_AGAIN = (Verdict.REFRESHED.value, Verdict.STALE_TOLD.value)


def sent_again_since(session: Session, visit_id: int, moment: datetime) -> int:
    """Return how many mails about a visit that came in since a moment got the invite again."""
    led_to_it = sa.select(sa.func.count(InboundMessage.id)).where(
        InboundMessage.visit_id == visit_id,
        InboundMessage.verdict.in_(SENT_AGAIN),
        InboundMessage.received_at > moment,
    )
    return session.scalars(led_to_it).one()
