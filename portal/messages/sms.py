"""Text messages: how long they may be, and a folder that takes the place of a provider.

Lengths follow 3GPP TS 23.038: 160 signs of the GSM alphabet, or 70 of any other kind, make one
message; longer ones are cut in parts of 153 or 67, and each part is paid.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from portal.calendar.cleaning import lines, one_line
from portal.database import after_commit
from portal.jobs import SEND_MESSAGES, wake
from portal.messages.models import Medium, OutboxMessage
from portal.messages.outcomes import TemporaryFailure
from portal.messages.parcel import BeforeLastByte, Parcel

MOST_PARTS = 3
SUBJECT_LIMIT = 150
COUNTRY = "31"

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("\f^{}\\[~]|€")  # these take the room of two
_NUMBER = re.compile(r"\+[1-9]\d{7,14}")


class SmsTooLong(ValueError):
    """The text takes more parts than anybody wants to read on a telephone."""


class NumberUnusable(ValueError):
    """A telephone number to which no text message can be sent."""


@dataclass(frozen=True)
class Sms:
    """A text message before it is bytes; `about` says whom it concerns, such as "visit:17"."""

    kind: str
    about: str
    recipient: str
    text: str


@dataclass(frozen=True)
class Length:
    """How many parts are paid, and whether the cheaper alphabet of 160 signs does."""

    parts: int
    is_gsm: bool


def phone_number(value: str) -> str:
    """Return a number as +31612345678; one that begins with a single 0 is Dutch.

    Raises NumberUnusable.
    """
    bare = re.sub(r"[\s().-]", "", value.replace("(0)", ""))
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    elif bare.startswith("0"):
        bare = f"+{COUNTRY}{bare[1:]}"
    if not bare.isascii() or not _NUMBER.fullmatch(bare):
        raise NumberUnusable("must be a telephone number, such as 06 12345678")
    return bare


def length_of(text: str) -> Length:
    """Return how long a text is as a message; an empty one has no parts."""
    is_gsm = all(sign in _GSM or sign in _GSM_DOUBLE for sign in text)
    sizes = [_size(sign, is_gsm=is_gsm) for sign in text]
    one, several = (160, 153) if is_gsm else (70, 67)
    if sum(sizes) <= one:
        return Length(min(1, len(sizes)), is_gsm)
    parts, room = 1, several
    for size in sizes:  # what takes the room of two is not cut in half
        if size > room:
            parts, room = parts + 1, several
        room -= size
    return Length(parts, is_gsm)


def _size(sign: str, *, is_gsm: bool) -> int:
    if is_gsm:
        return 2 if sign in _GSM_DOUBLE else 1
    return 2 if ord(sign) > 0xFFFF else 1


def _in_plain_letters(text: str) -> str:
    """Return the text with letters outside the GSM alphabet without their accents, where it helps.

    One such letter in a name more than halves what a message can hold.
    """
    return "".join(sign if sign in _GSM or sign in _GSM_DOUBLE else _bare(sign) for sign in text)


def _bare(sign: str) -> str:
    """Return the letter below the accents of a sign, or the sign when that is none of GSM's."""
    bare = unicodedata.normalize("NFKD", sign)[:1]
    return bare if bare in _GSM else sign


def enqueue_sms(
    session: Session, sms: Sms, now: datetime, due_at: datetime | None = None
) -> OutboxMessage:
    """Return the new row of the outbox with the frozen text, to be sent from `due_at` (now) on.

    Flushes, never commits. Raises NumberUnusable or SmsTooLong; a second message of one kind about
    one thing at one moment is refused by the database (IntegrityError).
    """
    text = lines(sms.text, limit=MOST_PARTS * 160)
    if length_of(text).parts > MOST_PARTS:
        text = _in_plain_letters(text)
    if not 1 <= length_of(text).parts <= MOST_PARTS:
        raise SmsTooLong(f"a text message has 1 to {MOST_PARTS} parts")
    recipient = phone_number(sms.recipient)
    identity = f"{sms.kind}.{sms.about}.{recipient}.{now.isoformat()}"
    message = OutboxMessage(
        medium=Medium.SMS,
        kind=sms.kind,
        about=sms.about,
        recipient=recipient,
        subject=one_line(text, SUBJECT_LIMIT),
        message_id="sms:" + hashlib.sha256(identity.encode()).hexdigest()[:40],
        raw=text.encode(),
        queued_at=now,
        due_at=due_at or now,
    )
    session.add(message)
    session.flush()
    after_commit(session, SEND_MESSAGES, partial(wake, SEND_MESSAGES))
    return message


class SmsFolder:
    """Keeps text messages as files; the default while no provider is connected."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, parcel: Parcel, before_last_byte: BeforeLastByte) -> None:
        """Write number and text as one file; sent again it is the same file, not a second one."""
        file = self._path / (re.sub(r"[^A-Za-z0-9]", "-", parcel.message_id) + ".txt")
        half = file.with_suffix(f".{os.getpid()}.half")
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            half.write_bytes(parcel.recipient.encode() + b"\n\n" + parcel.raw + b"\n")
        except OSError as error:
            raise TemporaryFailure(f"the local outbox: {error}") from error
        before_last_byte()
        try:
            half.replace(file)
        except OSError as error:
            raise TemporaryFailure(f"the local outbox: {error}") from error
