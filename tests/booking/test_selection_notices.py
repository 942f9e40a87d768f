"""Mails about ticked times: reviewed as files, easy to read, in both tones and languages."""

from __future__ import annotations

from datetime import date, datetime, time
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
from tests.booking.jan import MAILS, an_appointment
from tests.factories import MONDAY_NOON, keep, make_opening
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
from tests.messages.mails import assert_as_reviewed, calendar_of, opened

AGAIN = "/a/voorbeeld"
KINDS = ("selected", "selected_by_phone", "chosen", "broken", "broken_without_choice")
OTHERS = [Window(date(2027, 3, day), time(10), time(12)) for day in (16, 18)]

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
