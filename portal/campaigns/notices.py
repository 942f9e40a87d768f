"""Mails of a wave: one function for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Invitation
from portal.booking.wording import day_in_words, place, window_in_words
from portal.customers.correspondence import letter_to, mail_to
from portal.customers.hours import Urgency, due_at
from portal.messages.addresses import reply_address
from portal.messages.letter import Block, Button, Choices, Fact, Facts, Paragraph
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.pages import date_in_words
from portal.planning.windows import Window
from portal.site import Site
from portal.texts import spoken_to, text

EXAMPLES = 3


def invited(
    session: Session,
    invitation: Invitation,
    link: str,
    now: datetime,
    *,
    site: Site,
    examples: Sequence[Window] = (),
) -> OutboxMessage | None:
    """Ask the customer to choose a time; up to three `examples` are open for them at this moment.

    The mail goes at the customer's own hour, and never at night.

    Called in the transaction that makes the invitation. Returns None, and tells nobody, when the
    customer has no usable mail address.
    """
    customer = invitation.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("When may we come for the maintenance of your boiler?"),
            preview=text("Choose a time that suits you."),
            blocks=(
                Paragraph(text("It is time for the maintenance of your boiler.")),
                Facts((Fact(text("Where"), place(invitation.visit.address)),)),
                Paragraph(
                    text(
                        "Choose a day and a time that suit you. You choose a window of two hours:"
                        " you need not wait for longer."
                    )
                ),
                *_examples(examples),
                Button(text("Choose your time"), link),
                *_until(invitation),
                Paragraph(text("This link is for you alone. Please do not pass it on.")),
            ),
        )
        about = f"visit:{invitation.visit_id}"
        desk = reply_address(session, customer.id, customer.email or "", now, site=site)
        mail = mail_to(customer, site, letter, kind="invited", about=about, desk=desk)
    return enqueue(session, mail, now, due_at(customer.message_hour, now, Urgency.CAN_WAIT))


def reminded(
    session: Session,
    invitation: Invitation,
    link: str,
    now: datetime,
    *,
    site: Site,
    examples: Sequence[Window] = (),
) -> OutboxMessage | None:
    """Bring an unanswered invitation to mind, the only time; it goes now, at the customer's hour.

    Called in the transaction that notes it. Returns None, and tells nobody, when the customer has
    no usable mail address.
    """
    customer = invitation.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        until = date_in_words(invitation.deadline_on, "short")
        letter = letter_to(
            customer,
            site,
            subject=text("Reminder: choose a time for your boiler by %(day)s", day=until),
            preview=text("There is still a choice of times."),
            blocks=(
                Paragraph(
                    text(
                        "Some days ago we wrote to you about the maintenance of your boiler."
                        " Perhaps it did not suit you then. You can still choose a time."
                    )
                ),
                Facts((Fact(text("Where"), place(invitation.visit.address)),)),
                *_examples(examples),
                Button(text("Choose your time"), link),
                *_until(invitation),
                Paragraph(
                    text(
                        "Is something different from what we think, or does nothing suit you?"
                        " Answer this mail. This is our only reminder. After that day a colleague"
                        " gets in touch with you."
                    )
                ),
            ),
        )
        about = f"visit:{invitation.visit_id}"
        desk = reply_address(session, customer.id, customer.email or "", now, site=site)
        mail = mail_to(customer, site, letter, kind="plan_reminded", about=about, desk=desk)
    return enqueue(session, mail, now)


def _examples(windows: Sequence[Window]) -> tuple[Block, ...]:
    if not windows:
        return ()
    return (
        Paragraph(text("Now free, for example:")),
        Choices(tuple(window_in_words(window) for window in windows[:EXAMPLES])),
    )


def _until(invitation: Invitation) -> tuple[Block, ...]:
    return (
        Paragraph(
            text(
                "Please choose by %(day)s at the latest.", day=day_in_words(invitation.deadline_on)
            )
        ),
        Paragraph(text("Do you prefer the phone? Call us, and we plan it together.")),
    )
