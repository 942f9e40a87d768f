"""Mails of the waiting list: that one is on it, and that a window is kept for an hour.

Each is called in the transaction of what it tells. Each returns None, and tells nobody, when the
customer has no usable mail address or no page to answer on: then the desk calls. That an hour is
over is not mailed: the offer said so, and nothing changed by it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Appointment, WaitingOffer, WaitingRequest
from portal.booking.notices.parts import where
from portal.booking.queries import live_appointment, window_of
from portal.booking.waiting_list.queries import page_of, window_of_opening, wishes_of
from portal.booking.waiting_list.words import dates_in_words, part_in_words, weekdays_in_words
from portal.booking.wording import window_in_brief, window_in_words
from portal.customers.correspondence import Notice, Words, tell
from portal.messages.letter import Block, Button, Fact, Facts, Paragraph
from portal.messages.models import OutboxMessage
from portal.pages import clock_time
from portal.site import Site
from portal.texts import text

PATH = "/wachtlijst"


def listed(
    session: Session, request: WaitingRequest, signing_key: str, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell what we look for, how it goes on, and how to change or stop it."""
    page = page_of(session, request.visit, signing_key)
    if not page:
        return None
    present = live_appointment(session, request.visit)

    def words() -> Words:
        return Words(
            subject=text("You are on the waiting list"),
            preview=text("We mail you as soon as a time comes free that suits you."),
            blocks=(
                Paragraph(_greeting(present)),
                Facts((*_wishes(request), *_present(present))),
                Paragraph(
                    text(
                        "Does a time come free that suits you? Then you get a mail from us. We"
                        " keep the time for you for one hour."
                    )
                ),
                *_stays(present),
                Button(text("Change what we look for, or stop"), site.base_url + page + PATH),
            ),
        )

    return tell(session, Notice("waiting_listed", request.visit, words), now, site=site)


def offered(
    session: Session, offer: WaitingOffer, signing_key: str, now: datetime, *, site: Site
) -> OutboxMessage | None:
    """Tell which window came free, until when it is kept, and where to say yes or no."""
    visit = offer.request.visit
    page = page_of(session, visit, signing_key)
    if not page:
        return None
    present = live_appointment(session, visit)
    window = window_of_opening(offer.opening)
    until = clock_time(offer.held_until)

    def words() -> Words:
        return Words(
            subject=text("A time came free: %(when)s", when=window_in_brief(window)),
            preview=text("We keep it for you until %(time)s.", time=until),
            blocks=(
                Paragraph(text("You are on our waiting list. A time came free for you.")),
                Facts(
                    (
                        Fact(text("Free for you"), window_in_words(window)),
                        *_present(present),
                        where(visit),
                    )
                ),
                Paragraph(
                    text(
                        "We keep this time for you until %(time)s today. Please say yes or no"
                        " before then.",
                        time=until,
                    )
                ),
                Button(text("See the time and say yes or no"), site.base_url + page),
                Paragraph(_without_answer(present)),
            ),
        )

    return tell(session, Notice("waiting_offered", visit, words), now, site=site)


def _greeting(present: Appointment | None) -> str:
    if present is None:
        return text("You are on our waiting list for the maintenance of your boiler.")
    return text("You are on our waiting list for an earlier appointment.")


def _wishes(request: WaitingRequest) -> tuple[Fact, ...]:
    wishes = wishes_of(request)
    return (
        Fact(text("We look for a time"), dates_in_words(wishes)),
        Fact(text("Part of the day"), part_in_words(wishes.part)),
        Fact(text("Days"), weekdays_in_words(wishes.weekdays)),
    )


def _present(present: Appointment | None) -> tuple[Fact, ...]:
    if present is None:
        return ()
    return (Fact(text("Your appointment now"), window_in_words(window_of(present))),)


def _stays(present: Appointment | None) -> tuple[Block, ...]:
    if present is None:
        return ()
    return (
        Paragraph(text("Your appointment stays as it is until you say yes to an earlier time.")),
    )


def _without_answer(present: Appointment | None) -> str:
    if present is None:
        return text(
            "Do we hear nothing? Then somebody else may have this time. You stay on the list."
        )
    return text(
        "Do we hear nothing? Then your appointment stays as it is, and you stay on the list."
    )
