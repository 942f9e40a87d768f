"""Understands a mail that came in: bytes in, a `Reading` out, whatever the bytes are."""

from __future__ import annotations

from portal.calendar.cleaning import one_line
from portal.messages.inbound.answers import ANSWERS, answer_in, calendar_in, calendar_parts
from portal.messages.inbound.authentication import has_dmarc_pass
from portal.messages.inbound.automatic import is_automatic
from portal.messages.inbound.bounces import is_report, old_bounce_in, report_in
from portal.messages.inbound.components import Unusable
from portal.messages.inbound.contents import (
    Bounce,
    CalendarReply,
    Content,
    FreeText,
    OutOfOffice,
    Reading,
    Refused,
    ReplyKind,
    Trust,
)
from portal.messages.inbound.excerpts import excerpt_of
from portal.messages.inbound.own import Us
from portal.messages.inbound.parts import Mail, Part, mail_in

# What cannot be looked into, and how a person is told so.
SEALED = {
    "application/ms-tnef": "it is in a form that only Outlook reads (winmail.dat)",
    "application/vnd.ms-tnef": "it is in a form that only Outlook reads (winmail.dat)",
    "application/pkcs7-mime": "it is encrypted, or signed as a whole (S/MIME)",
    "application/x-pkcs7-mime": "it is encrypted, or signed as a whole (S/MIME)",
    "application/pgp-encrypted": "it is encrypted (PGP)",
}

__all__ = [
    "Bounce",
    "CalendarReply",
    "Content",
    "FreeText",
    "OutOfOffice",
    "Reading",
    "Refused",
    "ReplyKind",
    "Trust",
    "read",
]


def read(
    raw: bytes, *, company_email: str, authserv_id: str, bounce_name: str = "bounce"
) -> Reading:
    """Return what a mail says; never raises.

    `company_email` and `bounce_name` tell our own addresses, `authserv_id` the name under which our
    own mail server writes Authentication-Results; an empty one means that nothing is proven.
    """
    return understood_or_refused(raw, Us(company_email, bounce_name, authserv_id))


def understood_or_refused(raw: bytes, us: Us) -> Reading:
    """Return what a mail says, whatever the bytes are."""
    try:
        return understood(raw, us)
    except Exception as fault:  # whatever it is, a person sees the mail, and others are read
        return Reading("", "", "", None, Trust.DOUBTFUL, Refused(f"unreadable: {_kind(fault)}"))


def understood(raw: bytes, us: Us) -> Reading:
    """Return what a mail says; the tests hold it to raising nothing either."""
    mail = mail_in(raw)
    sender = _sender(mail)
    content = _content(mail, us, sender)
    return Reading(
        sender=sender,
        subject=one_line(mail.headers.text("subject")),
        excerpt=excerpt_of(mail),
        reply_token=us.reply_token(mail.headers),
        trust=_trust(mail, us, sender, content),
        content=content,
    )


def _content(mail: Mail, us: Us, sender: str) -> Content:
    if mail.excess:
        return Refused(mail.excess)
    if is_report(mail):
        return report_in(mail, us)
    if calendars := calendar_parts(mail.parts):
        return _answer(mail, calendars, sender)
    if (bounce := old_bounce_in(mail, us, sender)) is not None:
        return bounce
    if is_automatic(mail.headers):
        return OutOfOffice()
    sealed = [SEALED[part.kind] for part in mail.parts if part.kind in SEALED]
    return Refused(sealed[0]) if sealed else FreeText()


def _answer(mail: Mail, calendars: list[Part], sender: str) -> Content:
    """Return a calendar's answer; a machine sends one too when its owner pressed the button.

    A server may call an answer auto-generated. A machine that says it is away, and repeats our own
    invite, is no answer.
    """
    try:
        calendar = calendar_in(calendars)
        if calendar.method not in ANSWERS and is_automatic(mail.headers):
            return OutOfOffice()
        return answer_in(calendar, sender)
    except Unusable as why:
        return Refused(one_line(str(why)))


def _sender(mail: Mail) -> str:
    """Return the one plain address in the one From field, else nothing."""
    is_one = len(mail.headers.all("from")) == len(mail.headers.named("from")) == 1
    return next(iter(mail.headers.addresses("from")), "") if is_one else ""


def _trust(mail: Mail, us: Us, sender: str, content: Content) -> Trust:
    if not isinstance(content, CalendarReply) or not sender or content.attendee != sender:
        return Trust.DOUBTFUL
    is_proven = has_dmarc_pass(mail.headers, us.authserv_id, sender.rpartition("@")[2])
    return Trust.PROVEN if is_proven else Trust.DOUBTFUL


def _kind(fault: Exception) -> str:
    return type(fault).__name__
