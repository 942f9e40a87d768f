"""Answers that differ a little from what they should be: which are taken, and which are refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.messages.inbound.reading import CalendarReply, OutOfOffice, Refused, ReplyKind
from tests.messages.inbound.samples import changed, reading

HEAD = """From: zoe@example.org
To: afspraak+23456789bcdfghjkmnpq@warmhuis.example
Subject: antwoord
MIME-Version: 1.0
"""
LINES = (
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", "METHOD:REPLY", "BEGIN:VEVENT",
    "UID:een-bezoek", "SEQUENCE:2", "DTSTAMP:20270301T110203Z",
    "ATTENDEE;PARTSTAT=DECLINED:mailto:zoe@example.org", "END:VEVENT", "END:VCALENDAR",
)  # fmt: skip
ATTENDEE = "ATTENDEE;PARTSTAT=DECLINED:mailto:zoe@example.org"
CALENDAR = "\r\n".join(LINES)


def calendar(*changes: tuple[str, str]) -> str:
    """Return the answer with lines replaced."""
    text = CALENDAR
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def content_of(text: str, kind: str = "text/calendar; method=REPLY", head: str = "") -> object:
    return reading(f"{HEAD}{head}Content-Type: {kind}\n\n{text}".encode()).content


def answer(*changes: tuple[str, str]) -> CalendarReply:
    found = content_of(calendar(*changes))
    assert isinstance(found, CalendarReply), found
    return found


def refusal(text: str, kind: str = "text/calendar; method=REPLY") -> str:
    found = content_of(text, kind)
    assert isinstance(found, Refused), found
    return found.reason


@pytest.mark.parametrize(
    "change",
    [
        ("ATTENDEE;PARTSTAT=DECLINED:", "attendee;partstat=declined:"),
        ("mailto:zoe@example.org", "MAILTO:Zoe@Example.ORG"),
        (":mailto:zoe@example.org", ":zoe@example.org"),
        (":mailto:zoe@example.org", ";EMAIL=zoe@example.org:urn:uuid:0f5d"),
        (ATTENDEE, f"{ATTENDEE}\r\n{ATTENDEE}"),
        (ATTENDEE, "ATTENDEE;PARTSTAT=DECL\r\n INED:mailto:zoe@exam\r\n\tple.org"),
        (ATTENDEE, f'ATTENDEE;CN="Wit, de; Zoe: thuis";{ATTENDEE[9:]}'),
        ("VERSION:2.0", "VERSION:2.0\r\nDESCRIPTION without a colon at all"),
        ("UID:", "DESCRIPTION:een\r\nniet gevouwen regel: met dubbele punt\r\nUID:"),
        ("UID:", "BEGIN:VALARM\r\nATTENDEE:mailto:eve@example.com\r\nEND:VALARM\r\nUID:"),
        ("BEGIN:VEVENT", "BEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT"),
        ("METHOD:REPLY", "METHOD:reply"),
        ("SEQUENCE:2", "SEQUENCE: 2"),
        ("BEGIN:VCALENDAR", "\ufeffBEGIN:VCALENDAR"),
        ("\r\n", "\n"),
        ("\r\n", "\r"),
        ("UID:een-bezoek", "UID:een-\0bezoek"),
    ],
)
def test_what_programs_write_differently_is_the_same_answer(change: tuple[str, str]) -> None:
    assert answer(change) == answer()


def test_what_is_missing_is_none_or_nothing() -> None:
    found = answer(("SEQUENCE:2\r\n", ""), ("DTSTAMP:20270301T110203Z\r\n", ""))
    assert (found.sequence, found.stamp, found.proposed, found.comment) == (0, None, None, "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("SEQUENCE:2", "SEQUENCE:-1"), "its SEQUENCE is no number that fits"),
        (("SEQUENCE:2", "SEQUENCE:2147483648"), "its SEQUENCE is no number that fits"),
        (("SEQUENCE:2", "SEQUENCE:99999999999999999999"), "its SEQUENCE is no number that fits"),
        (("SEQUENCE:2", "SEQUENCE:²"), "its SEQUENCE is no number that fits"),
        (("SEQUENCE:2", "SEQUENCE:2\r\nSEQUENCE:3"), "it has two different SEQUENCEs"),
        (("UID:een-bezoek", "UID:een\r\nUID:twee"), "it has two different UIDs"),
        (("UID:een-bezoek", "UID:"), "it does not say which event"),
        (("UID:een-bezoek\r\n", ""), "it does not say which event"),
        ((f"{ATTENDEE}\r\n", ""), "it does not say who answers"),
        (("mailto:zoe@example.org", "mailto:zoe"), "who answers has no mail address"),
        (("mailto:zoe@example.org", "urn:uuid:0f5d"), "who answers has no mail address"),
        ((ATTENDEE, f'ATTENDEE;CN="Zoe "thuis"";{ATTENDEE[9:]}'), "its ATTENDEE cannot be read"),
        ((ATTENDEE, f"ATTENDEE;PART STAT;X{ATTENDEE[8:]}"), "its ATTENDEE cannot be read"),
        (("=DECLINED", "=NEEDS-ACTION"), "it answers neither yes nor no but NEEDS-ACTION"),
        ((";PARTSTAT=DECLINED", ""), "it answers neither yes nor no but nothing"),
        (("=DECLINED", "=COMPLETED"), "it answers neither yes nor no but COMPLETED"),
        (("VEVENT", "VTODO"), "it is about something else than one event"),
        (("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nEND:VEVENT"), "it has two events"),
        (("END:VCALENDAR", f"END:VCALENDAR\r\n{CALENDAR}"), "it has two events"),
        (("\r\nEND:VEVENT", ""), "its components are nested wrongly"),
        (("\r\nEND:VCALENDAR", ""), "its calendar is broken off, or none"),
        (("METHOD:REPLY", "METHOD:REPLY\r\nMETHOD:CANCEL"), "it has two different METHODs"),
        (("METHOD:REPLY\r\n", ""), "its part says REPLY, its calendar nothing"),
        (("METHOD:REPLY", "METHOD:COUNTER"), "its part says REPLY, its calendar COUNTER"),
        (("METHOD:REPLY\r\nBEGIN:VEVENT", "BEGIN:VEVENT\r\nMETHOD:REPLY"),
         "its part says REPLY, its calendar nothing"),
    ],
)  # fmt: skip
def test_what_may_not_be_believed_is_refused_with_its_reason(
    change: tuple[str, str], reason: str
) -> None:
    assert refusal(calendar(change)) == reason


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH", "ADD", "DECLINECOUNTER"])
def test_only_answers_are_answers(method: str) -> None:
    text = calendar(("METHOD:REPLY", f"METHOD:{method}"))
    for kind in ("text/calendar", f"text/calendar; method={method}", "application/ics"):
        assert refusal(text, kind) == f"it is no answer but {method}"
    assert content_of(text, "text/calendar", "Auto-Submitted: auto-replied\n") == OutOfOffice()


def test_a_part_that_calls_it_otherwise_is_refused() -> None:
    assert refusal(CALENDAR, "text/calendar; method=REQUEST") == (
        "its part says REQUEST, its calendar REPLY"
    )
    assert isinstance(content_of(CALENDAR, "text/calendar"), CalendarReply)


def test_two_calendars_that_differ_are_no_answer() -> None:
    raw = changed(
        "proton_accepted", ("--b1--", f"--b1\nContent-Type: text/calendar\n\n{CALENDAR}\n--b1--")
    )
    assert reading(raw).content == Refused("it has two different calendars")


def test_an_answer_in_a_nameless_file_is_read() -> None:
    for kind in ('application/octet-stream; name="invite.ics"', "application/ics"):
        assert content_of(CALENDAR, kind) == answer()
    head = 'Content-Disposition: attachment; filename="antwoord.ICS"\n'
    assert content_of(CALENDAR, "application/octet-stream", head) == answer()


@pytest.mark.parametrize(
    ("stamp", "found"),
    [
        ("DTSTAMP:20270301T110203Z", datetime(2027, 3, 1, 11, 2, 3, tzinfo=UTC)),
        (
            "DTSTAMP;TZID=Europe/Amsterdam:20270701T120203",
            datetime(2027, 7, 1, 10, 2, 3, tzinfo=UTC),
        ),
        ("DTSTAMP:20270301T110203", None),
        ("DTSTAMP:20270230T110203Z", None),
        ("DTSTAMP:99990301T110203Z", None),
        ("DTSTAMP:00010101T000000Z", None),
        ("DTSTAMP:gisteren", None),
        ("DTSTAMP;TZID=../../etc/passwd:20270301T110203", None),
        ("DTSTAMP;TZID=America:20270301T110203", None),
    ],
)
def test_a_stamp_is_a_moment_in_utc_or_none(stamp: str, found: datetime | None) -> None:
    assert answer(("DTSTAMP:20270301T110203Z", stamp)).stamp == found


OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Onze tijd
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0200
TZOFFSETTO:{}
RRULE:FREQ=SECONDLY;INTERVAL=1
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700101T000000
TZOFFSETFROM:+0100
TZOFFSETTO:{}
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT"""
NOON = datetime(2027, 7, 7, 12, tzinfo=UTC)


