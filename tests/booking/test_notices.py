from __future__ import annotations

import re
from datetime import date, time

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal.booking import notices
from portal.booking.models import Appointment
from portal.campaigns.notices import invited
from portal.messages.models import OutboxMessage
from portal.planning.windows import Window
from tests.booking.jan import LINK, MAILS, an_appointment
from tests.factories import MONDAY_NOON, make_invitation
from tests.messages.gates import (
    SITE,
    VOICES,
    assert_no_english,
    assert_one_content,
    assert_one_tone,
    assert_reachable,
    assert_readable,
    every_tone,
    every_voice,
)
from tests.messages.mails import (
    assert_as_reviewed,
    calendar_of,
    opened,
    text_of,
    without_tokens,
)

KINDS = ("confirmed", "moved", "cancelled", "cancelled_with_choice", "invited", "readdressed")
BEFORE = Window(date(2027, 3, 8), time(8), time(10))
EXAMPLES = [Window(date(2027, 3, day), time(10), time(12)) for day in (9, 11, 12, 15)]

every_kind = pytest.mark.parametrize("kind", KINDS)


def told(session: Session, kind: str, appointment: Appointment) -> OutboxMessage | None:
    if kind == "invited":
        invitation = make_invitation(session, visit=appointment.visit)
        return invited(session, invitation, LINK, MONDAY_NOON, site=SITE, examples=EXAMPLES)
    if kind == "confirmed":
        return notices.confirmed(session, appointment, MONDAY_NOON, site=SITE)
    appointment.sequence = 1
    if kind == "moved":
        return notices.moved(session, appointment, BEFORE, MONDAY_NOON, site=SITE)
    if kind == "readdressed":
        email = appointment.visit.customer.email
        return notices.readdressed(session, appointment, email, MONDAY_NOON, site=SITE)
    link = LINK if kind == "cancelled_with_choice" else ""
    return notices.cancelled(session, appointment, MONDAY_NOON, site=SITE, link=link)


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
def test_text_and_html_say_the_same(session: Session, kind: str, voice: str) -> None:
    mail = opened(written(session, kind, voice))
    assert_one_content(mail)
    for address in (LINK, SITE.appointment_page("482913K")):
        assert text_of(mail, "html").count(f">{address}<") == (address in text_of(mail))


@every_voice
@every_kind
def test_every_mail_has_a_phone_and_a_reader(session: Session, kind: str, voice: str) -> None:
    mail = opened(written(session, kind, voice))
    assert_reachable(mail)
    assert mail["Reply-To"] == mail["From"]
    assert (
        without_tokens(mail["From"])
        == "Warmhuis Onderhoud <afspraak@warmhuis.example>"
        != mail["From"]
    )


@every_voice
@every_kind
def test_every_mail_is_easy_to_read(session: Session, kind: str, voice: str) -> None:
    assert_readable(opened(written(session, kind, voice)), voice)


@every_kind
@every_tone
def test_the_tones_are_not_mixed(session: Session, kind: str, voice: str) -> None:
    assert_one_tone(opened(written(session, kind, voice)), voice)


@every_kind
def test_no_english_sentence_is_left_in_a_dutch_mail(session: Session, kind: str) -> None:
    assert_no_english(opened(written(session, kind, "nl-u")))


def test_the_subject_says_it_all(session: Session) -> None:
    message = written(session, "confirmed", "nl-u")
    assert message.subject == "Afspraak bevestigd: di 9 maart tussen 10:00 en 12:00"


def test_a_move_keeps_the_uid_and_raises_the_sequence(session: Session) -> None:
    appointment = an_appointment(session)
    first, then = told(session, "confirmed", appointment), told(session, "moved", appointment)
    assert first
    assert then
    assert (first.uid, first.sequence, first.method) == (appointment.uid, 0, "REQUEST")
    assert (then.uid, then.sequence, then.method) == (appointment.uid, 1, "REQUEST")
    assert "maandag 8 maart 2027 tussen 08:00 en 10:00" in text_of(opened(then))


def test_a_cancellation_is_a_cancellation_in_body_and_parameter(session: Session) -> None:
    message = written(session, "cancelled", "nl-u")
    mail = opened(message)
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "CANCEL"
    ics = calendar_of(mail)
    assert ics
    calendar = Calendar.from_ical(ics)
    assert calendar["method"] == "CANCEL"
    (event,) = calendar.walk("VEVENT")
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert str(event["comment"]) == "Deze afspraak is geannuleerd."


@pytest.mark.parametrize("kind", ["confirmed", "moved", "cancelled"])
def test_no_invite_holds_a_link_that_opens_without_proof(session: Session, kind: str) -> None:
    ics = calendar_of(opened(written(session, kind, "nl-u")))
    assert ics
    addresses = set(re.findall(r"https?://[^\s\\]+", ics.decode().replace("\r\n ", "")))
    assert addresses == {SITE.appointment_page("482913K")}


@every_kind
@pytest.mark.parametrize("email", [None, "", "jan@", "jan@x.nl\r\nBcc: dief@example.net"])
def test_without_a_usable_address_nothing_is_queued(
    session: Session, kind: str, email: str | None
) -> None:
    assert told(session, kind, an_appointment(session, email=email)) is None


def test_at_most_three_examples_are_shown(session: Session) -> None:
    assert text_of(opened(written(session, "invited", "nl-u"))).count("\n  - ") == 3


def test_without_examples_the_invitation_names_none(session: Session) -> None:
    invitation = make_invitation(session, visit=an_appointment(session).visit)
    message = invited(session, invitation, LINK, MONDAY_NOON, site=SITE)
    assert message
    assert "bijvoorbeeld" not in text_of(opened(message))


def test_a_hostile_name_adds_no_header_and_no_tag(session: Session) -> None:
    name = 'Jan\r\nBcc: dief@example.net\x00 <script>alert(1)</script> "de" Vries'
    message = told(session, "confirmed", an_appointment(session, name=name, surname=""))
    assert message
    mail = opened(message)
    assert mail["Bcc"] is None
    assert "<script>" not in text_of(mail, "html")
    assert mail["To"].addresses[0].addr_spec == "jan.devries@example.org"
