"""Mails about an appointment: one function for each thing that happened to it.

Each is called in the transaction of what it tells, and puts one mail with an invite in the outbox.
Each returns None, and tells nobody, when the customer has no usable mail address.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.events import calendar_event, window_of
from portal.booking.models import Appointment
from portal.booking.wording import Window, place, window_in_brief, window_in_words
from portal.calendar import invite
from portal.customers.models import Customer
from portal.customers.salutation import greeting
from portal.messages.compose import Invite, Mail, Mailbox, Method
from portal.messages.letter import Block, Button, Facts, Letter, Paragraph, draw
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.site import Site
from portal.texts import spoken_to, text


def confirmed(
    session: Session, appointment: Appointment, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell that the appointment is certain, with an invite for the customer's calendar."""
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_about(
            customer,
            site,
            subject=text("Appointment confirmed: %(when)s", when=_brief(appointment)),
            preview=text("You do not need to do anything else."),
            blocks=(
                Paragraph(text("Your appointment for the service of your boiler is certain.")),
                Facts((_when(appointment), _where(appointment), _number(appointment))),
                Paragraph(_what_happens(appointment)),
                Paragraph(text("Answer Yes or Accept to put it in your calendar.")),
                _page(appointment, site),
                Paragraph(text("Does it not suit you after all? Choose another time there.")),
            ),
        )
        return _send(session, appointment, letter, Method.REQUEST, "confirmed", now, site)


def moved(
    session: Session, appointment: Appointment, before: Window, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell the new time beside the old one; the caller has raised the sequence."""
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_about(
            customer,
            site,
            subject=text("Appointment moved: now %(when)s", when=_brief(appointment)),
            preview=text("The old time no longer holds."),
            blocks=(
                Paragraph(text("Your appointment for the service of your boiler has a new time.")),
                Facts(
                    ((text("New time"), window_in_words(window_of(appointment))),
                     _where(appointment), _number(appointment)),
                    over=(text("Old time, no longer valid"), window_in_words(before)),
                ),
                Paragraph(text("Answer Yes or Accept once more. Your calendar then moves along.")),
                Paragraph(text("Is the old time still in your calendar? Then please remove it.")),
                _page(appointment, site),
            ),
        )  # fmt: skip
        return _send(session, appointment, letter, Method.REQUEST, "moved", now, site)


def cancelled(
    session: Session, appointment: Appointment, now: datetime, *, site: Site, link: str = ""
) -> OutboxMessage | None:
    """Tell that nobody comes; `link` leads to new windows, and the caller raised the sequence."""
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_about(
            customer,
            site,
            subject=text("Appointment cancelled: %(when)s", when=_brief(appointment)),
            preview=text("Nobody comes at this time."),
            blocks=(
                Paragraph(text("This appointment is cancelled. Nobody comes at this time.")),
                Facts(
                    (_where(appointment), _number(appointment)),
                    over=(text("Cancelled"), window_in_words(window_of(appointment))),
                ),
                Paragraph(text("Is it still in your calendar? Then please remove it.")),
                *_new_choice(link),
            ),
        )
        return _send(session, appointment, letter, Method.CANCEL, "cancelled", now, site)


def letter_about(
    customer: Customer, site: Site, *, subject: str, preview: str, blocks: tuple[Block, ...]
) -> Letter:
    """Return a letter to a customer with the greeting and the ways to reach us."""
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
            text("Or answer this mail. A colleague reads it: %(email)s.", email=site.company_email),
        ),
        closing=text("Kind regards,"),
        signature=site.company_name,
    )


def mail_to(
    customer: Customer, site: Site, letter: Letter, *, kind: str, about: str
) -> Mail:
    """Return a letter as a mail to a customer, from the desk that reads the answers."""
    drawing = draw(letter)
    return Mail(
        kind=kind,
        about=about,
        sender=Mailbox(site.company_name, site.company_email),
        recipient=Mailbox(customer.name, customer.email or ""),
        subject=letter.subject,
        text=drawing.text,
        html=drawing.html,
        language=customer.locale,
    )
