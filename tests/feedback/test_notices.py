"""The mail with the questions: as reviewed, easy to read, in one tone."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.feedback.models import Opinion
from portal.feedback.notices import questions
from portal.messages.models import OutboxMessage
from tests.booking.test_notices import SITE, VOICES, an_appointment
from tests.factories import MONDAY_NOON
from tests.messages.mails import assert_as_reviewed, opened, text_of, words_of_html
from tests.messages.readability import (
    EASY_ENOUGH,
    LONGEST_SENTENCE,
    forbidden_in,
    longest_sentence,
    reading_ease,
)

MAILS = Path(__file__).parent / "mails"
LINK = SITE.base_url + "/vragen/voorbeeld"
every_mail = pytest.mark.parametrize("voice", VOICES)


def told(session: Session, **customer: object) -> OutboxMessage | None:
    appointment = an_appointment(session, **customer)
    opinion = Opinion(
        appointment=appointment, customer=appointment.visit.customer, asked_at=MONDAY_NOON
    )
    return questions(session, opinion, LINK, MONDAY_NOON, site=SITE)


@every_mail
def test_the_mail_is_as_it_was_reviewed_and_easy_to_read(session: Session, voice: str) -> None:
    message = told(session, **VOICES[voice])
    assert message
    mail = opened(message)
    assert_as_reviewed(mail, MAILS / f"questions.{voice}.txt")
    plain, language = text_of(mail), VOICES[voice]["locale"]
    assert reading_ease(plain, language) >= EASY_ENOUGH
    assert longest_sentence(plain) <= LONGEST_SENTENCE
    assert forbidden_in(plain, language) == []
    assert SITE.company_phone in plain
    html = Counter(word.strip(":-") for word in words_of_html(text_of(mail, "html")))
    assert html == Counter(word.strip(":-") for word in plain.split() if word != "-")


@pytest.mark.parametrize(
    ("voice", "wrong"),
    [("nl-u", {"je", "jij", "jou", "jouw"}), ("nl-je", {"u", "uw"})],
)
def test_the_tones_are_not_mixed(session: Session, voice: str, wrong: set[str]) -> None:
    message = told(session, **VOICES[voice])
    assert message
    mail = opened(message)
    assert not set(re.findall(r"\w+", f"{mail['Subject']} {text_of(mail)}".lower())) & wrong


def test_without_a_usable_address_nobody_is_asked(session: Session) -> None:
    assert told(session, email=None) is None
