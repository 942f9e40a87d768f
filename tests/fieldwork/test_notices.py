"""Every message of the day: as reviewed, easy to read, in one tone, and equal in text and HTML."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.customers.models import Channel
from portal.fieldwork import notices
from portal.fieldwork.models import LateWarning, Report, Tap
from portal.fieldwork.notices import Again, Coming
from portal.fieldwork.steps import Step
from portal.fieldwork.work import Unfinished, Work
from portal.messages.models import Medium, OutboxMessage
from portal.messages.sms import MOST_PARTS, length_of
from tests.booking.jan import LINK, an_appointment
from tests.factories import make_technician
from tests.fieldwork.taps import at
from tests.messages.gates import (
    SITE,
    VOICES,
    assert_no_english,
    assert_one_content,
    assert_one_tone,
    assert_reachable,
    assert_readable,
    assert_texted,
    every_tone,
    every_voice,
)
from tests.messages.mails import assert_as_reviewed, opened

MAILS = Path(__file__).parent / "mails"
DAY = date(2027, 3, 9)
NOW = at("10:31", DAY)
KINDS = (
    "on_my_way", "on_my_way_late", "running_late", "running_later", "not_at_home", "unfinished",
    "report",
)  # fmt: skip
BRIEF = ("on_my_way", "running_late")

every_kind = pytest.mark.parametrize("kind", KINDS)


def told(session: Session, kind: str, appointment: Appointment) -> OutboxMessage | None:
    person = make_technician(session, name="Anouk Jansen")
    if kind.startswith("on_my_way"):
        expected = at("12:14" if kind == "on_my_way_late" else "10:44", DAY)
        coming = Coming(person.name, expected, NOW)
        return notices.on_my_way(session, appointment, coming, NOW, site=SITE)
    if kind.startswith("running"):
        number, expected = (1, "12:14") if kind == "running_late" else (2, "13:01")
        warning = LateWarning(number=number, expected_at=at(expected, DAY), warned_at=NOW)
        return notices.running_late(session, appointment, warning, LINK, NOW, site=SITE)
    if kind == "report":
        report = Report(
            appointment=appointment,
            technician=person,
            certificate_on=DAY,
            work=[Work.CLEANED.value, Work.MEASURED.value, Work.PART.value],
            note="De pomp maakte geluid. Dat is verholpen.",
            next_due_on=date(2028, 3, 9),
            made_at=NOW,
        )
        return notices.report(session, report, NOW, site=SITE)
    tap = Tap(
        appointment=appointment,
        technician=person,
        step=Step(kind),
        tapped_at=at("10:42", DAY),
        received_at=NOW,
        key="key",
        by="staff:1",
        why=Unfinished.PART,
    )
    tell = notices.not_at_home if kind == "not_at_home" else notices.unfinished
    return tell(session, tap, Again(LINK, "12345678X"), NOW, site=SITE)


def written(session: Session, kind: str, voice: str, **customer: object) -> OutboxMessage:
    message = told(session, kind, an_appointment(session, **{**VOICES[voice], **customer}))
    assert message is not None
    return message


@every_voice
@every_kind
def test_every_mail_is_as_it_was_reviewed(session: Session, kind: str, voice: str) -> None:
    assert_as_reviewed(opened(written(session, kind, voice)), MAILS / f"{kind}.{voice}.txt")


@every_voice
@every_kind
def test_text_and_html_say_the_same(session: Session, kind: str, voice: str) -> None:
    assert_one_content(opened(written(session, kind, voice)))


@every_voice
@every_kind
def test_every_mail_is_easy_to_read(session: Session, kind: str, voice: str) -> None:
    mail = opened(written(session, kind, voice))
    assert_readable(mail, voice)
    assert_reachable(mail)


@every_kind
@every_tone
def test_the_tones_are_not_mixed(session: Session, kind: str, voice: str) -> None:
    assert_one_tone(opened(written(session, kind, voice)), voice)


@every_kind
def test_no_english_sentence_is_left_in_a_dutch_mail(session: Session, kind: str) -> None:
    assert_no_english(opened(written(session, kind, "nl-u")))


@every_kind
def test_no_message_of_the_day_touches_the_calendar(session: Session, kind: str) -> None:
    message = written(session, kind, "nl-u")
    assert (message.uid, message.sequence, message.method) == (None, None, None)


@every_kind
@pytest.mark.parametrize("email", [None, "jan@", "jan@x.nl\r\nBcc: dief@example.net"])
def test_without_a_usable_address_nothing_is_queued(
    session: Session, kind: str, email: str | None
) -> None:
    assert told(session, kind, an_appointment(session, email=email)) is None


@every_voice
@pytest.mark.parametrize("kind", [*BRIEF, "on_my_way_late", "running_later"])
def test_who_wishes_to_be_called_gets_a_text_message(
    session: Session, kind: str, voice: str
) -> None:
    wish = {"channel": Channel.PHONE, "phone": "06 - 12 34 56 78"}
    message = written(session, kind, voice, **wish)
    words = assert_texted(message, to="+31612345678", parts=MOST_PARTS)
    assert length_of(words).is_gsm
    assert ("/a/voorbeeld" in words) == kind.startswith("running")


@pytest.mark.parametrize(
    "wish",
    [
        {"channel": Channel.PHONE, "phone": "030 123 45 67"},
        {"channel": Channel.PHONE, "phone": None},
        {"channel": Channel.MAIL, "phone": "0612345678"},
    ],
)
@pytest.mark.parametrize("kind", BRIEF)
def test_everybody_else_gets_a_mail(session: Session, kind: str, wish: dict[str, object]) -> None:
    assert written(session, kind, "nl-u", **wish).medium is Medium.MAIL
