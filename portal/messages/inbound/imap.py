"""Fetches mail from a mailbox: store, commit, and only then mark it there.

A crash in between fetches the same bytes again, which are the same row.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from portal.database import transaction
from portal.mail import ImapMailbox, imap_mailbox
from portal.messages.inbound.processing import store

SOURCE = "imap"
# Our own mark: somebody who opens the mailbox makes mails \\Seen that we have not stored yet.
KEYWORD = "TijdvensterStored"
TIMEOUT_S = 30.0
BATCH = 200  # mails in one go; the next minute takes more

log = structlog.get_logger(__name__)


class MailboxUnavailable(Exception):
    """The mailbox cannot be read now; the message says why, without the password."""


@dataclass(frozen=True)
class Fetched:
    """How many mails were stored, new or known, and how many the server would not give."""

    stored: int
    failed: int


def fetch(url: str, now: datetime, timeout_s: float = TIMEOUT_S) -> Fetched:
    """Store what arrived in the mailbox, mark or move it there; raises MailboxUnavailable.

    Each mail is stored in a transaction of its own. With `?move=` all that stands in the folder is
    fetched and moved; else what lacks our mark, or where servers know no marks, what is unseen.
    """
    mailbox = imap_mailbox(url)
    stored = failed = 0
    with _folder(mailbox, timeout_s) as folder:
        for uid in folder.waiting()[:BATCH]:
            raw = folder.bytes_of(uid)
            if raw is None:
                failed += 1
                continue
            with transaction() as session:
                store(session, raw, SOURCE, now)
            folder.mark(uid)
            stored += 1
    if failed:
        log.warning("mails not given by the mailbox", number=failed)
    return Fetched(stored, failed)


class Folder:
    """An open folder, and how to mark in it what is stored."""

    def __init__(self, connection: imaplib.IMAP4, move_to: str) -> None:
        self._connection = connection
        self._move_to = move_to
        self._has_keyword = _keeps_keywords(connection)
        # Asked anew: servers tell all that they can do to those who are known to them only.
        said = _taken(connection.capability(), "capability")
        self._abilities = set(b" ".join(said).decode("ascii", "replace").upper().split())

    def waiting(self) -> list[str]:
        """Return the UIDs of what is not yet stored, the oldest first."""
        wanted = ["UNSEEN"]
        if self._move_to:
            wanted = ["UNDELETED"]
        elif self._has_keyword:
            wanted = ["UNKEYWORD", KEYWORD]
        data = _taken(self._connection.uid("SEARCH", *wanted), "search")
        found = b" ".join(line for line in data if isinstance(line, bytes)).split()
        return [uid.decode("ascii") for uid in sorted(found, key=int)]

    def bytes_of(self, uid: str) -> bytes | None:
        """Return a mail, without marking it; None when the server does not give it."""
        answer, data = self._connection.uid("FETCH", uid, "(BODY.PEEK[])")
        pairs = (item for item in data or [] if isinstance(item, tuple))
        return next((bytes(pair[1]) for pair in pairs), None) if answer == "OK" else None

    def mark(self, uid: str) -> None:
        """Let the next fetch pass over a mail that is stored."""
        if self._move_to:
            self._move(uid)
        else:
            flags = rf"(\Seen {KEYWORD})" if self._has_keyword else r"(\Seen)"
            _taken(self._connection.uid("STORE", uid, "+FLAGS.SILENT", flags), "mark")

    def _move(self, uid: str) -> None:
        target = _quoted(self._move_to)
        if "MOVE" in self._abilities:
            _taken(self._connection.uid("MOVE", uid, target), "move")
            return
        _taken(self._connection.uid("COPY", uid, target), "copy")
        _taken(self._connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Deleted)"), "mark")
        if "UIDPLUS" in self._abilities:  # a bare EXPUNGE would take others' along
            _taken(self._connection.uid("EXPUNGE", uid), "expunge")


@contextmanager
def _folder(mailbox: ImapMailbox, timeout_s: float) -> Iterator[Folder]:
    connection = None
    try:
        connection = _connected(mailbox, timeout_s)
        _taken(connection.login(_quoted(mailbox.user), mailbox.password), "login")
        _taken(connection.select(_quoted(mailbox.folder)), "folder")
        yield Folder(connection, mailbox.move_to)
    except (imaplib.IMAP4.error, OSError, UnicodeError) as fault:
        raise MailboxUnavailable(_without(mailbox.password, fault)) from None
    finally:
        if connection is not None:
            _close(connection)


def _connected(mailbox: ImapMailbox, timeout_s: float) -> imaplib.IMAP4:
    """Return a connection that nobody reads, or one within this machine."""
    address = (mailbox.host, mailbox.port)
    if mailbox.is_tls:
        return imaplib.IMAP4_SSL(*address, ssl_context=_tls(mailbox), timeout=timeout_s)
    connection = imaplib.IMAP4(*address, timeout=timeout_s)
    try:
        if "STARTTLS" in connection.capabilities:
            _taken(connection.starttls(_tls(mailbox)), "STARTTLS")
        elif not mailbox.is_near:
            raise MailboxUnavailable("the server offers no TLS, and we send it no password bare")
    except BaseException:
        _close(connection)
        raise
    return connection


def _tls(mailbox: ImapMailbox) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if mailbox.is_near:  # a local server's certificate names another host, and nobody is between
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _close(connection: imaplib.IMAP4) -> None:
    """Say goodbye; whatever happens to the line now changes nothing."""
    with suppress(imaplib.IMAP4.error, OSError):
        connection.logout()
    with suppress(OSError):
        connection.shutdown()


def _keeps_keywords(connection: imaplib.IMAP4) -> bool:
    """Whether the folder remembers flags of our own making."""
    _, data = connection.response("PERMANENTFLAGS")
    said = b" ".join(line for line in data or [] if isinstance(line, bytes))
    return rb"\*" in said or KEYWORD.encode() in said


def _taken(reply: tuple[str, Any], what: str) -> list[Any]:
    answer, data = reply
    if answer != "OK":
        raise imaplib.IMAP4.error(f"{what}: the server says {answer}")
    return list(data or [])


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _without(password: str, fault: Exception) -> str:
    words = re.sub(r"\s+", " ", f"{type(fault).__name__} {fault}")[:200]
    return words.replace(password, "…") if password else words
