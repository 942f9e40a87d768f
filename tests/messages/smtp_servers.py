"""Mail servers on this machine: one that works, and some that break off where it hurts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE_S = 60.0


@dataclass
class Inbox:
    """What a server took, and what it answers to a recipient or to the content."""

    taken: list[Envelope] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_content: str = "250 OK"

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.to_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.to_content.startswith("2"):
            self.taken.append(envelope)
        return self.to_content


class Post(Controller):
    """A server on a port of its own from the beginning: nobody else can take it meanwhile."""

    def __init__(self, inbox: Inbox, **options: Any) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        super().__init__(
            inbox, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE_S, **options
        )

    def _create_server(self) -> Any:
        return self.loop.create_server(
            self._factory_invoker, sock=self._listener, ssl=self.ssl_context
        )


@contextmanager
def mail_server(inbox: Inbox | None = None, **options: Any) -> Iterator[tuple[str, Inbox]]:
    """Yield the SMTP_URL of a real server, and its inbox."""
    inbox = inbox or Inbox()
    controller = Post(inbox, **options)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", inbox
    finally:
        controller.stop()


@contextmanager
def nobody() -> Iterator[str]:
    """Yield the SMTP_URL of a port that is taken, but at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"smtp://127.0.0.1:{taken.getsockname()[1]}"


Script = Callable[[Any, list[bytes]], None]


@contextmanager
def broken_server(script: Script) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the SMTP_URL of a server that follows a script with each connection, and its data."""
    seen: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, connection.makefile("rwb") as stream, suppress(OSError):
                    script(stream, seen)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}", seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(PATIENCE_S)


def say(stream: Any, words: str) -> None:
    stream.write(words.encode() + b"\r\n")
    stream.flush()


def up_to_data(stream: Any) -> None:
    """Be polite until the client asks to send the message."""
    say(stream, "220 ready")
    for line in stream:
        if line.upper().startswith(b"DATA"):
            say(stream, "354 go on")
            return
        say(stream, "250 OK")


def message_of(stream: Any) -> bytes:
    """Read up to and including the final dot."""
    found = []
    for line in stream:
        if line == b".\r\n":
            break
        found.append(line)
    return b"".join(found)


def drop_at_once(_stream: Any, _seen: list[bytes]) -> None:
    """Take the connection, say nothing, hang up."""


def drop_in_data(stream: Any, _seen: list[bytes]) -> None:
    """Hang up in the middle of the message."""
    up_to_data(stream)
    stream.readline()


def drop_after_dot(stream: Any, seen: list[bytes]) -> None:
    """Take the whole message, and hang up without an answer."""
    up_to_data(stream)
    seen.append(message_of(stream))


def silent_after_dot(stream: Any, seen: list[bytes]) -> None:
    """Take the whole message and never answer."""
    drop_after_dot(stream, seen)
    stream.readline()


def drop_at_quit(stream: Any, seen: list[bytes]) -> None:
    """Take the message, say so, and hang up before the goodbye."""
    drop_after_dot(stream, seen)
    say(stream, "250 taken")


def busy(stream: Any, _seen: list[bytes]) -> None:
    """Ask to come back later, at once."""
    say(stream, "421 too busy")
