"""The message that asks how a visit went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.wording import day_in_words
from portal.customers.correspondence import Notice, Words, tell
from portal.feedback.models import Opinion
from portal.messages.letter import Button, Paragraph
from portal.messages.models import OutboxMessage
from portal.site import Site
from portal.texts import text


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

    def words() -> Words:
        day = day_in_words(opinion.appointment.date)
        return Words(
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

    notice = Notice("questions", opinion.appointment.visit, words, due_at)
    return tell(session, notice, now, site=site)
