"""A sender in a process of its own, to be killed: ours, and two that a kill makes lie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.messages.models import Medium, OutboxMessage, Stage
from portal.messages.parcel import Parcel
from portal.messages.sender import send_due
from portal.messages.smtp import SmtpChannel
from portal.settings import settings_of
from portal.site import site_from
from tools.storm.portal import Place


class Way(Enum):
    """How a sender keeps what it did."""

    OURS = "lease, hand over, settle"
    SEND_THEN_MARK = "send, then mark"
    MARK_THEN_SEND = "mark, then send"


def run(place: Place, smtp_url: str, now: datetime, way: Way) -> None:
    """Send everything that is due, until the end or the kill."""
    app, channel = place.application(), SmtpChannel(smtp_url)
    with app.app_context():
        if way is Way.OURS:
            send_due(now, {Medium.MAIL: channel}, site_from(settings_of(app)))
            return
        while one_more(lambda parcel: channel.send(parcel, lambda: None), way):
            pass


def one_more(send: Callable[[Parcel], None], way: Way) -> bool:
    """Send the next message as one would without further thought; False when there is none."""
    with transaction() as session:
        row = session.scalars(
            sa.select(OutboxMessage).where(OutboxMessage.stage == Stage.QUEUED).limit(1)
        ).first()
        if row is None:
            return False
        number = row.id
        parcel = Parcel(row.message_id, row.raw, "bounce@storm.example", row.recipient)
        if way is Way.MARK_THEN_SEND:
            mark(session, number)
    send(parcel)
    if way is Way.SEND_THEN_MARK:
        with transaction() as session:
            mark(session, number)
    return True


def mark(session: Session, number: int) -> None:
    """Note that a message is sent."""
    session.execute(
        sa.update(OutboxMessage).where(OutboxMessage.id == number).values(stage=Stage.SENT)
    )
