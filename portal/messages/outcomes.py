"""What can become of handing a message over, besides that it is taken."""

from __future__ import annotations


class NotTaken(Exception):
    """The message was not handed over; the sentence says why, for the planner.

    When the `channel_is_away`, the message is not to blame and the next one would fare alike.
    """

    def __init__(self, reason: str = "", *, channel_is_away: bool = False) -> None:
        super().__init__(reason)
        self.channel_is_away = channel_is_away


class TemporaryFailure(NotTaken):
    """Surely not taken, and worth another try."""


class PermanentFailure(NotTaken):
    """Surely not taken, and never will be: someone must look at it."""


class UnknownOutcome(NotTaken):
    """The line broke after the last byte: taken or not, nobody knows.

    It is sent again with identical bytes, which calendars see as one message: losing an
    appointment is worse than a second copy of its mail.
    """


class ClaimLost(NotTaken):
    """The lease ended while we were at it, and another sender has the message now."""
