"""What was made of a mail that came in: one word for each case, kept with the mail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from portal.messages.models import InboundState


class Verdict(Enum):
    """What a mail was, and what followed from it."""

    # whose and about what
    NOBODYS = "nobodys"  # no token of ours: anybody may have written it
    FORMER_ADDRESS = "former_address"  # the customer has another mail address by now
    OTHER_APPOINTMENT = "other_appointment"  # no appointment of this customer's
    OTHER_ATTENDEE = "other_attendee"
    MORE_ATTENDEES = "more_attendees"
    # in what order
    NO_STAMP = "no_stamp"
    AHEAD = "ahead"  # of a later state than ours, or of a later day
    REPLAY = "replay"
    STALE = "stale"
    STALE_TOLD = "stale_told"
    OVER = "over"  # the appointment is cancelled or past anyway
    # answers
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    UNPROVEN = "unproven"  # noted nowhere but here: nobody knows who said it
    DECLINED = "declined"
    DECLINED_LATE = "declined_late"
    DECLINE_ASKED = "decline_asked"
    RESTORED = "restored"
    YES_AFTER_NO = "yes_after_no"
    DELEGATED = "delegated"
    COUNTERED = "countered"
    COUNTERED_AGAIN = "countered_again"
    COUNTERED_LATE = "countered_late"
    REFRESHED = "refreshed"
    # other mail
    BOUNCED = "bounced"
    BOUNCE_UNKNOWN = "bounce_unknown"
    DELAYED = "delayed"
    OUT_OF_OFFICE = "out_of_office"
    WROTE = "wrote"
    REFUSED = "refused"  # with the reason behind it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of a mail, and whether a person looks at it, today when it is urgent."""

    verdict: Verdict
    state: InboundState = InboundState.DONE
    urgent: bool = False


def for_person(verdict: Verdict, *, urgent: bool = False) -> Outcome:
    """Return that a person has to look."""
    return Outcome(verdict, InboundState.FOR_PERSON, urgent)


def ignored(verdict: Verdict) -> Outcome:
    """Return that nothing follows from it, and nobody has to look."""
    return Outcome(verdict, InboundState.IGNORED)
