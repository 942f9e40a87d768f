"""The mails that answer a calendar: reviewed as files, plain, with the number of the desk."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.booking.notices import answers
from portal.messages.models import OutboxMessage
from portal.planning.windows import Window
from tests.booking.jan import LINK, MAILS, an_appointment
from tests.factories import MONDAY_NOON
from tests.messages.gates import (
    SITE,
    VOICES,
    assert_one_tone,
    assert_reachable,
    assert_readable,
    every_tone,
    every_voice,
)
from tests.messages.mails import assert_as_reviewed, opened

WINDOWS = [Window(date(2027, 3, day), time(10), time(12)) for day in (9, 11, 12)]
KINDS = ("declined", "declined_late", "decline_asked", "countered", "countered_nothing_free")

every_kind = pytest.mark.parametrize("kind", KINDS)


def told(session: Session, kind: str, appointment: Appointment) -> OutboxMessage | None:
    now = MONDAY_NOON
    match kind:
        case "declined":
            appointment.sequence = 1
            until = now + timedelta(minutes=15)
            return answers.declined(session, appointment, now, site=SITE, link=LINK, until=until)
        case "declined_late":
            return answers.declined_late(session, appointment, now, site=SITE)
        case "decline_asked":
            return answers.asked(session, appointment, now, site=SITE)
        case _:
            windows = WINDOWS if kind == "countered" else []
            return answers.countered(session, appointment, windows, LINK, now, site=SITE)


def written(session: Session, kind: str, voice: str) -> OutboxMessage:
    message = told(session, kind, an_appointment(session, **VOICES[voice]))
    assert message is not None
    return message


@every_voice
@every_kind
def test_every_mail_is_as_it_was_reviewed(session: Session, kind: str, voice: str) -> None:
    assert_as_reviewed(opened(written(session, kind, voice)), MAILS / f"{kind}.{voice}.txt")


@every_voice
@every_kind
def test_every_mail_is_plain_and_gives_the_number(session: Session, kind: str, voice: str) -> None:
    mail = opened(written(session, kind, voice))
    assert_readable(mail, voice)
    assert_reachable(mail)


@every_kind
@every_tone
def test_the_tones_are_not_mixed(session: Session, kind: str, voice: str) -> None:
    assert_one_tone(opened(written(session, kind, voice)), voice)


@every_kind
def test_nobody_is_written_to_without_an_address(session: Session, kind: str) -> None:
    assert told(session, kind, an_appointment(session, email=None)) is None
