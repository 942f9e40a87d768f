"""Makes the bytes of a mail, once; they are kept and never made again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import Enum

from portal.calendar.cleaning import NAME_LIMIT, header_line
from portal.clock import AMSTERDAM
from portal.mail import mail_address

SUBJECT_LIMIT = 150
INVITE_FILE = "invite.ics"

# 7bit: the bytes pass every server, whether or not it takes 8bit bodies.
POLICY = SMTP.clone(cte_type="7bit")


class Method(Enum):
    """What an invite asks of a calendar (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    DECLINECOUNTER = "DECLINECOUNTER"


@dataclass(frozen=True)
class Mailbox:
    """A name and an address that is read by a person; raises AddressUnusable in `compose`."""

    name: str
    address: str


@dataclass(frozen=True)
class Invite:
    """An invite's bytes, with what they carry inside: one message exists per uid and sequence."""

    uid: str
    sequence: int
    method: Method
    ics: bytes


@dataclass(frozen=True)
class Mail:
    """A mail before it is bytes. `about` says whom it concerns, such as "visit:17"."""

    kind: str
    about: str
    sender: Mailbox
    recipient: Mailbox
    subject: str
    text: str
    html: str
    language: str
    invite: Invite | None = None


def message_id(mail: Mail, now: datetime) -> str:
    """Return the same identity for the same state of an event, or the same word at one moment."""
    if mail.invite:
        identity = f"{mail.invite.uid}.{mail.invite.sequence}.{mail.invite.method.value}"
    else:
        identity = f"{mail.kind}.{mail.about}.{mail.recipient.address}.{now.isoformat()}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:40]
    return f"<{digest}@{mail.sender.address.rpartition('@')[2]}>"


def compose(mail: Mail, now: datetime) -> bytes:
    """Return the whole message: text and HTML, and an invite both in line and as a file.

    Raises AddressUnusable for an address that is not plain.
    """
    message = EmailMessage(policy=POLICY)
    _add_headers(message, mail, now)
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.invite:
        _add_invite(message, mail.invite)
    message["Content-Language"] = mail.language  # last: a new part takes Content- headers along
    return message.as_bytes()


def readdressed(raw: bytes, sender: Mailbox, recipient: Mailbox) -> bytes:
    """Return a composed message for somebody else; what it says stays as it is.

    Raises AddressUnusable for an address that is not plain.
    """
    message = message_from_bytes(raw, policy=POLICY)
    desk, reader = _address(sender), _address(recipient)
    for name, mailbox in (("From", desk), ("Reply-To", desk), ("To", reader)):
        message.replace_header(name, mailbox)
    return message.as_bytes()


def _add_headers(message: EmailMessage, mail: Mail, now: datetime) -> None:
    desk = _address(mail.sender)
    message["From"] = desk
    message["Reply-To"] = desk
    message["To"] = _address(mail.recipient)
    message["Subject"] = header_line(mail.subject, SUBJECT_LIMIT)
    message["Date"] = format_datetime(now.astimezone(AMSTERDAM))
    message["Message-ID"] = message_id(mail, now)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"


def _address(mailbox: Mailbox) -> Address:
    return Address(
        display_name=header_line(mailbox.name, NAME_LIMIT), addr_spec=mail_address(mailbox.address)
    )


def _add_invite(message: EmailMessage, invite: Invite) -> None:
    """Add the invite last in the alternative, where Apple and Gmail look, and as a file."""
    message.add_alternative(
        invite.ics.decode(), subtype="calendar", cte="base64",
        params={"method": invite.method.value},
    )  # fmt: skip
    message.add_attachment(invite.ics, maintype="application", subtype="ics", filename=INVITE_FILE)
