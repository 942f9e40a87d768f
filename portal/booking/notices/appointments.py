"""Mails about an appointment: one function for each thing that happened to it.

Each is called in the transaction of what it tells, and puts one mail with an invite in the outbox.
Each returns None, and tells nobody, when the customer has no usable mail address.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.booking.notices.parts import (
    brief,
    facts,
    facts_over,
    invite_of,
    number,
    over,
    page,
    where,
)
from portal.booking.queries import window_of
from portal.booking.wording import window_in_words
from portal.customers.correspondence import Notice, Words, tell
from portal.messages.compose import Method
from portal.messages.letter import Block, Button, Fact, Facts, Paragraph
from portal.messages.models import OutboxMessage
from portal.pages import clock_time
from portal.planning.windows import Window
from portal.site import Site
from portal.texts import text


def confirmed(
    session: Session,
    appointment: Appointment,
    now: datetime,
    *,
    site: Site,
    is_ticked: bool = False,
    due_at: datetime | None = None,
) -> OutboxMessage | None:
    """Tell that the appointment is certain, with an invite for the customer's calendar.

    `is_ticked` says that we chose it among several times that the customer ticked; the message goes
    from `due_at` (now) on.
    """

    def words() -> Words:
        return Words(
            subject=text("Appointment confirmed: %(when)s", when=brief(appointment)),
            preview=text("You do not need to do anything else."),
            blocks=(
                Paragraph(_booked_in_words(is_ticked=is_ticked)),
                facts(appointment),
                Paragraph(_what_happens(appointment)),
                Paragraph(
                    text("Would you like it in your calendar? Answer Yes or Accept to this mail.")
                ),
                page(appointment, site),
                Paragraph(text("Does it not suit you after all? Choose another time there.")),
            ),
        )

    enclose = invite_of(appointment, Method.REQUEST, now, site=site)
    notice = Notice("confirmed", appointment.visit, words, due_at, enclose=enclose)
    return tell(session, notice, now, site=site)


def moved(
    session: Session, appointment: Appointment, before: Window, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell the new time beside the old one; the caller has raised the sequence."""

    def words() -> Words:
        return Words(
            subject=text("Appointment moved: now %(when)s", when=brief(appointment)),
            preview=text("The old time no longer holds."),
            blocks=(
                Paragraph(text("Your appointment for the maintenance of your boiler was moved.")),
                Facts(
                    (
                        Fact(text("New time"), window_in_words(window_of(appointment))),
                        over(text("Old time, no longer valid"), before),
                        where(appointment.visit),
                        number(appointment),
                    )
                ),
                Paragraph(
                    text(
                        "Answer Yes or Accept to this mail once more."
                        " Then your calendar is right again."
                    )
                ),
                Paragraph(text("Is the old time still in your calendar? Then please remove it.")),
                page(appointment, site),
            ),
        )

    enclose = invite_of(appointment, Method.REQUEST, now, site=site)
    notice = Notice("moved", appointment.visit, words, enclose=enclose)
    return tell(session, notice, now, site=site)


def cancelled(
    session: Session, appointment: Appointment, now: datetime, *, site: Site, link: str = ""
) -> OutboxMessage | None:
    """Tell that nobody comes; `link` leads to new windows, and the caller raised the sequence."""

    def words() -> Words:
        return Words(
            subject=text("Appointment cancelled: %(when)s", when=brief(appointment)),
            preview=text("Nobody comes at this time."),
            blocks=(
                Paragraph(text("This appointment is cancelled. Nobody comes at this time.")),
                facts_over(appointment),
                Paragraph(text("Is it still in your calendar? Then please remove it.")),
                *_new_choice(link),
            ),
        )

    enclose = invite_of(appointment, Method.CANCEL, now, site=site)
    notice = Notice("cancelled", appointment.visit, words, enclose=enclose)
    return tell(session, notice, now, site=site)


def readdressed(
    session: Session, appointment: Appointment, email: str | None, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Take the appointment out of the calendar of a former mail address; it still stands.

    The caller has raised the sequence. Which address it is now is not told to the former one, and
    without a former one nobody is told.
    """
    if not email:
        return None

    def words() -> Words:
        return Words(
            subject=text("We no longer write to this address about your appointment"),
            preview=text("The appointment itself still stands."),
            blocks=(
                Paragraph(
                    text(
                        "This mail address no longer belongs to your details. So the appointment"
                        " leaves the calendar here. The appointment itself still stands."
                    )
                ),
                facts(appointment),
                Paragraph(text("Is it still in your calendar? Then please remove it.")),
                Paragraph(
                    text(
                        "Was it not you? Call us on %(phone)s. We put it right together.",
                        phone=site.company_phone,
                    )
                ),
            ),
        )

    enclose = invite_of(appointment, Method.CANCEL, now, site=site)
    notice = Notice("readdressed", appointment.visit, words, email=email, enclose=enclose)
    return tell(session, notice, now, site=site)


def _booked_in_words(*, is_ticked: bool) -> str:
    if is_ticked:
        return text(
            "You ticked several times. We chose this one. Your appointment for the maintenance of"
            " your boiler is booked."
        )
    return text("Your appointment for the maintenance of your boiler is booked.")


def _what_happens(appointment: Appointment) -> str:
    return text(
        "Our technician comes between %(start)s and %(end)s. The work takes about %(minutes)s"
        " minutes.",
        start=clock_time(appointment.window_start),
        end=clock_time(appointment.window_end),
        minutes=appointment.visit.boiler.service_minutes,
    )


def _new_choice(link: str) -> tuple[Block, ...]:
    if not link:
        return (
            Paragraph(
                text(
                    "Your boiler still needs its maintenance. Call us or answer this mail. Together"
                    " we find a time that suits you."
                )
            ),
        )
    return (
        Paragraph(
            text("Your boiler still needs its maintenance. Choose a new time that suits you.")
        ),
        Button(text("Choose a new time"), link),
    )
