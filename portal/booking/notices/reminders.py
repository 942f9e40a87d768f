"""Messages before a visit: some days before, and on the morning itself.

Each is called in the transaction that takes the one turn to tell it. None of them carries an
invite: nothing changed in a calendar. Each returns None, and tells nobody, when the customer can
be reached by neither mail nor text message.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Appointment, CalendarAnswer
from portal.booking.notices.parts import brief, facts, number, page, promised, where
from portal.booking.policy import changeable_until
from portal.booking.telling.estimate import Estimate
from portal.booking.wording import day_in_words
from portal.clock import local_date
from portal.customers.correspondence import Notice, Words, tell
from portal.messages.letter import Block, Choices, Fact, Facts, Paragraph
from portal.messages.models import OutboxMessage
from portal.pages import clock_time
from portal.site import Site
from portal.texts import text


def reminded(
    session: Session, appointment: Appointment, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell that the visit is near, what to prepare, and until when it can still be moved."""

    def words() -> Words:
        return Words(
            subject=text("Reminder: our technician comes on %(when)s", when=brief(appointment)),
            preview=text("Please read what you can prepare."),
            blocks=(
                Paragraph(_soon(appointment)),
                facts(appointment),
                *_answered(appointment),
                Paragraph(text("What you can prepare:")),
                Choices(_preparations(appointment), is_plain=True),
                Paragraph(_until_when(appointment)),
                page(appointment, site),
            ),
            sms=_reminder_text(appointment, site),
        )

    return tell(session, Notice("reminded", appointment.visit, words), now, site=site)


def estimated(
    session: Session, appointment: Appointment, expected: Estimate, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell between which times the technician is expected today; the promised window stays."""

    def words() -> Words:
        times = {"start": clock_time(expected.start), "end": clock_time(expected.end)}
        return Words(
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
                        Fact(text("We promised"), promised(appointment)),
                        where(appointment.visit),
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
            sms=_estimate_text(appointment, times, site),
        )

    return tell(session, Notice("estimated", appointment.visit, words), now, site=site)


def _reminder_text(appointment: Appointment, site: Site) -> str:
    return text(
        "%(company)s: our technician comes on %(when)s for your boiler. Please keep it free to"
        " reach. Does it not suit you? Call %(phone)s before %(day)s %(time)s.",
        company=site.company_name,
        when=brief(appointment),
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
            "See that somebody is there from %(start)s. Our technician is at the door by %(end)s.",
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
