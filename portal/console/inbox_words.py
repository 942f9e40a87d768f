"""What was made of a mail that came in, in words for the desk."""

from __future__ import annotations

from portal.booking.inbound.verdicts import Verdict
from portal.texts import source_text, text

WORDS = {
    Verdict.NOBODYS: source_text("We do not know whose this is. Nothing was changed."),
    Verdict.FORMER_ADDRESS: source_text(
        "Comes from a mail address that the customer has no longer. Nothing was changed."
    ),
    Verdict.OTHER_APPOINTMENT: source_text(
        "An answer to an appointment that this customer does not have. Nothing was changed."
    ),
    Verdict.OTHER_ATTENDEE: source_text(
        "Somebody else answers for the customer. Nothing was changed."
    ),
    Verdict.MORE_ATTENDEES: source_text("Several people answer in one mail. Nothing was changed."),
    Verdict.NO_STAMP: source_text(
        "An answer from a calendar without a moment. Nothing was changed."
    ),
    Verdict.AHEAD: source_text(
        "An answer to an appointment as we never sent it. Nothing was changed."
    ),
    Verdict.ACCEPTED: source_text("Said Yes to the appointment. That is noted."),
    Verdict.TENTATIVE: source_text("Said Maybe to the appointment. That is noted; it stands."),
    Verdict.UNPROVEN: source_text(
        "Said Yes or Maybe; whether it was the customer is not certain. The appointment stands."
    ),
    Verdict.DECLINED: source_text(
        "Said No. The appointment is cancelled, the customer has a mail."
    ),
    Verdict.DECLINED_LATE: source_text(
        "Said No, and the appointment is very near. It still stands: call now."
    ),
    Verdict.DECLINE_ASKED: source_text(
        "Said No; whether it was the customer is not certain. The appointment stands, and we asked"
        " by mail."
    ),
    Verdict.RESTORED: source_text("Said No and then Yes. The appointment is booked again."),
    Verdict.YES_AFTER_NO: source_text(
        "Said Yes after a No. The appointment is cancelled: call, the customer expects us."
    ),
    Verdict.DELEGATED: source_text("Passed the appointment on to somebody else. It stands."),
    Verdict.COUNTERED: source_text("Proposed another time. The appointment stands."),
    Verdict.COUNTERED_AGAIN: source_text(
        "Proposed another time once more. The appointment stands: call, that is quicker."
    ),
    Verdict.COUNTERED_LATE: source_text(
        "Proposed another time, and the appointment is very near. It still stands: call now."
    ),
    Verdict.REFRESHED: source_text("Asked for the invitation again, and got it."),
    Verdict.STALE: source_text("An answer to an earlier version. The present one was just sent."),
    Verdict.STALE_TOLD: source_text(
        "An answer to an earlier version. The present invitation was sent again."
    ),
    Verdict.OVER: source_text("An answer to an appointment that is over. Nothing was changed."),
    Verdict.REPLAY: source_text("Was said before. Nothing was changed."),
    Verdict.BOUNCED: source_text("A message came back. It stands with the messages at the desk."),
    Verdict.BOUNCE_UNKNOWN: source_text(
        "A message came back, and it is not certain which one. Nothing was changed."
    ),
    Verdict.DELAYED: source_text("A message of ours is on its way longer than usual."),
    Verdict.OUT_OF_OFFICE: source_text("A machine answered."),
    Verdict.WROTE: source_text("Somebody wrote to us."),
    Verdict.REFUSED: source_text("Could not be understood. Nothing was changed."),
}


def understood(verdict: str) -> tuple[str, str]:
    """Return what was understood of a mail, and the reason behind it, which is English."""
    word, _, reason = verdict.partition(":")
    known = {one.value: said for one, said in WORDS.items()}
    return (text(known[word]), reason) if word in known else (text(WORDS[Verdict.REFUSED]), verdict)


def mail_in_words(action: str) -> str:
    """Return what happened with a mail or by one, or "" for what happened otherwise."""
    match action:
        case "mail.received":
            return text("Mail received")
        case "mail.answered":
            return text("Mail answered")
        case "mail.no_answer_needed":
            return text("Mail needed no answer")
        case "mail.put_back":
            return text("Mail put back in the list")
        case "answer.accepted":
            return text("Calendar said Yes")
        case "answer.tentative":
            return text("Calendar said Maybe")
        case "answer.declined":
            return text("Calendar said No")
        case "answer.withdrawn":
            return text("The No was no No: the appointment stands")
        case "appointment.restored":
            return text("Appointment booked again after a No")
    return ""
