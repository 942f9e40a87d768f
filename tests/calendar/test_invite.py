from __future__ import annotations

import re
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
import vobject
from dateutil.tz import tzical
from icalendar import Calendar, Event, Timezone

from portal.calendar.invite import EventInvalid, cancel, publish, request
from portal.calendar.zone import NAME, VTIMEZONE
from portal.mail import AddressUnusable
from tests.calendar.events import EVENT, TIMES, event_at, make_event


def the_event(ics: bytes) -> Event:
    (event,) = Calendar.from_ical(ics).walk("VEVENT")
    assert isinstance(event, Event)
    assert not event.errors
    return event


def unfolded(ics: bytes) -> list[str]:
    return ics.decode().replace("\r\n ", "").split("\r\n")


def test_the_invitation_asks_one_person_to_answer() -> None:
    lines = unfolded(request(EVENT))
    assert "METHOD:REQUEST" in lines
    assert [line for line in lines if line.startswith("ATTENDEE")] == [
        'ATTENDEE;CN="J. de Vries";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;'
        "ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:j.devries@example.org"
    ]
    assert 'ORGANIZER;CN="Warmhuis Onderhoud":mailto:afspraak@warmhuis.example' in lines
    for expected in (
        "UID:" + EVENT.uid,
        "SEQUENCE:0",
        "DTSTAMP:20270301T110007Z",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "GEO:52.0907;5.1213",
        "X-MICROSOFT-DISALLOW-COUNTER:TRUE",
        "PRODID:-//Tijdvenster//Tijdvenster//NL",
        "DTSTART;TZID=Europe/Amsterdam:20270309T100000",
        "DTEND;TZID=Europe/Amsterdam:20270309T120000",
    ):
        assert lines.count(expected) == 1, expected


def test_an_invitation_sets_no_alarm_but_a_download_does() -> None:
    assert b"VALARM" not in request(EVENT)
    download = unfolded(publish(EVENT))
    assert download.count("BEGIN:VALARM") == 1
    assert "TRIGGER:-P1D" in download


def test_a_cancellation_says_so_in_method_and_status() -> None:
    lines = unfolded(cancel(make_event(sequence=1), "De afspraak gaat niet door."))
    assert "METHOD:CANCEL" in lines
    assert "STATUS:CANCELLED" in lines
    assert "SEQUENCE:1" in lines
    assert "COMMENT:De afspraak gaat niet door." in lines
    assert sum(line.startswith("ATTENDEE") for line in lines) == 1


def test_a_download_is_no_invitation_but_keeps_the_uid() -> None:
    lines = unfolded(publish(EVENT))
    assert "METHOD:PUBLISH" in lines
    assert "UID:" + EVENT.uid in lines
    assert not [line for line in lines if line.startswith("ATTENDEE")]


def test_equal_events_give_equal_bytes() -> None:
    assert request(EVENT) == request(make_event())


def test_every_line_ends_in_crlf_and_is_at_most_75_octets() -> None:
    ics = request(make_event(summary="Onderhoud é" * 15, description="één\n" * 90))
    assert b"\n" not in ics.replace(b"\r\n", b"")
    assert max(len(line) for line in ics.split(b"\r\n")) <= 75
    assert ics.decode()  # folded between characters, not inside one


def test_what_is_empty_is_left_out_and_a_title_is_always_there() -> None:
    bare = unfolded(request(make_event(summary="\x00", location="", description=" ")))
    assert "SUMMARY:Warmhuis Onderhoud" in bare
    assert not [line for line in bare if line.endswith(":")]


def test_without_coordinates_there_is_no_geo() -> None:
    assert b"GEO" not in request(make_event(lat=None))


@pytest.mark.parametrize("write", [request, publish])
def test_vobject_and_icalendar_read_it(write: Any) -> None:
    ics = write(EVENT)
    assert the_event(ics)["summary"] == EVENT.summary
    read = vobject.readOne(ics.decode())
    assert read.vevent.summary.value == EVENT.summary
    assert read.vevent.location.value == EVENT.location


@pytest.mark.parametrize(("local", "utc"), TIMES)
def test_three_readers_find_the_right_moment(local: Any, utc: Any) -> None:
    ics = request(event_at(*local))
    assert moments_read(ics) == [datetime(*utc, tzinfo=UTC)] * 3


def test_the_library_s_own_zone_fails_where_ours_passes() -> None:
    """The control: why VTIMEZONE is a constant."""
    ours = request(event_at(2027, 6, 10, 8))
    theirs = Timezone.from_tzid("Europe/Amsterdam").to_ical()
    mixed = re.sub(rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", lambda _: theirs, ours, flags=re.DOTALL)
    assert datetime(2027, 6, 10, 6, tzinfo=UTC) != by_vobject(mixed)
    assert datetime(2027, 6, 10, 6, tzinfo=UTC) == by_vobject(ours)


def test_the_zone_is_one_constant_with_yearly_rules() -> None:
    assert VTIMEZONE.count("RRULE:FREQ=YEARLY") == 2
    assert "RDATE" not in VTIMEZONE
    assert all(line in unfolded(request(EVENT)) for line in VTIMEZONE.split("\r\n"))


def moments_read(ics: bytes) -> list[datetime]:
    return [by_icalendar(ics), by_vobject(ics), by_dateutil(ics)]


def by_icalendar(ics: bytes) -> datetime:
    moment: datetime = the_event(ics).start
    return moment.astimezone(UTC)


def by_vobject(ics: bytes) -> datetime:
    vars(vobject.icalendar)["__tzidMap"].pop(NAME, None)  # else it keeps the first zone it read
    moment: datetime = vobject.readOne(ics.decode()).vevent.dtstart.value
    return moment.astimezone(UTC)


def by_dateutil(ics: bytes) -> datetime:
    """Read the zone as it stands in the file, and the local time beside it."""
    zone = re.search(r"BEGIN:VTIMEZONE.*END:VTIMEZONE", ics.decode(), re.DOTALL)
    local = re.search(r"DTSTART;TZID=Europe/Amsterdam:(\d{8}T\d{6})", ics.decode())
    assert zone
    assert local
    moment = datetime.strptime(local[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007 # the zone comes below
    return moment.replace(tzinfo=tzical(StringIO(zone[0])).get()).astimezone(UTC)


@pytest.mark.parametrize(
    "values",
    [
        {"end": EVENT.start},
        {"start": datetime(2027, 3, 9, 10)},  # noqa: DTZ001 # that is the fault
        {"sequence": -1},
        {"sequence": 2**31},
    ],
)
def test_an_impossible_event_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(EventInvalid):
        make_event(**values)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x/\r\nATTENDEE:a", "https://x/ y"])
def test_only_a_plain_web_address_is_let_in(url: str) -> None:
    with pytest.raises(EventInvalid):
        request(make_event(url=url))


@pytest.mark.parametrize("address", ["a@b.nl\r\nX:1", "a b@c.nl", "a@@b.nl", "", 'a"@b.nl', "a@b"])
def test_only_a_plain_mail_address_is_let_in(address: str) -> None:
    with pytest.raises(AddressUnusable):
        request(make_event(attendee_email=address))
