"""A mail taken apart, and compared with the reviewed file that says what it must be.

`WRITE_MAILS=1 make test-fast` writes the files anew; review them with `git diff` afterwards.
"""

from __future__ import annotations

import os
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.messages.addresses import ALPHABET, TOKEN_LENGTH
from portal.messages.models import OutboxMessage

HEADERS = (
    "From", "Reply-To", "To", "Subject", "Content-Language", "Auto-Submitted",
    "X-Auto-Response-Suppress",
)  # fmt: skip


def messages_about(session: Session, about: str) -> list[OutboxMessage]:
    """Return all messages about one thing, such as "visit:17", the oldest first."""
    rows = sa.select(OutboxMessage).where(OutboxMessage.about == about)
    return list(session.scalars(rows.order_by(OutboxMessage.id)))


def opened(message: OutboxMessage) -> EmailMessage:
    mail = message_from_bytes(message.raw, policy=default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def calendar_of(mail: EmailMessage) -> bytes | None:
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return bytes(parts[0].get_payload(decode=True)) if parts else None


def without_tokens(text: str) -> str:
    """Return a text with our addresses plain: their tokens are random."""
    return re.sub(rf"\+[{ALPHABET}]{{{TOKEN_LENGTH}}}@", "@", text)


def as_file(mail: EmailMessage) -> str:
    """Return what a reviewer needs to see: headers, text, and the event without its time zone."""
    head = without_tokens("\n".join(f"{name}: {mail[name]}" for name in HEADERS))
    ics = calendar_of(mail)
    if ics is None:
        return f"{head}\n\n{text_of(mail)}"
    event = ics.decode().replace("\r\n ", "").replace("\r\n", "\n")
    event = without_tokens(event)
    event = re.sub(r"BEGIN:VTIMEZONE.*END:VTIMEZONE\n", "", event, flags=re.DOTALL)
    return f"{head}\n\n{text_of(mail)}\n-- text/calendar\n{event}"


def assert_as_reviewed(mail: EmailMessage, file: Path) -> None:
    """Compare with the reviewed file, or write it when WRITE_MAILS is set."""
    if os.environ.get("WRITE_MAILS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(as_file(mail))
    assert as_file(mail) == file.read_text(), f"{file.name} differs: WRITE_MAILS=1 writes it anew"


def words_of_html(html: str) -> list[str]:
    """Return the visible words of an HTML mail's body, in order."""
    reader = _Words()
    reader.feed(html)
    return " ".join(reader.found).split()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("head", "h1") or ("class", "preview") in attrs or ("class", "brand") in attrs:
            self._is_hidden = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("head", "h1", "div", "p"):
            self._is_hidden = False

    def handle_data(self, data: str) -> None:
        if not self._is_hidden:
            self.found.append(data)
