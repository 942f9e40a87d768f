"""How long mail that came in is kept: while somebody may ask about it. Then it is forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.messages.models import InboundMessage, InboundState
from portal.messages.policy import MAIL_KEPT_FOR

DEALT_WITH = (InboundState.DONE, InboundState.ANSWERED, InboundState.IGNORED)


def forget_mails(session: Session, now: datetime) -> int:
    """Delete the mails that were dealt with long ago, whole; return how many there were.

    What a person did counts from that day, what needed nobody from the day it came. What still
    waits, for a person or to be read, stays however old it is.
    """
    dealt_with_at = sa.func.coalesce(InboundMessage.handled_at, InboundMessage.received_at)
    old = sa.delete(InboundMessage).where(
        InboundMessage.state.in_(DEALT_WITH), dealt_with_at < now - MAIL_KEPT_FOR
    )
    done = session.execute(old.execution_options(synchronize_session=False))
    return cast("sa.CursorResult[Any]", done).rowcount
