"""How a customer is written to: what is told of a visit, and the letter that tells it.

A letter greets by name and gives the ways to reach us.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.customers.models import Customer, Visit
from portal.customers.salutation import greeting
from portal.customers.texting import texted_at
from portal.messages.addresses import reply_address
from portal.messages.compose import Mail, Mailbox
from portal.messages.letter import Block, Letter, draw
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.messages.sms import Sms, enqueue_sms
from portal.site import Site
from portal.texts import spoken_to, text


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says, in the reader's language; `sms` is what a text message says instead.

    Without `sms` it goes by mail only.
    """

    subject: str
    preview: str
    blocks: tuple[Block, ...]
    sms: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell about a visit; `words` is called in the customer's language and tone.

    It goes from `due_at` (now) on, to the customer's mail address unless `email` is another one.
    `enclose` returns the mail with what goes along with it.
    """

    kind: str
    visit: Visit
    words: Callable[[], Words]
    due_at: datetime | None = None
    email: str | None = None
    enclose: Callable[[Mail], Mail] | None = None

    @property
    def about(self) -> str:
        """Whom it concerns, as the outbox keeps it."""
        return f"visit:{self.visit.id}"


def tell(session: Session, notice: Notice, now: datetime, *, site: Site) -> OutboxMessage | None:
    """Put a notice in the outbox, in the transaction of what it tells.

    What has an `sms` goes by text message to who wishes that, all else by mail. Returns None, and
    tells nobody, when the customer can be reached by neither.
    """
    customer = notice.visit.customer
    email = notice.email or customer.email or ""
    with spoken_to(customer.locale, customer.tone):
        words = notice.words()
        if words.sms and (number := texted_at(customer)):
            sms = Sms(notice.kind, notice.about, number, words.sms)
            return enqueue_sms(session, sms, now, notice.due_at)
        if not can_be_mailed(email):
            return None
        desk = reply_address(session, customer.id, email, now, site=site)
        mail = _mail(notice, words, Mailbox(customer.name, email), desk, site)
        return enqueue(session, mail, now, notice.due_at)


def letter_to(
    customer: Customer, site: Site, *, subject: str, preview: str, blocks: tuple[Block, ...]
) -> Letter:
    """Return a letter; call it inside `spoken_to(customer.locale, customer.tone)`."""
    return Letter(
        subject=subject,
        preview=preview,
        greeting=greeting(customer),
        blocks=blocks,
        contact=(
            text(
                "Questions? Call us: %(phone)s (on working days %(hours)s).",
                phone=site.company_phone,
                hours=site.company_hours,
            ),
            text(
                "Or answer this mail (%(email)s). A colleague reads every answer.",
                email=site.company_email,
            ),
        ),
        closing=text("Kind regards,"),
        signature=site.company_name,
    )


def mail_to(
    customer: Customer, site: Site, letter: Letter, *, kind: str, about: str, desk: str = ""
) -> Mail:
    """Return a letter as a mail to a customer, from the desk that reads the answers.

    `desk` is the customer's own address for answers (`reply_address`); without it ours is plain.
    """
    drawing = draw(letter)
    return Mail(
        kind=kind,
        about=about,
        sender=Mailbox(site.company_name, desk or site.company_email),
        recipient=Mailbox(customer.name, customer.email or ""),
        subject=letter.subject,
        text=drawing.text,
        html=drawing.html,
        language=customer.locale,
    )


def _mail(notice: Notice, words: Words, recipient: Mailbox, desk: str, site: Site) -> Mail:
    letter = letter_to(
        notice.visit.customer,
        site,
        subject=words.subject,
        preview=words.preview,
        blocks=words.blocks,
    )
    mail = mail_to(
        notice.visit.customer, site, letter, kind=notice.kind, about=notice.about, desk=desk
    )
    mail = replace(mail, recipient=recipient)
    return notice.enclose(mail) if notice.enclose else mail
