"""The mail with the questions: as reviewed, easy to read, in one tone."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from portal.feedback.models import Opinion
from portal.feedback.notices import questions
from portal.messages.models import OutboxMessage
from tests.booking.jan import an_appointment
from tests.factories import MONDAY_NOON
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
from tests.messages.mails import assert_as_reviewed, opened

MAILS = Path(__file__).parent / "mails"
LINK = SITE.base_url + "/vragen/voorbeeld"


def told(session: Session, **customer: object) -> OutboxMessage | None:
    appointment = an_appointment(session, **customer)
    opinion = Opinion(
        appointment=appointment, customer=appointment.visit.customer, asked_at=MONDAY_NOON
    )
    return questions(session, opinion, LINK, MONDAY_NOON, site=SITE)


@every_voice
def test_the_mail_is_as_it_was_reviewed_and_easy_to_read(session: Session, voice: str) -> None:
    message = told(session, **VOICES[voice])
    assert message
    mail = opened(message)
    assert_as_reviewed(mail, MAILS / f"questions.{voice}.txt")
    assert_readable(mail, voice)
    assert_reachable(mail)
    assert_one_content(mail)


@every_tone
def test_the_tones_are_not_mixed(session: Session, voice: str) -> None:
    message = told(session, **VOICES[voice])
    assert message
    assert_one_tone(opened(message), voice)


def test_without_a_usable_address_nobody_is_asked(session: Session) -> None:
    assert told(session, email=None) is None
