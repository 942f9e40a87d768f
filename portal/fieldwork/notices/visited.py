"""Messages after the door: nobody opened, the work must go on another time, or it is done.

Each is called in the transaction of what it tells. Each returns None, and tells nobody, when the
customer has no usable mail address: then the technician writes a card.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.notices.parts import where
from portal.booking.references import sayable
from portal.booking.wording import day_in_words
from portal.clock import AMSTERDAM
from portal.customers.correspondence import Notice, Words, tell
from portal.fieldwork.models import Report, Tap
from portal.fieldwork.work import Work, reason_in_words, work_in_words
from portal.messages.letter import Block, Button, Choices, Fact, Facts, Paragraph
from portal.messages.models import OutboxMessage
from portal.pages import clock_time, date_in_words
from portal.site import Site
from portal.texts import spoken_to, text


@dataclass(frozen=True, slots=True)
class Again:
    """How a customer chooses another time: by the personal link, or with the code of a card."""

    link: str
    code: str


GAS_FAULTS = "0800 9009"  # of the grid operators in the Netherlands, free of charge


def not_at_home(
    session: Session, tap: Tap, again: Again, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell that we were at the door and when, and lead to other times."""

    def words() -> Words:
        time = clock_time(tap.tapped_at)
        return Words(
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
                Facts((_when(tap), where(tap.appointment.visit))),
                Paragraph(text("Choose a new time that suits you. It takes a minute.")),
                Button(text("Choose a new time"), again.link),
                Paragraph(text("Were you at home after all? Call us. We put it right together.")),
            ),
        )

    return tell(session, Notice("not_at_home", tap.appointment.visit, words), now, site=site)


def unfinished(
    session: Session, tap: Tap, again: Again, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell why the work goes on another time, and lead to the times for it."""
    why = tap.why
    if why is None:
        return None

    def words() -> Words:
        return Words(
            subject=text("Your boiler: we come back once more, choose a time"),
            preview=text("The work is not finished yet. We are sorry."),
            blocks=(
                Paragraph(
                    text(
                        "We could not finish the work at your boiler today. We are sorry that we"
                        " have to come back."
                    )
                ),
                Paragraph(reason_in_words(why)),
                Facts((where(tap.appointment.visit),)),
                Paragraph(text("Choose a time that suits you. You are at the top of our list.")),
                Button(text("Choose a time"), again.link),
                Paragraph(
                    text(
                        "Does your boiler not work? Call us now: %(phone)s.",
                        phone=site.company_phone,
                    )
                ),
                Paragraph(
                    text(
                        "Do you smell gas? Go outside and call %(gas)s, day and night. Do you smell"
                        " smoke? Go outside and call 112.",
                        gas=GAS_FAULTS,
                    )
                ),
            ),
        )

    return tell(session, Notice("unfinished", tap.appointment.visit, words), now, site=site)


def report(
    session: Session, report: Report, now: datetime, *, site: Site, due_at: datetime | None = None
) -> OutboxMessage | None:
    """Tell what was done, the date of the certificate, and when the boiler is due again."""

    def words() -> Words:
        return Words(
            subject=text(
                "The maintenance of your boiler is done: report of %(day)s",
                day=day_in_words(report.appointment.date),
            ),
            preview=text("What we did, and when your boiler is due again."),
            blocks=_report_blocks(report, site),
        )

    notice = Notice("report", report.appointment.visit, words, due_at)
    return tell(session, notice, now, site=site)


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
        where(report.appointment.visit),
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


def _when(tap: Tap) -> Fact:
    local = tap.tapped_at.astimezone(AMSTERDAM)
    return Fact(text("At the door"), f"{date_in_words(local.date())}, {clock_time(local)}")


def _bare(site: Site) -> str:
    return site.base_url.partition("://")[2]
