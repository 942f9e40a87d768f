"""A letter to a customer: greeted by name, and with the ways to reach us."""

from __future__ import annotations

from portal.customers.models import Customer
from portal.customers.salutation import greeting
from portal.messages.compose import Mail, Mailbox
from portal.messages.letter import Block, Letter, draw
from portal.site import Site
from portal.texts import text


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
                "Questions? Call us: %(phone)s (%(hours)s).",
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
