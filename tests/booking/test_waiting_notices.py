"""The mails of the waiting list, in every voice, as they were reviewed."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.booking.models import (
    Appointment,
    WaitingOffer,
    WaitingOfferState,
    WaitingRequest,
    WaitingState,
)
from portal.booking.notices.waiting import listed, offered
from portal.booking.waiting_list.wishes import KEPT_FOR
from portal.customers.models import DayPart
from portal.messages.models import OutboxMessage
from tests.booking.jan import MAILS, an_appointment
from tests.factories import MONDAY_NOON, keep, make_invitation, make_opening
from tests.messages.gates import (
    SITE,
    VOICES,
    assert_one_content,
    assert_one_tone,
    assert_reachable,
    assert_readable,
    every_tone,
    every_voice,
)
from tests.messages.mails import assert_as_reviewed, opened, text_of

KEY = "t" * 48
KINDS = (
    "waiting_listed",
    "waiting_listed_earlier",
    "waiting_offered",
    "waiting_offered_earlier",
)

every_kind = pytest.mark.parametrize("kind", KINDS)


def a_request(session: Session, kind: str, **customer: Any) -> WaitingRequest:
    """Return the request of somebody with an appointment ("earlier"), or with an invitation."""
    appointment = an_appointment(session, **customer)
    visit = appointment.visit
    if not kind.endswith("earlier"):
        _without(session, appointment)
        make_invitation(session, visit=visit)
    return keep(
        session,
        WaitingRequest(
            visit=visit,
            state=WaitingState.WAITING,
            first_on=date(2027, 3, 3),
            last_on=date(2027, 3, 9),
            part=DayPart.MORNING,
            weekdays=0b0000101,
            asked_at=MONDAY_NOON,
            asked_by="customer",
        ),
    )


def _without(session: Session, appointment: Appointment) -> None:
    session.delete(appointment)
    session.commit()


def told(session: Session, kind: str, request: WaitingRequest) -> OutboxMessage | None:
    if kind.startswith("waiting_listed"):
        return listed(session, request, KEY, MONDAY_NOON, site=SITE)
    opening = make_opening(session, date(2027, 3, 8), window_start=time(10), window_end=time(12))
    offer = keep(
        session,
        WaitingOffer(
            request=request,
            opening=opening,
            state=WaitingOfferState.OPEN,
            offered_at=MONDAY_NOON,
            held_until=MONDAY_NOON + KEPT_FOR,
        ),
    )
    return offered(session, offer, KEY, MONDAY_NOON, site=SITE)


def written(session: Session, kind: str, voice: str) -> OutboxMessage:
    message = told(session, kind, a_request(session, kind, **VOICES[voice]))
    assert message is not None
    return message


@every_voice
@every_kind
def test_every_mail_is_as_it_was_reviewed(session: Session, kind: str, voice: str) -> None:
    assert_as_reviewed(opened(written(session, kind, voice)), MAILS / f"{kind}.{voice}.txt")


@every_voice
@every_kind
def test_text_and_html_say_the_same_and_are_valid(session: Session, kind: str, voice: str) -> None:
    mail = opened(written(session, kind, voice))
    assert_one_content(mail)
    assert_reachable(mail)


@every_voice
@every_kind
def test_every_mail_is_easy_to_read(session: Session, kind: str, voice: str) -> None:
    assert_readable(opened(written(session, kind, voice)), voice)


@every_kind
@every_tone
def test_the_tones_are_not_mixed(session: Session, kind: str, voice: str) -> None:
    assert_one_tone(opened(written(session, kind, voice)), voice)


def test_an_offer_says_until_when_by_the_clock_on_the_wall(session: Session) -> None:
    plain = text_of(opened(written(session, "waiting_offered", "nl-u")))
    assert "vandaag tot 13:00 uur" in " ".join(plain.split())


@pytest.mark.parametrize(
    ("kind", "leads_to"),
    [
        ("waiting_listed", "/wachtlijst"),
        ("waiting_offered", ""),
        ("waiting_listed_earlier", "/afspraak/482913K/wachtlijst"),
        ("waiting_offered_earlier", "/afspraak/482913K"),
    ],
)
def test_a_mail_leads_to_the_page_where_one_answers(
    session: Session, kind: str, leads_to: str
) -> None:
    plain = text_of(opened(written(session, kind, "nl-u")))
    (address,) = re.findall(rf"^{SITE.base_url}(\S+)$", plain, re.MULTILINE)
    assert address.endswith(leads_to)
    assert address.startswith("/afspraak/" if kind.endswith("earlier") else "/a/")


@every_kind
@pytest.mark.parametrize("email", [None, "jan@"])
def test_without_a_usable_address_nothing_is_queued(
    session: Session, kind: str, email: str | None
) -> None:
    assert told(session, kind, a_request(session, kind, email=email)) is None
