"""Messages while somebody waits: the technician is on the way, or comes later than promised.

Each is called in the transaction of what it tells. Who wishes to hear by telephone and has a mobile
one gets a text message, the others a mail; without either they return None, and tell nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.booking.notices.parts import promised, where
from portal.booking.queries import window_of
from portal.customers.correspondence import Notice, Words, tell
from portal.fieldwork.lateness import about
from portal.fieldwork.models import LateWarning
from portal.messages.letter import Block, Button, Fact, Facts, Paragraph
from portal.messages.models import OutboxMessage
from portal.pages import clock_time
from portal.site import Site
from portal.texts import text


@dataclass(frozen=True, slots=True)
class Coming:
    """Who is on the way, when the work will begin, and from when that may be told."""

    person: str
    expected: datetime
    due_at: datetime


def on_my_way(
    session: Session, appointment: Appointment, coming: Coming, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell who is on the way and about when to expect them; sorry, if that is after the window."""
    notice = Notice(
        "on_my_way",
        appointment.visit,
        lambda: _on_my_way(appointment, coming, site),
        due_at=coming.due_at,
    )
    return tell(session, notice, now, site=site)


def running_late(
    session: Session,
    appointment: Appointment,
    warning: LateWarning,
    link: str,
    now: datetime,
    *,
    site: Site,
) -> OutboxMessage | None:
    """Say sorry that we come later than promised, and about when; `link` leads to another day."""
    notice = Notice(
        "running_late",
        appointment.visit,
        lambda: _running_late(appointment, warning, link, site),
    )
    return tell(session, notice, now, site=site)


def _on_my_way_in_brief(coming: Coming, site: Site) -> str:
    return text(
        "%(company)s: %(person)s is on the way to you, for your boiler. Expected at about %(time)s."
        " Questions? Call %(phone)s.",
        company=site.company_name,
        person=coming.person,
        time=_about(coming.expected),
        phone=site.company_phone,
    )


def _on_my_way(appointment: Appointment, coming: Coming, site: Site) -> Words:
    time = _about(coming.expected)
    is_late = coming.expected > window_of(appointment).ends_at()
    sorry = (Paragraph(text("That is later than we promised. We are sorry.")),) if is_late else ()
    return Words(
        subject=text("%(person)s is on the way: about %(time)s", person=coming.person, time=time),
        preview=text("For the maintenance of your boiler."),
        blocks=(
            Paragraph(
                text(
                    "%(person)s is now on the way to you, for the maintenance of your boiler.",
                    person=coming.person,
                )
            ),
            Facts(
                (
                    Fact(text("Expected"), text("about %(time)s", time=time)),
                    Fact(text("Technician"), coming.person),
                    where(appointment.visit),
                )
            ),
            *sorry,
            Paragraph(text("Are you just going out, or is something wrong? Please call us now.")),
        ),
        sms=_on_my_way_in_brief(coming, site),
    )


def _running_late(appointment: Appointment, warning: LateWarning, link: str, site: Site) -> Words:
    time = _about(warning.expected_at)
    return Words(
        subject=_late_subject(time, is_first=warning.number == 1),
        preview=text("We are sorry that you have to wait for us."),
        blocks=(
            Paragraph(_sorry(is_first=warning.number == 1)),
            Facts(
                (
                    Fact(text("We now expect to come"), text("about %(time)s", time=time)),
                    Fact(text("Promised"), promised(appointment), is_over=True),
                    where(appointment.visit),
                )
            ),
            Paragraph(text("Does that suit you? Then you do not need to do anything.")),
            *_another_day(link),
        ),
        sms=_running_late_in_brief(warning, link, site),
    )


def _running_late_in_brief(warning: LateWarning, link: str, site: Site) -> str:
    return text(
        "%(company)s: we are running late. We expect to be with you at about %(time)s. We"
        " are sorry. Rather another day? %(link)s Or call %(phone)s.",
        company=site.company_name,
        time=_about(warning.expected_at),
        link=link,
        phone=site.company_phone,
    )


def _late_subject(time: str, *, is_first: bool) -> str:
    if is_first:
        return text("We are sorry, we come later: about %(time)s", time=time)
    return text("We are sorry, it becomes later still: about %(time)s", time=time)


def _sorry(*, is_first: bool) -> str:
    if is_first:
        return text(
            "Our technician cannot be with you in the time that we promised. Earlier work takes"
            " longer today. We are sorry that you have to wait for us."
        )
    return text(
        "It becomes later still than we told you before. We are sorry that you have to wait so"
        " long for us."
    )


def _another_day(link: str) -> tuple[Block, ...]:
    return (
        Paragraph(text("Would you rather have another day? Choose it here, or call us.")),
        Button(text("Choose another day"), link),
    )


def _about(moment: datetime) -> str:
    return clock_time(about(moment))
