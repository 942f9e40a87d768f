"""Mails that answer what a customer's calendar answered.

Each is called in the transaction of what it tells. Each returns None, and tells nobody, when the
customer has no usable mail address; each goes to that address only, whoever wrote to us.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.booking.notices.parts import (
    brief,
    facts,
    facts_over,
    free_windows,
    invite_of,
    number,
    when,
)
from portal.customers.correspondence import Notice, Words, tell
from portal.messages.compose import Method
from portal.messages.letter import Block, Button, Facts, Paragraph
from portal.messages.models import OutboxMessage
from portal.pages import clock_time
from portal.planning.windows import Window
from portal.site import Site
from portal.texts import text


def declined(
    session: Session,
    appointment: Appointment,
    now: datetime,
    *,
    site: Site,
    link: str,
    until: datetime,
) -> OutboxMessage | None:
    """Tell that the No arrived, until when it can be taken back, and where to choose again."""

    def words() -> Words:
        return Words(
            subject=text("Appointment cancelled: %(when)s", when=brief(appointment)),
            preview=text("You said No in your calendar. Choose another time."),
            blocks=(
                Paragraph(
                    text(
                        "You said No to this appointment in your calendar. So it is cancelled."
                        " Thank you for telling us."
                    )
                ),
                facts_over(appointment),
                Paragraph(
                    text(
                        "Was it a mistake? We keep this time for you until %(time)s. On your page"
                        " you take it back with one click.",
                        time=clock_time(until),
                    )
                ),
                Paragraph(
                    text("Does another time suit you better? Then choose it on the same page.")
                ),
                Button(text("Choose a new time"), link),
            ),
        )

    enclose = invite_of(appointment, Method.CANCEL, now, site=site)
    notice = Notice("declined", appointment.visit, words, enclose=enclose)
    return tell(session, notice, now, site=site)


def declined_late(
    session: Session, appointment: Appointment, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell that the appointment is too near to go by itself, and whom to call."""

    def words() -> Words:
        return Words(
            subject=text("Please call us about your appointment"),
            preview=text("A calendar said No to your appointment. We like to help you."),
            blocks=(
                Paragraph(
                    text(
                        "A calendar said No to this appointment. It is so near that we would like"
                        " to speak with you first."
                    )
                ),
                facts(appointment),
                Paragraph(
                    text(
                        "Please call us on %(phone)s. Together we find what suits you. Until then"
                        " the appointment stands.",
                        phone=site.company_phone,
                    )
                ),
            ),
        )

    return tell(session, Notice("declined_late", appointment.visit, words), now, site=site)


def asked(
    session: Session, appointment: Appointment, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Ask whether a No came from the customer; nothing changes without a click."""

    def words() -> Words:
        return Words(
            subject=text("Did you say No to %(when)s?", when=brief(appointment)),
            preview=text("Nothing changes until you tell us."),
            blocks=(
                Paragraph(
                    text(
                        "A calendar said No to this appointment. We could not see whether it was"
                        " yours. So nothing has changed yet."
                    )
                ),
                facts(appointment),
                Paragraph(text("Do you want to cancel it? Tell us on your appointment's page.")),
                Button(text("Say yes or no to this"), site.appointment_page(appointment.reference)),
                Paragraph(text("Do you want us to come? Then you do not need to do anything.")),
            ),
        )

    return tell(session, Notice("decline_asked", appointment.visit, words), now, site=site)


def countered(
    session: Session,
    appointment: Appointment,
    windows: Sequence[Window],
    link: str,
    now: datetime,
    *,
    site: Site,
) -> OutboxMessage | None:
    """Answer a proposed time with real windows near it; `link` leads to all of them.

    Carries the answer for the calendar program too: the proposal is declined, the entry stays.
    """

    def words() -> Words:
        return Words(
            subject=text("Another time? Choose one that we can keep"),
            preview=text("Your appointment stands until you choose."),
            blocks=(
                Paragraph(
                    text(
                        "In your calendar you proposed another time. Thank you. Our routes are"
                        " planned in advance, so we show you the times that we can keep."
                    )
                ),
                *_near(windows, site),
                Button(text("Choose another time"), link),
                Facts((when(appointment), number(appointment))),
                Paragraph(text("Until you choose, this appointment stands.")),
            ),
        )

    enclose = invite_of(appointment, Method.DECLINECOUNTER, now, site=site)
    notice = Notice("countered", appointment.visit, words, enclose=enclose)
    return tell(session, notice, now, site=site)


def _near(windows: Sequence[Window], site: Site) -> tuple[Block, ...]:
    if not windows:
        return (
            Paragraph(
                text(
                    "No other time is free at this moment. Call us on %(phone)s. Together we find"
                    " what suits you.",
                    phone=site.company_phone,
                )
            ),
        )
    return free_windows(text("These free times are nearest to yours:"), windows)
