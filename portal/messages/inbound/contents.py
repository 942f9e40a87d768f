"""What a mail that came in can turn out to say. Values only: nothing here reads or decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class ReplyKind(Enum):
    """What a calendar answers."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    DELEGATED = "delegated"
    COUNTER = "counter"  # another time is proposed
    REFRESH = "refresh"  # the latest version is asked for


class Trust(Enum):
    """Whether the sender is who the mail says."""

    PROVEN = "proven"  # our own server saw DMARC pass for the From domain, and From is the ATTENDEE
    DOUBTFUL = "doubtful"  # anything else


@dataclass(frozen=True)
class CalendarReply:
    """An answer made by a calendar program.

    `uid` as it stands in the answer; `sequence` 0 when it names none; `stamp` its DTSTAMP in UTC,
    None when it has none that can be used; `attendee` who answers, in small letters;
    `other_attendees` how many others stand in it; `proposed` start and end, aware, of a COUNTER,
    None when it names no time that can be read; `comment` what the customer typed, cleaned.
    """

    kind: ReplyKind
    uid: str
    sequence: int
    stamp: datetime | None
    attendee: str
    other_attendees: int
    proposed: tuple[datetime, datetime] | None
    comment: str


@dataclass(frozen=True)
class Bounce:
    """A message of ours came back, or is late (`is_final` False: its server goes on trying).

    `token` is that of the message (`OutboxMessage.bounce_token`), None when nothing tells it;
    `message_id` is the other thing by which it may be known, with its angle brackets.
    """

    token: str | None
    is_final: bool
    diagnostic: str
    recipient: str
    message_id: str = ""


@dataclass(frozen=True)
class OutOfOffice:
    """A machine answers by itself; it changes nothing and is never answered."""


@dataclass(frozen=True)
class FreeText:
    """Somebody wrote: a person reads it."""


@dataclass(frozen=True)
class Refused:
    """A mail that changes nothing and that a person looks at; `reason` tells why, in English."""

    reason: str


Content = CalendarReply | Bounce | OutOfOffice | FreeText | Refused


@dataclass(frozen=True)
class Reading:
    """A mail, understood.

    `sender` is the address in From, in small letters, empty when it is not one plain address;
    `subject` and `excerpt` (what was written, without the mail it answers) are cleaned, at most 200
    and 2,000 characters; `reply_token` is the token of our address to which it came.
    """

    sender: str
    subject: str
    excerpt: str
    reply_token: str | None
    trust: Trust
    content: Content
