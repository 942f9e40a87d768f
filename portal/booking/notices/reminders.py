"""Messages before a visit: some days before, and on the morning itself.

Each is called in the transaction that takes the one turn to tell it. None of them carries an
invite: nothing changed in a calendar. Each returns None, and tells nobody, when the customer can
be reached by neither mail nor text message.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Appointment, CalendarAnswer
from portal.booking.notices.appointments import number, page, when, where
from portal.booking.policy import changeable_until
from portal.booking.queries import window_of
from portal.booking.telling.estimate import Estimate
from portal.booking.wording import day_in_words, window_in_brief
from portal.clock import local_date
from portal.customers.correspondence import letter_to, mail_to
from portal.customers.texting import texted_at
from portal.messages.addresses import reply_address
from portal.messages.letter import Block, Choices, Fact, Facts, Letter, Paragraph
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.messages.sms import Sms, enqueue_sms
from portal.pages import clock_time
from portal.site import Site
from portal.texts import spoken_to, text


def reminded(
    session: Session, appointment: Appointment, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell that the visit is near, what to prepare, and until when it can still be moved."""
    customer = appointment.visit.customer
    with spoken_to(customer.locale, customer.tone):
        if texted := texted_at(customer):
            return _text(
                session, appointment, "reminded", texted, _reminder_text(appointment, site), now
            )
        if not can_be_mailed(customer.email):
            return None
        brief = window_in_brief(window_of(appointment))
        letter = letter_to(
            customer,
            site,
            subject=text("Reminder: our technician comes on %(when)s", when=brief),
            preview=text("Please read what you can prepare."),
            blocks=(
                Paragraph(_soon(appointment)),
                Facts((when(appointment), where(appointment), number(appointment))),
                *_answered(appointment),
                Paragraph(text("What you can prepare:")),
                Choices(_preparations(appointment), is_plain=True),
                Paragraph(_until_when(appointment)),
                page(appointment, site),
            ),
        )
        return _mail(session, appointment, letter, "reminded", now, site)


def estimated(
    session: Session, appointment: Appointment, expected: Estimate, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell between which times the technician is expected today; the promised window stays."""
    customer = appointment.visit.customer
    times = {"start": clock_time(expected.start), "end": clock_time(expected.end)}
    with spoken_to(customer.locale, customer.tone):
        if texted := texted_at(customer):
            words = _estimate_text(appointment, times, site)
            return _text(session, appointment, "estimated", texted, words, now)
        if not can_be_mailed(customer.email):
            return None
        letter = letter_to(
            customer,
            site,
            subject=text("Today we expect to come between %(start)s and %(end)s", **times),
            preview=text("This is what we expect now. Your window stays as it was."),
            blocks=(
                Paragraph(text("Today our technician comes for the maintenance of your boiler.")),
                Facts(
                    (
                        Fact(
                            text("We expect to come"),
                            text("between %(start)s and %(end)s", **times),
                        ),
                        Fact(text("We promised"), _promised(appointment)),
                        where(appointment),
                        number(appointment),
                    )
                ),
                Paragraph(
                    text(
                        "On the road it can become a little earlier or later. What we promised"
                        " stays: we come in that window."
                    )
                ),
                Paragraph(
                    text("Does something come up? Call us on %(phone)s.", phone=site.company_phone)
                ),
            ),
        )
        return _mail(session, appointment, letter, "estimated", now, site)


def _mail(
    session: Session, appointment: Appointment, letter: Letter, kind: str, now: datetime, site: Site
) -> OutboxMessage:
    customer, about = appointment.visit.customer, f"visit:{appointment.visit_id}"
    desk = reply_address(session, customer.id, customer.email or "", now, site=site)
    return enqueue(session, mail_to(customer, site, letter, kind=kind, about=about, desk=desk), now)


def _text(
    session: Session, appointment: Appointment, kind: str, recipient: str, words: str, now: datetime
) -> OutboxMessage:
    return enqueue_sms(session, Sms(kind, f"visit:{appointment.visit_id}", recipient, words), now)


def _reminder_text(appointment: Appointment, site: Site) -> str:
    return text(
        "%(company)s: our technician comes on %(when)s for your boiler. Please keep it free to"
        " reach. Does it not suit you? Call %(phone)s before %(day)s %(time)s.",
        company=site.company_name,
        when=window_in_brief(window_of(appointment)),
        phone=site.company_phone,
        **_last_moment(appointment),
    )


def _estimate_text(appointment: Appointment, times: dict[str, str], site: Site) -> str:
    return text(
        "%(company)s: today we expect to come between %(start)s and %(end)s for your boiler. Your"
        " window stays %(promised)s. Questions? Call %(phone)s.",
        company=site.company_name,
        promised=f"{clock_time(appointment.window_start)}-{clock_time(appointment.window_end)}",
        phone=site.company_phone,
        **times,
    )


def _promised(appointment: Appointment) -> str:
    return text(
        "between %(start)s and %(end)s",
        start=clock_time(appointment.window_start),
        end=clock_time(appointment.window_end),
    )


def _soon(appointment: Appointment) -> str:
    return text(
        "Our technician comes soon for the maintenance of your boiler. The work takes about"
        " %(minutes)s minutes.",
        minutes=appointment.visit.boiler.service_minutes,
    )


def _answered(appointment: Appointment) -> tuple[Block, ...]:
    """Return what is said to somebody whose calendar answered "perhaps", or "no" without effect."""
    match appointment.answer:
        case CalendarAnswer.TENTATIVE:
            words = text(
                "In your calendar you answered: perhaps. Does this time suit you? Then you need"
                " not do anything. Otherwise, please choose another time."
            )
        case CalendarAnswer.DECLINED:
            words = text(
                "In your calendar you answered: no. The appointment still stands. Does this time"
                " not suit you? Please choose another time, or cancel."
            )
        case _:
            return ()
    return (Paragraph(words),)


def _preparations(appointment: Appointment) -> tuple[str, ...]:
    return (
        text(
            "See that somebody is there from %(start)s. We ring at %(end)s at the latest.",
            start=clock_time(appointment.window_start),
            end=clock_time(appointment.window_end),
        ),
        text("Keep the boiler free: we need one metre of room before it."),
        text("Are there pets? Then keep them in another room for a while."),
    )


def _until_when(appointment: Appointment) -> str:
    return text(
        "Does it not suit you after all? Move or cancel your appointment before %(day)s %(time)s.",
        **_last_moment(appointment),
    )


def _last_moment(appointment: Appointment) -> dict[str, str]:
    until = changeable_until(appointment.date)
    return {"day": day_in_words(local_date(until)), "time": clock_time(until)}
