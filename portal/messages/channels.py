"""Ways to hand a message over: to a mail server, or into a folder on this machine."""

from __future__ import annotations

from mailbox import Maildir
from pathlib import Path
from typing import Protocol

from portal.messages.outcomes import TemporaryFailure
from portal.messages.smtp import SmtpChannel
from portal.settings import Settings


class Channel(Protocol):
    """Takes a message over, or raises one of the outcomes in `portal.messages.outcomes`."""

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """Return when the message is taken over for good."""


class MaildirChannel:
    """Keeps messages in a folder that any mail program can read; the default without SMTP_URL."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """Write the message as one file, completely or not at all; a full disk is temporary."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            Maildir(self._path, create=True).add(raw)
        except OSError as error:
            raise TemporaryFailure(f"the local outbox: {error}") from error


def channel_from(settings: Settings) -> Channel:
    """Return the mail server of SMTP_URL, or else the folder `outbox` in the data folder.

    The demo always writes into the folder: it says that nothing is sent.
    """
    if settings.smtp_url is not None and not settings.demo:
        return SmtpChannel(settings.smtp_url.get_secret_value())
    return MaildirChannel(settings.data_dir / "outbox")
