"""Hostile names, subjects, notes and addresses in whole mails, and a count of what came out.

Run with `python -O -m tests.messages.hostile_mail`: prints the headers, parts and recipients that
were too many, and the addresses that were let in. Zero and zero is right.
"""

from __future__ import annotations

import sys
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from portal.calendar.invite import request
from portal.mail import AddressUnusable
from portal.messages.compose import Invite, Mail, Mailbox, Method, compose
from tests.calendar.hostile import BREAKS, HOSTILE, event_with
from tests.factories import MONDAY_NOON
from tests.messages.letters import a_mail

GOOD = "zoe@example.org"
ADDRESSES = [
    *(f"zoe@example.org{sign}Bcc: thief@example.net" for sign in BREAKS),
    *(f"zoe{sign}@example.org" for sign in BREAKS),
    "zoe@example.org, thief@example.net",
    "zoe@example.org;thief@example.net",
    "zoe@example.org> RCPT TO:<thief@example.net",
    "<zoe@example.org>",
    '"zoe thief"@example.org',
    "zoe@[127.0.0.1]",
    "zoe@exämple.org",
    "zoë@example.org",
    "zoe@@example.org",
    "zoe@example",
    "@example.org",
    "zoe@",
    "",
    f"{'a' * 300}@example.org",
    "zoe@example.org\u202e",
    "zoe(thief)@example.org",
]


def hostile_mail(text: str) -> Mail:
    """Return a mail in which every text that people write is this one."""
    event = event_with(text)
    return a_mail(
        subject=text,
        text=text.encode("utf-8", "replace").decode(),
        html=f"<p>{text.encode('utf-8', 'replace').decode()}</p>",
        sender=Mailbox(text, "afspraak@warmhuis.example"),
        recipient=Mailbox(text, GOOD),
        invite=Invite(event.uid, event.sequence, Method.REQUEST, request(event)),
    )


def excess(text: str) -> int:
    """Return how many headers, parts and recipients a mail has that it should not have."""
    mail, usual = opened(hostile_mail(text)), opened(hostile_mail("Jan"))
    wrong = abs(len(mail.keys()) - len(usual.keys()))
    wrong += sum(name not in usual for name in mail)
    kinds = [part.get_content_type() for part in mail.walk()]
    wrong += kinds != [part.get_content_type() for part in usual.walk()]
    wrong += [one.addr_spec for one in mail["To"].addresses] != [GOOD]
    wrong += [one.addr_spec for one in mail["From"].addresses] != ["afspraak@warmhuis.example"]
    return wrong + len(mail.defects)


def is_let_in(address: str) -> bool:
    """Return whether a mail to this address, which is none, would be made."""
    try:
        compose(a_mail(recipient=Mailbox("Jan", address)), MONDAY_NOON)
    except AddressUnusable:
        return False
    return True


def opened(mail: Mail) -> EmailMessage:
    message = message_from_bytes(compose(mail, MONDAY_NOON), policy=default)
    if not isinstance(message, EmailMessage):
        raise TypeError
    return message


if __name__ == "__main__":
    counts = (sum(map(excess, HOSTILE)), sum(map(is_let_in, ADDRESSES)))
    print(sys.flags.optimize > 0, *counts)  # noqa: T201
