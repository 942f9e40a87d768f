"""Mails of a wave: one function for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Invitation
from portal.booking.notices.parts import free_windows, where
from portal.booking.wording import day_in_words
from portal.customers.correspondence import Notice, Words, tell
from portal.customers.hours import Urgency, due_at
from portal.messages.letter import Block, Button, Facts, Paragraph
from portal.messages.models import OutboxMessage
from portal.pages import date_in_words
from portal.planning.windows import Window
from portal.site import Site
from portal.texts import text

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

    def words() -> Words:
        return Words(
            subject=text("When may we come for the maintenance of your boiler?"),
            preview=text("Choose a time that suits you."),
            blocks=(
                Paragraph(text("It is time for the maintenance of your boiler.")),
                Facts((where(invitation.visit),)),
                Paragraph(
                    text(
                        "Choose a day and a time that suit you. You choose a window of two hours:"
                        " you need not wait for longer."
                    )
                ),
                *free_windows(text("Now free, for example:"), examples[:EXAMPLES]),
                Button(text("Choose your time"), link),
                *_until(invitation),
                Paragraph(text("This link is for you alone. Please do not pass it on.")),
            ),
        )

    due = due_at(invitation.visit.customer.message_hour, now, Urgency.CAN_WAIT)
    return tell(session, Notice("invited", invitation.visit, words, due), now, site=site)


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

    def words() -> Words:
        until = date_in_words(invitation.deadline_on, "short")
        return Words(
            subject=text("Reminder: choose a time for your boiler by %(day)s", day=until),
            preview=text("There is still a choice of times."),
            blocks=(
                Paragraph(
                    text(
                        "Some days ago we wrote to you about the maintenance of your boiler."
                        " Perhaps it did not suit you then. You can still choose a time."
                    )
                ),
                Facts((where(invitation.visit),)),
                *free_windows(text("Now free, for example:"), examples[:EXAMPLES]),
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

    return tell(session, Notice("plan_reminded", invitation.visit, words), now, site=site)


def _until(invitation: Invitation) -> tuple[Block, ...]:
    return (
        Paragraph(
            text(
                "Please choose by %(day)s at the latest.", day=day_in_words(invitation.deadline_on)
            )
        ),
        Paragraph(text("Do you prefer the phone? Call us, and we plan it together.")),
    )
