"""A feed's bytes: the same for the same data, right on every day, and safe whatever names hold."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from portal.calendar.feeds import Feed, FeedEvent, derived_uid, feed_of
from portal.calendar.invite import EventInvalid
from portal.calendar.zone import AMSTERDAM, VTIMEZONE
from tests.calendar.events import BOOKED, TIMES
from tests.calendar.hostile import HOSTILE


def make_feed_event(number: int = 0, **values: Any) -> FeedEvent:
    start = datetime(2027, 3, 9, 8, tzinfo=AMSTERDAM) + timedelta(days=number)
    given = {
        "uid": f"uid-{number}",
        "sequence": 0,
        "changed": BOOKED,
        "start": start,
        "end": start + timedelta(hours=2),
        "summary": "Onderhoud cv-ketel",
        "location": "Dorpsstraat 1, 3511 AB Utrecht",
        "description": "De monteur komt tussen 08:00 en 10:00.",
        "url": "https://portaal.warmhuis.example/afspraak/100001A",
    }
    return FeedEvent(**{**given, **values})


def make_feed(*events: FeedEvent, **values: Any) -> Feed:
    given = {
        "name": "Afspraken met Warmhuis",
        "organizer_name": "Warmhuis",
        "organizer_email": "afspraak@warmhuis.example",
    }
    return Feed(**{**given, **values}, events=events)


def unfolded(ics: bytes) -> list[str]:
    return ics.decode().replace("\r\n ", "").split("\r\n")


def test_equal_data_give_equal_bytes_in_whatever_order_they_come():
    events = [make_feed_event(number) for number in range(20)]
    first = feed_of(make_feed(*events))
    for seed in range(10):
        random.Random(seed).shuffle(events)
        assert feed_of(make_feed(*events)) == first


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 1},
        {"changed": BOOKED + timedelta(seconds=1)},
        {"summary": "anders"},
        {"is_cancelled": True},
        {"start": datetime(2027, 3, 9, 9, tzinfo=AMSTERDAM)},
    ],
)
def test_one_change_changes_the_bytes(change):
    other = make_feed_event(1)
    same = feed_of(make_feed(make_feed_event(), other))
    assert feed_of(make_feed(make_feed_event(**change), other)) != same


def test_a_feed_says_what_calendars_ask_of_one():
    lines = unfolded(feed_of(make_feed(make_feed_event())))
    for wanted in (
        "METHOD:PUBLISH",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "NAME:Afspraken met Warmhuis",
        "X-WR-CALNAME:Afspraken met Warmhuis",
        "DTSTART;TZID=Europe/Amsterdam:20270309T080000",
        "DTSTAMP:20270301T110007Z",
        "LAST-MODIFIED:20270301T110007Z",
        "STATUS:CONFIRMED",
    ):
        assert lines.count(wanted) == 1, wanted
    assert not [line for line in lines if line.startswith(("ATTENDEE", "CLASS", "BEGIN:VALARM"))]
    assert sorted(VTIMEZONE.strip().split("\r\n")) == sorted(zone_lines(lines))


def test_a_feed_has_no_uid_that_could_be_taken_for_that_of_its_events():
    """vdirsyncer does so (its issue 1222), and keeps one event of all."""
    lines = unfolded(feed_of(make_feed(make_feed_event(), make_feed_event(1))))
    assert [line for line in lines if line.startswith("UID")] == ["UID:uid-0", "UID:uid-1"]


def zone_lines(lines: list[str]) -> list[str]:
    return lines[lines.index("BEGIN:VTIMEZONE") : lines.index("END:VTIMEZONE") + 1]


def test_a_cancelled_visit_is_told_with_its_sequence():
    event = make_feed_event(is_cancelled=True, is_busy=False, sequence=3)
    lines = unfolded(feed_of(make_feed(event)))
    assert {"STATUS:CANCELLED", "SEQUENCE:3", "TRANSP:TRANSPARENT"} <= set(lines)


def test_an_empty_feed_is_still_a_calendar():
    calendar = Calendar.from_ical(feed_of(make_feed()))
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]


def test_whole_days_are_dates_without_a_zone():
    event = make_feed_event(start=date(2027, 3, 28), end=date(2027, 3, 29))
    lines = unfolded(feed_of(make_feed(event)))
    assert {"DTSTART;VALUE=DATE:20270328", "DTEND;VALUE=DATE:20270329"} <= set(lines)


def test_every_time_is_right_for_two_readers_also_when_the_clock_changes():
    starts = [datetime(*local, tzinfo=AMSTERDAM) for local, _ in TIMES]
    events = [
        make_feed_event(uid=f"uid-{n}", start=one, end=one.replace(hour=one.hour + 2))
        for n, one in enumerate(starts)
    ]
    ics = feed_of(make_feed(*events))
    wanted = {f"uid-{n}": datetime(*utc, tzinfo=UTC) for n, (_, utc) in enumerate(TIMES)}
    ours = {str(one["uid"]): one["dtstart"].dt for one in Calendar.from_ical(ics).walk("VEVENT")}
    theirs = {one.uid.value: one.dtstart.value for one in vobject.readOne(ics.decode()).vevent_list}
    for seen in (ours, theirs):
        assert {uid: start.astimezone(UTC) for uid, start in seen.items()} == wanted


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_adds_a_line_or_hides_the_others(words):
    hostile = make_feed_event(summary=words, location=words, description=words)
    ics = feed_of(make_feed(hostile, make_feed_event(1), name=words, organizer_name=words))
    plain = feed_of(make_feed(make_feed_event(), make_feed_event(1)))
    assert len(unfolded(ics)) <= len(unfolded(plain))
    assert len(ics.decode().splitlines()) == ics.count(b"\r\n")
    events = Calendar.from_ical(ics).walk("VEVENT")
    assert [str(event["uid"]) for event in events] == ["uid-0", "uid-1"]
    assert not any(event.errors for event in events)
    assert len(vobject.readOne(ics.decode()).vevent_list) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"end": datetime(2027, 3, 9, 8, tzinfo=AMSTERDAM)},
        {"changed": datetime(2027, 3, 1)},  # noqa: DTZ001 (the fault)
        {"start": date(2027, 3, 9)},
        {"sequence": -1},
        {"sequence": 2**31},
    ],
)
def test_an_entry_that_no_calendar_could_hold_is_refused(fault):
    with pytest.raises(EventInvalid):
        make_feed_event(**fault)


def test_a_derived_name_is_the_same_for_the_same_parts_and_tells_none_of_them():
    assert derived_uid("stop", "secret") == derived_uid("stop", "secret")
    assert derived_uid("stop", "secret") != derived_uid("day", "secret")
    assert "secret" not in derived_uid("stop", "secret")
