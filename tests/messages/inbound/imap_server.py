"""A mail server that knows the few IMAP commands a fetch needs (RFC 9051), on this machine."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO

USER, PASSWORD = "afspraak", 'ge"heim'


@dataclass
class Mailbox:
    """What a server holds, and what it can do. `commands` are those it got, the passwords too."""

    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    moved: dict[str, list[bytes]] = field(default_factory=dict)
    capabilities: str = "IMAP4rev1 UIDPLUS MOVE"
    keeps_keywords: bool = True
    refuses: set[int] = field(default_factory=set)  # UIDs it does not give
    hangs_up_at: str = ""  # the command at which the line breaks
    commands: list[str] = field(default_factory=list)

    def add(self, *raws: bytes) -> None:
        """Let mails arrive."""
        for raw in raws:
            uid = max(self.flags, default=0) + 1
            self.mails[uid], self.flags[uid] = raw, set()

    def answer(self, command: str) -> tuple[list[bytes], str]:
        """Return the untagged lines and the result of a command."""
        verb = " ".join(command.split()[: 2 if command.startswith("UID") else 1])
        known = {
            "CAPABILITY": self._able,
            "LOGIN": lambda: [],
            "SELECT": self._selected,
            "UID SEARCH": lambda: [b"SEARCH " + " ".join(self._found(command)).encode()],
            "UID FETCH": lambda: self._fetched(int(command.split()[2])),
            "UID STORE": lambda: self._flag(command),
            "UID MOVE": lambda: self._move(command),
            "UID COPY": lambda: self._copy(command),
            "UID EXPUNGE": lambda: self._expunge(int(command.split()[2])),
            "LOGOUT": lambda: [b"BYE"],
        }
        is_right = verb != "LOGIN" or r"ge\"heim" in command
        if verb not in known or not is_right:
            return [], "NO [AUTHENTICATIONFAILED] not so"
        if verb == "UID FETCH" and int(command.split()[2]) in self.refuses:
            return [], "NO not now"
        return known[verb](), "OK done"

    def _able(self) -> list[bytes]:
        """Tell strangers less, as servers do."""
        is_known = any(command.startswith("LOGIN") for command in self.commands)
        return [f"CAPABILITY {self.capabilities if is_known else 'IMAP4rev1'}".encode()]

    def _selected(self) -> list[bytes]:
        extra = r" \*" if self.keeps_keywords else ""
        return [b"1 EXISTS", rf"OK [PERMANENTFLAGS (\Seen \Deleted{extra})] kept".encode()]

    def _found(self, command: str) -> list[str]:
        unwanted = {"UNSEEN": r"\Seen", "UNDELETED": r"\Deleted"}
        key = command.split()[2]
        flag = unwanted.get(key) or command.split()[3]
        return [str(uid) for uid in self.mails if flag not in self.flags[uid]]

    def _fetched(self, uid: int) -> list[bytes]:
        raw = self.mails[uid]
        return [b"1 FETCH (UID %d BODY[] {%d}\r\n%s)" % (uid, len(raw), raw)]

    def _flag(self, command: str) -> list[bytes]:
        named = re.search(r"\((.*)\)", command)
        assert named
        self.flags[int(command.split()[2])] |= set(named[1].split())
        return []

    def _copy(self, command: str) -> list[bytes]:
        _, _, uid, folder = command.split(" ", 3)
        self.moved.setdefault(folder.strip('"'), []).append(self.mails[int(uid)])
        return []

    def _move(self, command: str) -> list[bytes]:
        self._copy(command)
        return self._expunge(int(command.split()[2]))

    def _expunge(self, uid: int) -> list[bytes]:
        del self.mails[uid]
        return []


@contextmanager
def imap_server(mailbox: Mailbox, query: str = "") -> Iterator[str]:
    """Yield the IMAP_URL of a server with this mailbox."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, connection.makefile("rwb") as stream, suppress(OSError):
                    _talk(stream, mailbox)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"imap://{USER}:ge%22heim@127.0.0.1:{listener.getsockname()[1]}/INBOX{query}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)


def _talk(stream: BinaryIO, mailbox: Mailbox) -> None:
    _say(stream, b"* OK ready")
    for line in stream:
        tag, _, command = line.decode().strip().partition(" ")
        mailbox.commands.append(command)
        if mailbox.hangs_up_at and command.startswith(mailbox.hangs_up_at):
            return
        untagged, result = mailbox.answer(command)
        for said in untagged:
            _say(stream, b"* " + said)
        _say(stream, f"{tag} {result}".encode())


def _say(stream: BinaryIO, line: bytes) -> None:
    stream.write(line + b"\r\n")
    stream.flush()
