"""Whom we believe: our own mail server, in the topmost field, about the From domain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.messages.inbound.reading import CalendarReply, Trust
from tests.messages.inbound.samples import US, changed, reading, sample

FIELD = """Authentication-Results: mx.warmhuis.example;
 dkim=pass (2048-bit key) header.d=example.org header.i=@example.org;
 spf=pass (mx.warmhuis.example: domain of zoe@example.org designates 192.0.2.7 as permitted sender)
  smtp.mailfrom=zoe@example.org;
 dmarc=pass (p=QUARANTINE sp=NONE dis=NONE) header.from=example.org
"""
PASS = "dmarc=pass header.from=example.org"
OURS = "Authentication-Results: mx.warmhuis.example;"


def trust_with(field: str) -> Trust:
    return reading(changed("kde_accepted", (FIELD, field))).trust


PROVEN = (
    FIELD,
    f"{OURS} {PASS}\n",
    f"authentication-results: MX.Warmhuis.Example 1; {PASS.upper()}\n",
    'Authentication-Results: "mx.warmhuis.example"; dmarc = pass header.from = "example.org"\n',
    f"{OURS} dmarc/1=pass (a (nested) comment; dmarc=fail) header.from=@example.org\n",
    f"{OURS} {PASS}\nAuthentication-Results: evil.example; dmarc=fail header.from=example.org\n",
)
SPOOFED = (
    "",
    f"Authentication-Results: evil.example; {PASS}\n",
    f"Authentication-Results: mx.warmhuis.example.evil.example; {PASS}\n",
    f"Authentication-Results: evil.example mx.warmhuis.example; {PASS}\n",
    f"Authentication-Results: (mx.warmhuis.example;) evil.example; {PASS}\n",
    f"Authentication-Results: evil.example; {PASS}\n{OURS} {PASS}\n",
    f"{OURS} dmarc=fail header.from=example.org\n{OURS} {PASS}\n",
    f"ARC-Authentication-Results: i=1; mx.warmhuis.example; {PASS}\n",
    f"X-Authentication-Results: mx.warmhuis.example; {PASS}\n",
    f"{OURS} dmarc=pass header.from=evil.example\n",
    f"{OURS} dmarc=pass header.from=sub.example.org\n",
    f"{OURS} dmarc=pass\n",
    f"{OURS} dmarc=none header.from=example.org\n",
    f"{OURS} dmarc=bestguesspass header.from=example.org\n",
    f"{OURS} dmarc=fail header.from=example.org; {PASS}\n",
    f"{OURS} dmarc=pass header.from=evil.example header.from=example.org\n",
    f"{OURS} dkim=pass header.d=example.org; spf=pass smtp.mailfrom=zoe@example.org\n",
    f'{OURS} spf=pass smtp.mailfrom="x; {PASS}"@evil.example\n',
    f"{OURS} spf=pass (x; {PASS})\n",
    f"{OURS} spf=pass (unended; {PASS}\n",
    f'{OURS} spf=pass reason="unended; {PASS}\n',
    f'{OURS} spf=pass reason="\\"; {PASS}; \\""\n',
    f"{OURS} none\n",
    "Authentication-Results:\n",
    "Authentication-Results: ;;;;\n",
)


@pytest.mark.parametrize("field", PROVEN)
def test_our_own_server_proves_who_sent_it(field: str) -> None:
    assert trust_with(field) is Trust.PROVEN


@pytest.mark.parametrize("field", SPOOFED)
def test_what_others_say_proves_nothing(field: str) -> None:
    assert trust_with(field) is Trust.DOUBTFUL


def test_without_the_name_of_our_server_nothing_is_proven() -> None:
    unset = replace(US, authserv_id="")
    assert reading(changed("kde_accepted", ("mx.warmhuis.example;", ";")), unset).trust is (
        Trust.DOUBTFUL
    )
    assert reading(sample("kde_accepted"), unset).trust is Trust.DOUBTFUL


@pytest.mark.parametrize(
    "sender",
    [
        "From: zoe@evil.example",
        "From: zoe@example.org\nFrom: zoe@example.org",
        "From: zoe@example.org, eve@evil.example",
        "From: eve@evil.example, zoe@example.org",
        'From: "zoe@example.org" <eve@evil.example>',
        "From: <@evil.example:zoe@example.org>, x@y.example",
        "From: =?utf-8?q?zoe=40example=2Eorg?=",
        "From: zoé@example.org",
        "From:",
        "Sender: zoe@example.org",
    ],
)
def test_a_sender_that_is_not_the_one_who_answers_is_doubtful(sender: str) -> None:
    found = reading(changed("kde_accepted", ("From: Zoe de Wit <zoe@example.org>", sender)))
    assert isinstance(found.content, CalendarReply)
    assert found.trust is Trust.DOUBTFUL


def test_the_answer_of_somebody_else_in_the_household_is_doubtful() -> None:
    raw = changed("delegated", (":mailto:zoe@example.org", ":mailto:bram@example.org"))
    found = reading(raw)
    assert isinstance(found.content, CalendarReply)
    assert (found.content.attendee, found.trust) == ("bram@example.org", Trust.DOUBTFUL)


@pytest.mark.parametrize(
    ("fields", "token"),
    [
        ("To: afspraak+23456789bcdfghjkmnpq@warmhuis.example", "23456789bcdfghjkmnpq"),
        (
            "To: x@y.example\nCc: AFSPRAAK+23456789BCDFGHJKMNPQ@Warmhuis.Example",
            "23456789bcdfghjkmnpq",
        ),
        (
            "To: afspraak+23456789bcdfghjkmnpq@warmhuis.example\n"
            "Delivered-To: afspraak+qqqqqqqqqqqqqqqqqqqq@warmhuis.example",
            "qqqqqqqqqqqqqqqqqqqq",
        ),
        ("To: afspraak@warmhuis.example", None),
        ("To: afspraak+23456789bcdfghjkmnpq@evil.example", None),
        ("To: bounce+23456789bcdfghjkmnpq@warmhuis.example", None),
        ("To: afspraak+aaaaaaaaaaaaaaaaaaaa@warmhuis.example", None),
        ('To: "afspraak+23456789bcdfghjkmnpq@warmhuis.example" <x@y.example>', None),
        ("Subject: afspraak+23456789bcdfghjkmnpq@warmhuis.example", None),
    ],
)
def test_the_token_is_that_of_our_own_address(fields: str, token: str | None) -> None:
    assert reading(f"From: zoe@example.org\n{fields}\n\nhallo".encode()).reply_token == token
