"""Mails that answer what a customer's calendar answered.

Each is called in the transaction of what it tells. Each returns None, and tells nobody, when the
customer has no usable mail address; each goes to that address only, whoever wrote to us.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.booking.notices.appointments import number, over, send, when, where
from portal.booking.queries import window_of
from portal.booking.wording import window_in_brief, window_in_words
from portal.customers.correspondence import letter_to, mail_to
from portal.messages.addresses import reply_address
from portal.messages.compose import Method
from portal.messages.letter import Block, Button, Choices, Facts, Letter, Paragraph
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.pages import clock_time
from portal.planning.windows import Window
from portal.site import Site
from portal.texts import spoken_to, text


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
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("Appointment cancelled: %(when)s", when=_brief(appointment)),
            preview=text("You said No in your calendar. Choose another time."),
            blocks=(
                Paragraph(
                    text(
                        "You said No to this appointment in your calendar. So it is cancelled."
                        " Thank you for telling us."
                    )
                ),
                Facts(
                    (
                        over(text("Cancelled"), window_of(appointment)),
                        where(appointment),
                        number(appointment),
                    )
                ),
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
        return send(session, appointment, letter, Method.CANCEL, "declined", now, site)


def declined_late(
    session: Session, appointment: Appointment, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell that the appointment is too near to go by itself, and whom to call."""
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("Please call us about your appointment"),
            preview=text("A calendar said No to your appointment. We like to help you."),
            blocks=(
                Paragraph(
                    text(
                        "A calendar said No to this appointment. It is so near that we would like"
                        " to speak with you first."
                    )
                ),
                Facts((when(appointment), where(appointment), number(appointment))),
                Paragraph(
                    text(
                        "Please call us on %(phone)s. Together we find what suits you. Until then"
                        " the appointment stands.",
                        phone=site.company_phone,
                    )
                ),
            ),
        )
        return _send_without_invite(session, appointment, letter, "declined_late", now, site)


def asked(
    session: Session, appointment: Appointment, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Ask whether a No came from the customer; nothing changes without a click."""
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("Did you say No to %(when)s?", when=_brief(appointment)),
            preview=text("Nothing changes until you tell us."),
            blocks=(
                Paragraph(
                    text(
                        "A calendar said No to this appointment. We could not see whether it was"
                        " yours. So nothing has changed yet."
                    )
                ),
                Facts((when(appointment), where(appointment), number(appointment))),
                Paragraph(text("Do you want to cancel it? Tell us on your appointment's page.")),
                Button(text("Say yes or no to this"), site.appointment_page(appointment.reference)),
                Paragraph(text("Do you want us to come? Then you do not need to do anything.")),
            ),
        )
        return _send_without_invite(session, appointment, letter, "decline_asked", now, site)


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
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
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
        return send(session, appointment, letter, Method.DECLINECOUNTER, "countered", now, site)


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
    lines = tuple(window_in_words(window) for window in windows)
    return (Paragraph(text("These free times are nearest to yours:")), Choices(lines))


def _send_without_invite(
    session: Session,
    appointment: Appointment,
    letter: Letter,
    kind: str,
    now: datetime,
    site: Site,
) -> OutboxMessage:
    customer = appointment.visit.customer
    desk = reply_address(session, customer.id, customer.email or "", now, site=site)
    about = f"visit:{appointment.visit_id}"
    return enqueue(session, mail_to(customer, site, letter, kind=kind, about=about, desk=desk), now)


def _brief(appointment: Appointment) -> str:
    return window_in_brief(window_of(appointment))
