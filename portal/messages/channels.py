"""Ways to hand a message over: to a mail server, or into a folder on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from mailbox import Maildir
from pathlib import Path

from portal.messages.models import Medium
from portal.messages.outcomes import TemporaryFailure
from portal.messages.parcel import BeforeLastByte, Channel, Parcel
from portal.messages.sms import SmsFolder
from portal.messages.smtp import SmtpChannel
from portal.settings import Settings

Channels = Mapping[Medium, Channel]


class MaildirChannel:
    """Keeps messages in a folder that any mail program can read; the default without SMTP_URL."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, parcel: Parcel, before_last_byte: BeforeLastByte) -> None:
        """Write the message as one file, completely or not at all; a full disk is temporary."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            folder = Maildir(self._path, create=True)
        except OSError as error:
            raise TemporaryFailure(f"the local outbox: {error}") from error
        before_last_byte()
        try:
            folder.add(parcel.raw)
        except OSError as error:
            raise TemporaryFailure(f"the local outbox: {error}") from error


def channels_from(settings: Settings) -> Channels:
    """Return by what each medium travels."""
    return {
        Medium.MAIL: mail_channel_from(settings),
        Medium.SMS: SmsFolder(settings.data_dir / "outbox_sms"),
    }


def mail_channel_from(settings: Settings) -> Channel:
    """Return the mail server of SMTP_URL, or else the folder `outbox` in the data folder.

    The demo always writes into the folder: it says that nothing is sent.
    """
    if settings.smtp_url is not None and not settings.demo:
        return SmtpChannel(settings.smtp_url.get_secret_value())
    return MaildirChannel(settings.data_dir / "outbox")
