"""The message that asks how a visit went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.wording import day_in_words
from portal.customers.correspondence import letter_to, mail_to
from portal.feedback.models import Opinion
from portal.messages.addresses import reply_address
from portal.messages.letter import Button, Paragraph
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.site import Site
from portal.texts import spoken_to, text


def questions(
    session: Session,
    opinion: Opinion,
    link: str,
    now: datetime,
    *,
    site: Site,
    due_at: datetime | None = None,
) -> OutboxMessage | None:
    """Ask two questions about a visit, and say that they may be left; `link` leads to the page.

    Returns None, and asks nobody, when the customer has no usable mail address.
    """
    customer = opinion.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        day = day_in_words(opinion.appointment.date)
        letter = letter_to(
            customer,
            site,
            subject=text("Two short questions about our visit of %(day)s", day=day),
            preview=text("It takes half a minute. You may also skip them."),
            blocks=(
                Paragraph(
                    text(
                        "On %(day)s we were with you for the maintenance of your boiler. Did it go"
                        " as you expected? And what can we do better?",
                        day=day,
                    )
                ),
                Button(text("Answer two questions"), link),
                Paragraph(
                    text("No time, or no wish to? Then leave it. We do not ask a second time.")
                ),
                Paragraph(text("A colleague reads what you write, and calls you if needed.")),
            ),
        )
        desk = reply_address(session, customer.id, customer.email or "", now, site=site)
        about = f"visit:{opinion.appointment.visit_id}"
        mail = mail_to(customer, site, letter, kind="questions", about=about, desk=desk)
        return enqueue(session, mail, now, due_at)
