"""What a mail address and the address of a mail server look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

ADDRESS_LIMIT = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtp": 25, "smtps": 465}
IMAP_PORTS = {"imap": 143, "imaps": 993}

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class AddressUnusable(ValueError):
    """A mail address that no mail can safely be sent to."""


def mail_address(value: str) -> str:
    """Return an address as it was spelled; raises AddressUnusable for one that is not plain."""
    address = value.strip()
    if len(address) > ADDRESS_LIMIT or not _ADDRESS.fullmatch(address):
        raise AddressUnusable("must be a plain mail address, such as name@company.example")
    return address


class SmtpUrlInvalid(ValueError):
    """SMTP_URL cannot be used; the message says why and does not repeat its password."""


@dataclass(frozen=True)
class SmtpServer:
    """What SMTP_URL says: smtp:// (TLS when offered) or smtps://, user and password if need be."""

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = ""

    @property
    def is_near(self) -> bool:
        """Whether the server is on this machine, so that nobody can listen in between."""
        return self.host in LOOPBACK


def smtp_server(url: str) -> SmtpServer:
    """Return the parts of an address such as smtp://user:password@mail.example:587."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise SmtpUrlInvalid("SMTP_URL must look like smtp://host:port or smtps://host:port")
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        raise SmtpUrlInvalid("the port in SMTP_URL is not a number below 65536") from None
    return SmtpServer(
        host=parts.hostname,
        port=port,
        is_tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class ImapUrlInvalid(ValueError):
    """IMAP_URL cannot be used; the message says why and does not repeat its password."""


@dataclass(frozen=True)
class ImapMailbox:
    """What IMAP_URL says: where answers arrive, and the folder into which they go once stored."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str
    folder: str = "INBOX"
    move_to: str = ""

    @property
    def is_near(self) -> bool:
        """Whether the server is on this machine, so that nobody can listen in between."""
        return self.host in LOOPBACK


def imap_mailbox(url: str) -> ImapMailbox:
    """Return the parts of imaps://user:password@mail.example/INBOX?move=Verwerkt."""
    parts = urlsplit(url)
    if parts.scheme not in IMAP_PORTS or not parts.hostname or not parts.username:
        raise ImapUrlInvalid("IMAP_URL must look like imaps://user:password@host/INBOX")
    try:
        port = parts.port or IMAP_PORTS[parts.scheme]
    except ValueError:
        raise ImapUrlInvalid("the port in IMAP_URL is not a number below 65536") from None
    asked = parse_qs(parts.query)
    folders = (unquote(parts.path.strip("/")) or "INBOX", asked.pop("move", [""])[0])
    if asked or not all(name.isascii() and name.isprintable() for name in folders):
        raise ImapUrlInvalid(
            "IMAP_URL names a folder in plain letters, and knows only ?move=FOLDER"
        )
    return ImapMailbox(
        host=parts.hostname,
        port=port,
        is_tls=parts.scheme == "imaps",
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=folders[0],
        move_to=folders[1],
    )
