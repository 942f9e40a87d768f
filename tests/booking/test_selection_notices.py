"""Mails about ticked times: reviewed as files, easy to read, in both tones and languages."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.booking.models import SelectedOpening, Selection
from portal.booking.notices import selections as notices
from portal.booking.notices.appointments import confirmed
from portal.booking.ticking.decision import decide_at
from portal.clock import AMSTERDAM
from portal.messages.models import OutboxMessage
from portal.planning.windows import Window
from tests.booking.test_notices import SITE, VOICES, an_appointment
from tests.factories import MONDAY_NOON, keep, make_opening
from tests.messages.mails import assert_as_reviewed, calendar_of, opened, text_of, words_of_html
from tests.messages.readability import (
    EASY_ENOUGH,
    LONGEST_SENTENCE,
    forbidden_in,
    longest_sentence,
    reading_ease,
)

MAILS = Path(__file__).parent / "mails"
AGAIN = "/a/voorbeeld"
KINDS = ("selected", "selected_by_phone", "chosen", "broken", "broken_without_choice")
OTHERS = [Window(date(2027, 3, day), time(10), time(12)) for day in (16, 18)]

every_mail = pytest.mark.parametrize("voice", VOICES)
every_kind = pytest.mark.parametrize("kind", KINDS)


def a_selection(session: Session, **customer: Any) -> Selection:
    visit = an_appointment(session, **customer).visit
    openings = [
        make_opening(session, date(2027, 3, day), window_start=time(10), window_end=time(12))
        for day in (9, 11, 12)
    ]
    selection = Selection(
        visit=visit, made_at=MONDAY_NOON, made_by="customer", decide_at=decide_at(MONDAY_NOON)
    )
    keep(session, selection)
    for opening in openings:
        keep(session, SelectedOpening(selection_id=selection.id, opening_id=opening.id))
    session.expire_all()
    return selection


def told(session: Session, kind: str, **customer: Any) -> OutboxMessage | None:
    if kind == "chosen":
        booked = an_appointment(session, **customer)
        return confirmed(session, booked, MONDAY_NOON, site=SITE, is_ticked=True)
    selection = a_selection(session, **customer)
    if kind in ("selected", "selected_by_phone"):
        again = AGAIN if kind == "selected" else ""
        return notices.selected(session, selection, MONDAY_NOON, site=SITE, again=again)
    if kind == "broken":
        return notices.broken(
            session, selection, MONDAY_NOON, site=SITE, others=OTHERS, again=AGAIN
        )
    return notices.broken(session, selection, MONDAY_NOON, site=SITE)


def written(session: Session, kind: str, voice: str) -> OutboxMessage:
    message = told(session, kind, **VOICES[voice])
    assert message is not None
    return message


@every_mail
@every_kind
def test_every_mail_is_as_it_was_reviewed(session: Session, kind: str, voice: str) -> None:
    mail = opened(written(session, kind, voice))
    assert_as_reviewed(mail, MAILS / f"{kind}.{voice}.txt")


@every_mail
@every_kind
def test_text_and_html_say_the_same(session: Session, kind: str, voice: str) -> None:
    mail = opened(written(session, kind, voice))
    plain, html = text_of(mail), text_of(mail, "html")
    labels = Counter(word.strip(":-") for word in words_of_html(html))
    assert labels == Counter(word.strip(":-") for word in plain.split() if word != "-")
    assert SITE.company_phone in plain
    assert "http" not in html.replace(SITE.base_url, "")


@every_mail
@every_kind
def test_every_mail_is_easy_to_read(session: Session, kind: str, voice: str) -> None:
    plain, language = text_of(opened(written(session, kind, voice))), VOICES[voice]["locale"]
    assert reading_ease(plain, language) >= EASY_ENOUGH
    assert longest_sentence(plain) <= LONGEST_SENTENCE
    assert forbidden_in(plain, language) == []


@every_kind
@pytest.mark.parametrize(
    ("voice", "wrong"),
    [("nl-u", {"je", "jij", "jou", "jouw"}), ("nl-je", {"u", "uw", "alstublieft"})],
)
def test_the_tones_are_not_mixed(session: Session, kind: str, voice: str, wrong: set[str]) -> None:
    mail = opened(written(session, kind, voice))
    assert not set(re.findall(r"\w+", f"{mail['Subject']} {text_of(mail)}".lower())) & wrong


@every_kind
def test_only_the_choice_itself_carries_an_invite(session: Session, kind: str) -> None:
    ics = calendar_of(opened(written(session, kind, "nl-u")))
    assert (ics is not None) == (kind == "chosen")


@every_kind
@pytest.mark.parametrize("email", [None, "jan@", "jan@x.nl\r\nBcc: dief@example.net"])
def test_without_a_usable_address_nothing_is_queued(
    session: Session, kind: str, email: str | None
) -> None:
    assert told(session, kind, email=email) is None


def test_an_apology_at_night_waits_for_the_morning(session: Session) -> None:
    night = datetime(2027, 3, 1, 22, 30, tzinfo=AMSTERDAM)
    message = notices.broken(session, a_selection(session), night, site=SITE)
    assert message is not None
    assert message.due_at == datetime(2027, 3, 2, 8, tzinfo=AMSTERDAM)
