"""Messages after the door: nobody opened, the work must go on another time, or it is done.

Each is called in the transaction of what it tells. Each returns None, and tells nobody, when the
customer has no usable mail address: then the technician writes a card.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.booking.references import sayable
from portal.booking.wording import day_in_words, place
from portal.clock import AMSTERDAM
from portal.customers.correspondence import letter_to
from portal.customers.models import Customer
from portal.fieldwork.models import Report, Tap
from portal.fieldwork.notices.channel import mail
from portal.fieldwork.work import Work, reason_in_words, work_in_words
from portal.messages.letter import Block, Button, Choices, Fact, Facts, Letter, Paragraph
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed
from portal.pages import clock_time, date_in_words
from portal.site import Site
from portal.texts import spoken_to, text


@dataclass(frozen=True, slots=True)
class Again:
    """How a customer chooses another time: by the personal link, or with the code of a card."""

    link: str
    code: str


def not_at_home(
    session: Session, tap: Tap, again: Again, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell that we were at the door and when, and lead to other times."""
    customer = tap.appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        time = clock_time(tap.tapped_at)
        letter = letter_to(
            customer,
            site,
            subject=text("We were at your door at %(time)s: choose a new time", time=time),
            preview=text("We did not meet. That can happen."),
            blocks=(
                Paragraph(
                    text(
                        "%(person)s was at your door today at %(time)s, for the maintenance of your"
                        " boiler. We did not meet. That can happen.",
                        person=tap.technician.name,
                        time=time,
                    )
                ),
                Facts((_when(tap), _where(tap.appointment))),
                Paragraph(text("Choose a new time that suits you. It takes a minute.")),
                Button(text("Choose a new time"), again.link),
                Paragraph(text("Were you at home after all? Call us. We put it right together.")),
            ),
        )
        return _mail(session, customer, letter, "not_at_home", tap, now, site)


def unfinished(
    session: Session, tap: Tap, again: Again, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell why the work goes on another time, and lead to the times for it."""
    customer = tap.appointment.visit.customer
    if not can_be_mailed(customer.email) or tap.why is None:
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text("Your boiler: we come back once more, choose a time"),
            preview=text("The work is not finished yet. We are sorry."),
            blocks=(
                Paragraph(
                    text(
                        "We could not finish the work at your boiler today. We are sorry that we"
                        " have to come back."
                    )
                ),
                Paragraph(reason_in_words(tap.why)),
                Facts((_where(tap.appointment),)),
                Paragraph(text("Choose a time that suits you. You are at the top of our list.")),
                Button(text("Choose a time"), again.link),
                Paragraph(
                    text("Does your boiler not work, or do you smell gas or exhaust? Call us now.")
                ),
            ),
        )
        return _mail(session, customer, letter, "unfinished", tap, now, site)


def report(
    session: Session, report: Report, now: datetime, *, site: Site, due_at: datetime | None = None
) -> OutboxMessage | None:
    """Tell what was done, the date of the certificate, and when the boiler is due again."""
    appointment = report.appointment
    customer = appointment.visit.customer
    if not can_be_mailed(customer.email):
        return None
    with spoken_to(customer.locale, customer.tone):
        letter = letter_to(
            customer,
            site,
            subject=text(
                "The maintenance of your boiler is done: report of %(day)s",
                day=day_in_words(appointment.date),
            ),
            preview=text("What we did, and when your boiler is due again."),
            blocks=_report_blocks(report, site),
        )
        return mail(
            session,
            customer,
            letter,
            kind="report",
            about=f"visit:{appointment.visit_id}",
            now=now,
            site=site,
            due_at=due_at,
        )


def card_in_words(tap: Tap, code: str, site: Site) -> tuple[str, ...]:
    """Return the lines of the card that the technician leaves at a closed door.

    In the customer's language; whoever finds it needs the postcode as well.
    """
    customer = tap.appointment.visit.customer
    with spoken_to(customer.locale, customer.tone):
        when = {"day": day_in_words(tap.appointment.date), "time": clock_time(tap.tapped_at)}
        return (
            text("We were at your door on %(day)s at %(time)s. We did not meet.", **when),
            text("Choose a new time: %(address)s", address=f"{_bare(site)}/c"),
            text("Your code: %(code)s", code=sayable(code)),
            text("Or call %(phone)s.", phone=site.company_phone),
        )


def _report_blocks(report: Report, site: Site) -> tuple[Block, ...]:
    done = Choices(tuple(work_in_words(Work(one)) for one in report.work))
    note = (Paragraph(report.note),) if report.note else ()
    rows = (
        Fact(text("Date of the certificate"), date_in_words(report.certificate_on)),
        Fact(text("Next maintenance"), date_in_words(report.next_due_on)),
        Fact(text("Technician"), report.technician.name),
        _where(report.appointment),
    )
    page = site.appointment_page(report.appointment.reference)
    return (
        Paragraph(text("The maintenance of your boiler is done. This is what we did:")),
        done,
        *note,
        Facts(rows),
        Paragraph(text("You hear from us in time when your boiler is due again.")),
        Button(text("See or print the report"), page),
    )


def _mail(
    session: Session,
    customer: Customer,
    letter: Letter,
    kind: str,
    tap: Tap,
    now: datetime,
    site: Site,
) -> OutboxMessage:
    about = f"visit:{tap.appointment.visit_id}"
    return mail(session, customer, letter, kind=kind, about=about, now=now, site=site)


def _when(tap: Tap) -> Fact:
    local = tap.tapped_at.astimezone(AMSTERDAM)
    return Fact(text("At the door"), f"{date_in_words(local.date())}, {clock_time(local)}")


def _where(appointment: Appointment) -> Fact:
    return Fact(text("Where"), place(appointment.visit.address))


def _bare(site: Site) -> str:
    return site.base_url.partition("://")[2]
