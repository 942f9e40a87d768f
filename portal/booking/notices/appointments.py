"""Mails about an appointment: one function for each thing that happened to it.

Each is called in the transaction of what it tells, and puts one mail with an invite in the outbox.
Each returns None, and tells nobody, when the customer has no usable mail address.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.entry import calendar_event
from portal.booking.models import Appointment
from portal.booking.queries import window_of
from portal.booking.references import sayable
from portal.booking.wording import place, window_in_brief, window_in_words
from portal.calendar import invite
from portal.calendar.invite import CalendarEvent
from portal.customers.correspondence import letter_to, mail_to
from portal.messages.addresses import reply_address
from portal.messages.compose import Invite, Mailbox, Method
from portal.messages.letter import Block, Button, Fact, Facts, Letter, Paragraph
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.pages import clock_time
from portal.planning.windows import Window
from portal.site import Site
from portal.texts import spoken_to, text


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
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("Appointment confirmed: %(when)s", when=_brief(appointment)),
            preview=text("You do not need to do anything else."),
            blocks=(
                Paragraph(_booked_in_words(is_ticked=is_ticked)),
                Facts((when(appointment), where(appointment), number(appointment))),
                Paragraph(_what_happens(appointment)),
                Paragraph(
                    text("Would you like it in your calendar? Answer Yes or Accept to this mail.")
                ),
                page(appointment, site),
                Paragraph(text("Does it not suit you after all? Choose another time there.")),
            ),
        )
        return send(session, appointment, letter, Method.REQUEST, "confirmed", now, site, due_at)


def moved(
    session: Session, appointment: Appointment, before: Window, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell the new time beside the old one; the caller has raised the sequence."""
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("Appointment moved: now %(when)s", when=_brief(appointment)),
            preview=text("The old time no longer holds."),
            blocks=(
                Paragraph(text("Your appointment for the maintenance of your boiler was moved.")),
                Facts(
                    (
                        Fact(text("New time"), window_in_words(window_of(appointment))),
                        over(text("Old time, no longer valid"), before),
                        where(appointment),
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
        return send(session, appointment, letter, Method.REQUEST, "moved", now, site)


def cancelled(
    session: Session, appointment: Appointment, now: datetime, *, site: Site, link: str = ""
) -> OutboxMessage | None:
    """Tell that nobody comes; `link` leads to new windows, and the caller raised the sequence."""
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("Appointment cancelled: %(when)s", when=_brief(appointment)),
            preview=text("Nobody comes at this time."),
            blocks=(
                Paragraph(text("This appointment is cancelled. Nobody comes at this time.")),
                Facts(
                    (
                        over(text("Cancelled"), window_of(appointment)),
                        where(appointment),
                        number(appointment),
                    )
                ),
                Paragraph(text("Is it still in your calendar? Then please remove it.")),
                *_new_choice(link),
            ),
        )
        return send(session, appointment, letter, Method.CANCEL, "cancelled", now, site)


def readdressed(
    session: Session, appointment: Appointment, email: str | None, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Take the appointment out of the calendar of a former mail address; it still stands.

    The caller has raised the sequence. Which address it is now is not told to the former one.
    """
    if email is None or not can_be_mailed(email):
        return None
    customer = appointment.visit.customer
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("We no longer write to this address about your appointment"),
            preview=text("The appointment itself still stands."),
            blocks=(
                Paragraph(
                    text(
                        "This mail address no longer belongs to your details. So the appointment"
                        " leaves the calendar here. The appointment itself still stands."
                    )
                ),
                Facts((when(appointment), where(appointment), number(appointment))),
                Paragraph(text("Is it still in your calendar? Then please remove it.")),
                Paragraph(
                    text(
                        "Was it not you? Call us on %(phone)s. We put it right together.",
                        phone=site.company_phone,
                    )
                ),
            ),
        )
        return send(
            session, appointment, letter, Method.CANCEL, "readdressed", now, site, email=email
        )


def send(
    session: Session,
    appointment: Appointment,
    letter: Letter,
    method: Method,
    kind: str,
    now: datetime,
    site: Site,
    due_at: datetime | None = None,
    email: str | None = None,
) -> OutboxMessage:
    """Put a letter in the outbox with the appointment's invite, or with the end of it."""
    visit, customer = appointment.visit, appointment.visit.customer
    email = email or customer.email or ""
    desk = reply_address(session, customer.id, email, now, site=site)
    mail = mail_to(customer, site, letter, kind=kind, about=f"visit:{visit.id}", desk=desk)
    mail = replace(mail, recipient=Mailbox(customer.name, email))
    event = replace(calendar_event(appointment, site, desk), attendee_email=email)
    carried = Invite(
        appointment.uid, appointment.sequence, method, _entry(event, method, kind, now)
    )
    return enqueue(session, replace(mail, invite=carried), now, due_at)


def _entry(event: CalendarEvent, method: Method, kind: str, now: datetime) -> bytes:
    match method:
        case Method.REQUEST:
            return invite.request(event)
        case Method.CANCEL:
            return invite.cancel(event, _reason(kind))
        case Method.DECLINECOUNTER:
            return invite.decline_counter(replace(event, dtstamp=now), _reason(kind))


def _reason(kind: str) -> str:
    """Return why an entry goes; a program may show it beside the entry."""
    if kind == "countered":
        return text("Until you choose, this appointment stands.")
    if kind == "readdressed":
        return text("We no longer write to this address about your appointment.")
    return text("This appointment is cancelled.")


def _brief(appointment: Appointment) -> str:
    return window_in_brief(window_of(appointment))


def when(appointment: Appointment) -> Fact:
    """Return the day and the window."""
    return Fact(text("When"), window_in_words(window_of(appointment)))


def where(appointment: Appointment) -> Fact:
    """Return the address."""
    return Fact(text("Where"), place(appointment.visit.address))


def number(appointment: Appointment) -> Fact:
    """Return the appointment number as people say it."""
    return Fact(text("Appointment number"), sayable(appointment.reference))


def over(name: str, window: Window) -> Fact:
    """Return a window that no longer holds."""
    return Fact(name, window_in_words(window), is_over=True)


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


def page(appointment: Appointment, site: Site) -> Button:
    """Return the way to the appointment's own page."""
    return Button(
        text("See, move or cancel your appointment"), site.appointment_page(appointment.reference)
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
