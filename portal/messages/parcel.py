"""What is handed over: the bytes of one message, and from whom to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

# Called when the last byte is about to go: from then on nobody knows whether it was taken, until
# the answer comes. It may raise, and then that byte must not go.
BeforeLastByte = Callable[[], None]


@dataclass(frozen=True)
class Parcel:
    """One message on its way; `sender` gets what comes back, `message_id` is the same each time."""

    message_id: str
    raw: bytes
    sender: str
    recipient: str


class Channel(Protocol):
    """Takes a message over, or raises one of the outcomes in `portal.messages.outcomes`."""

    def send(self, parcel: Parcel, before_last_byte: BeforeLastByte) -> None:
        """Return when the message is taken over for good; say so right before it can be."""
