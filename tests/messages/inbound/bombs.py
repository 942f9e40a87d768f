"""Mails made to hurt: each is about as bad as its kind can be within a megabyte."""

from __future__ import annotations

import base64

from tests.messages.inbound.samples import FOLDER, changed, reading, sample

MB = 1_000_000
ANSWER = sample("kde_accepted")


def nested(depth: int, inside: bytes = b"hallo") -> bytes:
    """Return a mail of multiparts inside each other."""
    body = b"Content-Type: text/plain\n\n" + inside
    for level in range(depth):
        mark = f"b{level}".encode()
        body = (
            b"Content-Type: multipart/mixed; boundary=" + mark + b"\n\n--" + mark + b"\n"
            + body + b"\n--" + mark + b"--\n"
        )  # fmt: skip
    return b"From: zoe@example.org\n" + body


def many(number: int, kind: str = "text/plain", body: str = "x") -> bytes:
    """Return a mail with so many parts."""
    part = f"--b\nContent-Type: {kind}\n\n{body}\n"
    head = "From: zoe@example.org\nContent-Type: multipart/mixed; boundary=b\n\n"
    return f"{head}{part * number}--b--".encode()


def with_lines(lines: str) -> bytes:
    """Return an answer with these lines in its event."""
    return changed("kde_accepted", ("TRANSP:OPAQUE", lines.rstrip("\n")))


def before_event(lines: str) -> bytes:
    """Return an answer with these lines before its event."""
    return ANSWER.replace(b"BEGIN:VEVENT", lines.encode() + b"BEGIN:VEVENT")


def coded(coding: str, body: bytes) -> bytes:
    """Return the answer's head with another body, in a coding."""
    head = ANSWER.replace(b"7Bit\n", coding.encode() + b"\n").split(b"\n\n")[0]
    return head + b"\n\n" + body


