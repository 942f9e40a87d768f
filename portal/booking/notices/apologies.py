"""The mail about a promise that we could not keep: sorry, what we keep instead, and whom to call.

Called in the transaction that ends the appointment. Returns None, and tells nobody, when the
customer has no usable mail address: then a colleague calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.broken_words import reason_for_customer
from portal.booking.models import Appointment, BrokenBecause
from portal.booking.notices.parts import brief, facts_over, free_windows, invite_of
from portal.booking.wording import day_in_words, window_in_words
from portal.clock import local_date
from portal.customers.correspondence import Notice, Words, tell
from portal.messages.compose import Method
from portal.messages.letter import Block, Button, Fact, Paragraph
from portal.messages.models import OutboxMessage
from portal.pages import clock_time
from portal.planning.windows import Window
from portal.site import Site
from portal.texts import text


@dataclass(frozen=True, slots=True)
class Amends:
    """Why it broke, whom the customer may ask for, what is kept instead, and where to choose."""

    because: BrokenBecause
    person: str
    link: str
    kept: Window | None = None
    kept_until: datetime | None = None
    others: tuple[Window, ...] = ()


def apologised(
    session: Session, appointment: Appointment, amends: Amends, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Say sorry, take the entry out of the calendar, and offer what is possible instead.

    The caller has raised the sequence.
    """

    def words() -> Words:
        return Words(
            subject=text("Sorry: we cannot come on %(when)s", when=brief(appointment)),
            preview=_preview(amends),
            blocks=(
                Paragraph(
                    text(
                        "We promised to come at this time. We cannot keep that promise, and we are"
                        " sorry. %(reason)s",
                        reason=reason_for_customer(amends.because),
                    )
                ),
                facts_over(appointment, *_kept(amends)),
                *_choice(amends),
                Paragraph(text("Is the old time still in your calendar? Then please remove it.")),
                Paragraph(_whom_to_call(amends, site)),
            ),
        )

    enclose = invite_of(appointment, Method.CANCEL, now, site=site)
    notice = Notice("apologised", appointment.visit, words, enclose=enclose)
    return tell(session, notice, now, site=site)


def _preview(amends: Amends) -> str:
    if amends.kept is not None:
        return text("We keep a new time for you.")
    return text("Please choose another time. We help you with that.")


def _kept(amends: Amends) -> tuple[Fact, ...]:
    if amends.kept is None:
        return ()
    return (Fact(text("Kept for you"), window_in_words(amends.kept)),)


def _choice(amends: Amends) -> tuple[Block, ...]:
    """Return what the customer can do: say yes to what is kept, or choose."""
    if amends.kept is None or amends.kept_until is None:
        return (
            *free_windows(text("These times are free at this moment:"), amends.others),
            Button(text("Choose a new time"), amends.link),
        )
    until = {
        "day": day_in_words(local_date(amends.kept_until)),
        "time": clock_time(amends.kept_until),
    }
    return (
        Paragraph(
            text(
                "We keep the new time for you until %(day)s %(time)s. Does it suit you? Then say"
                " yes on your own page.",
                **until,
            )
        ),
        *free_windows(text("Would you like another time? These are free now:"), amends.others),
        Button(text("See the new time, or choose another"), amends.link),
    )


def _whom_to_call(amends: Amends, site: Site) -> str:
    if not amends.person:
        return text("Would you rather call us? We look for a time with you at once.")
    return text(
        "%(person)s sees to it that this is put right. Would you rather call? Ask for %(person)s:"
        " %(phone)s.",
        person=amends.person,
        phone=site.company_phone,
    )