def proposal(start: str, zone: str = "") -> tuple[datetime, datetime] | None:
    """Return the time that is read from these lines of a COUNTER."""
    text = calendar(
        ("METHOD:REPLY", "METHOD:COUNTER"),
        (";PARTSTAT=DECLINED", ""),
        ("SEQUENCE:2", f"SEQUENCE:2\r\n{start}"),
        ("BEGIN:VEVENT", zone or "BEGIN:VEVENT"),
    )
    found = content_of(text, "text/calendar; method=COUNTER")
    assert isinstance(found, CalendarReply)
    assert found.kind is ReplyKind.COUNTER
    return found.proposed


@pytest.mark.parametrize(
    ("lines", "zone", "start", "minutes"),
    [
        ("DTSTART:20270707T120000Z\nDTEND:20270707T140000Z", "", NOON, 120),
        ("DTSTART:20270707T120000Z\nDURATION:PT90M", "", NOON, 90),
        ("DTSTART:20270707T140000", "", NOON, 0),
        ("DTSTART;TZID=Europe/Amsterdam:20270707T140000", "", NOON, 0),
        ("DTSTART;TZID=W. Europe Standard Time:20270707T140000", "", NOON, 0),
        (
            "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Amsterdam:20270707T140000",
            "",
            NOON,
            0,
        ),
        ("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Amsterdam:20270707T140000", "", NOON, 0),
        ("DTSTART;TZID=Onze tijd:20270707T140000", OWN_ZONE.format("+0100", "+0200"), NOON, 0),
        ("DTSTART;TZID=Onze tijd:20270707T173000", OWN_ZONE.format("+0530", "+0530"), NOON, 0),
        ("DTSTART;VALUE=DATE:20270707", "", datetime(2027, 7, 6, 22, tzinfo=UTC), 1440),
    ],
)
def test_a_proposed_time_is_read_in_whatever_zone(
    lines: str, zone: str, start: datetime, minutes: int
) -> None:
    found = proposal(lines, zone)
    assert found
    assert found[0] == start
    assert (found[1] - found[0]).total_seconds() == minutes * 60