def filled(text: str, size: int = MB - 3_000) -> str:
    """Return a text repeated up to a size."""
    return text * (size // len(text))


def html(body: str) -> bytes:
    """Return a mail that is a page."""
    return f"From: zoe@example.org\nContent-Type: text/html\n\n{body}".encode()


def text(body: str, head: str = "") -> bytes:
    """Return a mail in plain text."""
    return f"From: zoe@example.org\n{head}\n{body}".encode()


def field(value: str) -> bytes:
    """Return an answer with this field on top."""
    return value.encode() + b"\n" + ANSWER


RULES = filled("RRULE:FREQ=SECONDLY;BYSECOND=0,1,2,3,4,5;COUNT=1000000000\n")
EVERY_SECOND = "RRULE:FREQ=SECONDLY\n"
ZONE = "BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:00010101T000000\n"
ZONE_END = "END:STANDARD\nEND:VTIMEZONE\n"
BOMBS = {
    "a megabyte of text": text(filled("hallo wereld ")),
    "ten megabytes": text("x" * 10 * MB),
    "a megabyte in one line": text("x" * (MB - 100)),
    "a megabyte of line ends": text("\n" * (MB - 100)),
    "a megabyte of carriage returns": text("\r" * (MB - 100)),
    "a megabyte of NUL": b"\0" * (MB - 1),
    "a megabyte of high bytes": b"\xff" * (MB - 1),
    "a megabyte of fields": (filled("X: y\n") + "\nhallo").encode(),
    "one endless field": ("X: " + filled("y ") + "\n\nhallo").encode(),
    "one folded field": ("X: " + filled("y\n ") + "\n\nhallo").encode(),
    "many addresses": ("To: " + filled("a@b.example, ") + "\n\n").encode(),
    "many brackets": ("From: " + filled("<" * 7_000, 8_000) + "\n\n").encode(),
    "nested comments": ("From: " + "(" * 7_900 + "\n\n").encode(),
    "encoded words": ("Subject: " + filled("=?utf-8?q?a?= ") + "\n\n").encode(),
    "encoded words in idna": ("Subject: " + filled("=?idna?q?xn--a?= ", 7_900) + "\n\n").encode(),
    "many parameters": field("Content-Type: text/plain; " + filled('a="', 7_900)),
    "5,000 parts": many(5_000),
    "5,000 calendars": many(5_000, "text/calendar", "BEGIN:VCALENDAR"),
    "20 calendars of 50 kB": many(19, "text/calendar", filled("BEGIN:VCALENDAR\n", 48_000)),
    "depth 100": nested(100),
    "depth 5,000": nested(5_000),
    "a delimiter in each line": many(0) + b"\n--b" * 249_000,
    "delimiters in one line": many(0) + b"--b" * 330_000,
    "an endless boundary": f"Content-Type: multipart/mixed; boundary={'b' * 7_900}\n\n--b".encode(),
    "rubbish as base64": ANSWER.replace(b"7Bit", b"base64"),
    "equals signs as base64": coded("base64", b"=" * 900_000),
    "a megabyte as base64": coded("base64", base64.encodebytes(b"x" * 700_000)),
    "equals signs as quoted-printable": coded("quoted-printable", b"=" * 900_000),
    "a charset that is none": ANSWER.replace(b"utf-8", b"x-klingon"),
    "a charset that is slow": ANSWER.replace(b"utf-8", b"idna"),
    "a charset that runs": ANSWER.replace(b"utf-8", b"unicode_escape"),
    "a charset of two bytes": ANSWER.replace(b"utf-8", b"utf-16"),
    "a charset with a shift": ANSWER.replace(b"utf-8", b"utf-7"),
    "billions of repeats": with_lines(RULES),
    "repeats within the limit": with_lines(filled("RRULE:FREQ=SECONDLY\n", 180_000)),
    "a zone with a rule for every second": before_event(ZONE + EVERY_SECOND + ZONE_END).replace(
        b"AMP:", b"AMP;TZID=X:"
    ),
    "a zone with a thousand rules": before_event(ZONE + filled(EVERY_SECOND, 90_000) + ZONE_END),
    "a line of a megabyte": with_lines("DESCRIPTION:" + "x" * (MB - 3_000)),
    "a folded line": with_lines("DESCRIPTION:" + filled("x\n ", 200_000)),
    "a line of backslashes": with_lines("COMMENT:" + "\\" * 200_000),
    "a line of quotes": with_lines('ATTENDEE;CN="' + '"' * 7_000 + ":mailto:x@y.example"),
    "a line of parameters": with_lines("ATTENDEE" + ";A=B" * 1_900 + ":mailto:x@y.example"),
    "a line of commas": with_lines("ATTENDEE;MEMBER=" + "," * 7_000 + ":mailto:x@y.example"),
    "many attendees": with_lines(filled("ATTENDEE:mailto:x@y.example\n", 200_000)),
    "many comments": with_lines(filled("COMMENT:hallo\n", 60_000)),
    "many components": with_lines(filled("BEGIN:VALARM\nEND:VALARM\n", 60_000)),
    "deep components": with_lines(filled("BEGIN:VALARM\n", 60_000)),
    "many events": before_event(filled("BEGIN:VEVENT\nEND:VEVENT\n", 60_000)),
    "open tags": html(filled("<b ")),
    "open angles": html("<" * (MB - 200)),
    "comments in a page": html(filled("<!--")),
    "spaces in a page": html(filled("<b> &nbsp;")),
    "hidden in a page": html(filled("<style><head>") + filled("</head>", 50)),
    "entities": html(filled("&#x41;&amp;&notit;")),
    "quotes of quotes": text(filled("On x wrote wrote wrote wrote:: ")),
    "rows of quotes": text(filled("On " + "wrote " * 40 + "\n")),
    "rows of From": text(filled("From: x\n")),
    "dashes": text("-" * 500_000, "X-Failed-Recipients: zoe@example.org\n"),
    "codes": text(filled("5.1.1 550 "), "X-Failed-Recipients: zoe@example.org\n"),
    "ids": text(filled("message-id: <"), "X-Failed-Recipients: zoe@example.org\n"),
    "addresses": text(filled("a@a"), "X-Failed-Recipients: zoe@example.org\n"),
    "blocks": many(1, "message/delivery-status", filled("Action: failed\n\n")),
    "open comments of ours": field("Authentication-Results: mx.warmhuis.example; " + "(" * 7_900),
    "many results": field("Authentication-Results: mx.warmhuis.example" + "; dmarc=pass" * 600),
}  # fmt: skip


def readings() -> str:
    """Return what all samples and small bombs say, in a form that processes can compare."""
    mails = [file.read_bytes() for file in sorted(FOLDER.glob("*.eml"))]
    mails += [raw for raw in BOMBS.values() if len(raw) < 300_000]
    return "\n".join(repr(reading(raw)) for raw in mails)
