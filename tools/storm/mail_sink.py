"""A mail server on this machine that keeps everything it is given, and takes its time to say so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tools.storm.portal import free_port

SLOWEST_S = 0.02


@dataclass
class Sink:
    """What arrived, in order, as it came over the line."""

    rng: random.Random
    taken: list[bytes] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message, and answer a little later: that is where a kill hurts."""
        content = envelope.original_content or b""
        self.taken.append(content)
        await asyncio.sleep(self.rng.uniform(0, SLOWEST_S))
        return "250 taken"


@contextmanager
def mail_sink(seed: int) -> Iterator[tuple[str, Sink]]:
    """Yield the SMTP_URL of the server, and what it took."""
    sink = Sink(random.Random(seed))
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", sink
    finally:
        controller.stop()


def identity(raw: bytes) -> str:
    """Return a message's Message-ID."""
    return str(message_from_bytes(raw, policy=default)["Message-ID"])
