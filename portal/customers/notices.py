"""Mails to a customer about the customer's own data: a code, and that something was changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.customers.correspondence import letter_to, mail_to
from portal.customers.models import Customer, MailedCode
from portal.customers.wording import field_name
from portal.messages.compose import Mailbox
from portal.messages.letter import Choices, Fact, Facts, Paragraph
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.pages import clock_time
from portal.site import Site
from portal.texts import spoken_to, text


def code(
    session: Session, asked: MailedCode, recipient: str, digits: str, now: datetime, *, site: Site
) -> OutboxMessage:
    """Send a code. Subject and preview do not show it: both stand on a locked telephone."""
    customer = asked.customer
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("Your code to change your details, valid for 10 minutes"),
            preview=text("Open this mail to see the code."),
            blocks=(
                Paragraph(_what_for(asked)),
                Facts(
                    (
                        Fact(text("Code"), f"{digits[:3]} {digits[3:]}"),
                        Fact(text("Valid until"), clock_time(asked.expires_at)),
                    )
                ),
                Paragraph(text("Type it on the page where you asked for it.")),
                Paragraph(
                    text(
                        "Was it not you? Then you need not do anything: nothing changes."
                        " We never ask for this code on the telephone."
                    )
                ),
            ),
        )
        name = customer.name
        if asked.new_email:  # perhaps a stranger's: it is told nobody's name, chosen or real
            name, letter = "", replace(letter, greeting=text("Hello,"))
        mail = mail_to(customer, site, letter, kind="code", about=f"code:{asked.id}")
    return enqueue(session, replace(mail, recipient=Mailbox(name, recipient)), now)


def details_changed(
    session: Session,
    customer: Customer,
    fields: Collection[str],
    old_email: str | None,
    now: datetime,
    *,
    site: Site,
) -> OutboxMessage | None:
    """Tell the address that we knew before which details were changed, not what they are now.

    Returns None, and tells nobody, when there was no usable mail address.
    """
    if old_email is None or not can_be_mailed(old_email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("Your details were changed"),
            preview=text("Was it you? Then you need not do anything."),
            blocks=(
                Paragraph(text("These details were just changed:")),
                Choices(tuple(field_name(name) for name in fields)),
                Paragraph(text("Was it you? Then you need not do anything.")),
                Paragraph(
                    text(
                        "Was it not you? Call us on %(phone)s. We put it right together.",
                        phone=site.company_phone,
                    )
                ),
            ),
        )
        about = f"customer:{customer.id}"
        mail = mail_to(customer, site, letter, kind="details_changed", about=about)
    return enqueue(session, replace(mail, recipient=Mailbox(customer.name, old_email)), now)


def _what_for(asked: MailedCode) -> str:
    if asked.new_email:
        return text("With this code you tell us that this mail address is yours.")
    return text(
        "With this code you can change your name, your mail address or your telephone number."
    )