@pytest.mark.parametrize(
    "lines",
    [
        "LOCATION:hier",
        "DTSTART:morgen",
        "DTSTART;TZID=Onze tijd:20270707T140000",
        "DTSTART:20270707T120000Z\nDTEND:20270707T110000Z",
        "DTSTART:20270707T120000Z\nDTEND:20290707T110000Z",
        "DTSTART:20270707T120000Z\nDURATION:P99999999999W",
        "DTSTART:20270707T120000Z\nDURATION:-PT1H",
        "DTSTART:20270707T120000Z\nDURATION:lang",
    ],
)
def test_a_proposed_time_that_is_none_is_left_out(lines: str) -> None:
    assert proposal(lines) is None


def test_a_comment_is_cleaned_and_said_once() -> None:
    found = answer(
        (
            ATTENDEE,
            f"COMMENT:Bel\\nons\\, graag\x07\u202e\r\nCOMMENT:Bel\\nons\\, graag\r\n{ATTENDEE}",
        )
    )
    assert found.comment == "Bel\nons, graag"


def test_our_own_description_is_no_comment() -> None:
    assert answer((ATTENDEE, f"DESCRIPTION:Uw afspraak\r\n{ATTENDEE}")).comment == ""


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ('application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', "(S/MIME)"),
        ("application/x-pkcs7-mime; smime-type=enveloped-data", "(S/MIME)"),
        ('multipart/encrypted; protocol="application/pgp-encrypted"; boundary=x', "(PGP)"),
    ],
)
def test_what_is_sealed_says_so_to_a_person(kind: str, reason: str) -> None:
    sealed = "--x\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--x--\n"
    assert refusal(sealed, kind).endswith(reason)


def test_what_is_only_signed_is_an_answer() -> None:
    kind = 'multipart/signed; protocol="application/pkcs7-signature"; boundary=x'
    signed = f"--x\nContent-Type: text/calendar; method=REPLY\n\n{CALENDAR}\n--x\n"
    signed += "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nAAAA\n--x--\n"
    assert isinstance(content_of(signed, kind), CalendarReply)


def test_a_complaint_about_spam_is_no_bounce_whatever_it_quotes() -> None:
    kind = "multipart/report; report-type=feedback-report; boundary=x"
    report = "--x\n\nabuse report, 5.7.1\n--x\nContent-Type: message/feedback-report\n\n"
    assert "spam" in refusal(f"{report}Feedback-Type: abuse\n--x--\n", kind)
