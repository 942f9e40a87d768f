"""The messages of the demo, as a mail program or a telephone would show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from math import ceil

import sqlalchemy as sa
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal.messages.models import Medium, OutboxMessage
from portal.messages.sms import length_of

PAGE = 25


@dataclass(frozen=True)
class Entry:
    """What an invite asks of a calendar."""

    method: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    location: str
    description: str
    sequence: int
    source: str

    @property
    def is_cancelled(self) -> bool:
        """Whether the entry is taken out of the calendar."""
        return self.method == "CANCEL"


@dataclass(frozen=True)
class ListedMail:
    """A message as a line of the outbox; "" for the language of a text message: it is not kept."""

    kept: OutboxMessage
    language: str

    @property
    def is_text(self) -> bool:
        """Whether it goes to a telephone."""
        return self.kept.medium is Medium.SMS


@dataclass(frozen=True)
class TextMessage:
    """A text message as the telephone gets it, and how many parts are paid."""

    words: str
    parts: int


@dataclass(frozen=True)
class OpenedMail:
    """A mail read: its words in both forms, and the invite if it carries one."""

    sender: str
    recipient: str
    subject: str
    language: str
    text: str
    html: str
    entry: Entry | None


def newest_mails(session: Session, page: int) -> tuple[list[ListedMail], int]:
    """Return one page of messages, the newest first, and the number of pages (1 or more)."""
    number = session.scalar(sa.select(sa.func.count(OutboxMessage.id))) or 0
    wanted = (
        sa.select(OutboxMessage)
        .order_by(OutboxMessage.queued_at.desc(), OutboxMessage.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    mails = [ListedMail(one, _language(one)) for one in session.scalars(wanted)]
    return mails, max(1, ceil(number / PAGE))


def opened(raw: bytes) -> OpenedMail:
    """Return what stands in the bytes of a mail that we composed."""
    message = message_from_bytes(raw, policy=default)
    return OpenedMail(
        sender=str(message["From"]),
        recipient=str(message["To"]),
        subject=str(message["Subject"]),
        language=str(message["Content-Language"]),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        entry=_entry(message),
    )


def text_message(kept: OutboxMessage) -> TextMessage:
    """Return a text message of the outbox; the folder `outbox_sms` has the same words."""
    words = kept.raw.decode()
    return TextMessage(words, length_of(words).parts)


def _language(kept: OutboxMessage) -> str:
    if kept.medium is Medium.SMS:
        return ""
    return str(BytesHeaderParser(policy=default).parsebytes(kept.raw)["Content-Language"])


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _entry(message: EmailMessage) -> Entry | None:
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    source = str(parts[0].get_content())
    calendar = Calendar.from_ical(source)
    event = calendar.walk("VEVENT")[0]
    return Entry(
        method=str(calendar["METHOD"]),
        summary=str(event["SUMMARY"]),
        starts_at=event.decoded("DTSTART"),
        ends_at=event.decoded("DTEND"),
        location=str(event.get("LOCATION", "")),
        description=str(event.get("DESCRIPTION", "")),
        sequence=int(event.get("SEQUENCE", 0)),
        source=source,
    )
