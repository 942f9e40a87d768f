"""What every mail to a customer has to pass, whatever it tells and whoever reads it."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from email.message import EmailMessage
from typing import Any

import html5lib
import pytest

from portal.customers.models import CustomerKind, Salutation
from portal.messages.models import Medium, OutboxMessage
from portal.messages.sms import length_of
from portal.site import Site
from portal.texts import Tone
from tests.messages.mails import opened, text_of, words_of_html
from tests.messages.readability import (
    EASY_ENOUGH,
    LONGEST_SENTENCE,
    forbidden_in,
    longest_sentence,
    reading_ease,
    sentences,
)

SITE = Site(
    base_url="https://afspraak.warmhuis.example",
    company_name="Warmhuis Onderhoud",
    company_phone="030 000 01 23",
    company_email="afspraak@warmhuis.example",
    company_hours="08:00-17:30",
)
VOICES: dict[str, dict[str, Any]] = {
    "nl-u": {"locale": "nl", "tone": Tone.FORMAL},
    "nl-je": {"locale": "nl", "tone": Tone.INFORMAL},
    "en": {"locale": "en", "tone": Tone.FORMAL},
}
PERSONAS: dict[str, dict[str, Any]] = {
    "neutral": {"salutation": Salutation.NEUTRAL},
    "without a name": {"name": "", "surname": "", "salutation": Salutation.NEUTRAL},
    "only initials": {"name": "J. M. de Vries", "surname": "", "salutation": Salutation.MEVR},
    "family": {"name": "Familie De Boer", "surname": "De Boer", "kind": CustomerKind.FAMILY},
    "senior": {"kind": CustomerKind.SENIOR, "salutation": Salutation.DHR},
    "working": {"kind": CustomerKind.WORKING},
    "business": {
        "name": "Bakkerij Het Stoofje", "surname": "", "kind": CustomerKind.BUSINESS,
        "salutation": Salutation.NEUTRAL,
    },
    "institution": {
        "name": "Woonstichting De Linde", "surname": "", "kind": CustomerKind.INSTITUTION,
        "salutation": Salutation.NEUTRAL,
    },
}  # fmt: skip
TONES = {"nl-u": {"je", "jij", "jou", "jouw"}, "nl-je": {"u", "uw", "alstublieft"}}
ENGLISH = {"the", "your", "and", "time"}

every_voice = pytest.mark.parametrize("voice", VOICES)
every_tone = pytest.mark.parametrize("voice", TONES)


def assert_fit_to_send(message: OutboxMessage | None, voice: str) -> None:
    """Hold a mail to all of it: readers, words, tone, and two drawings of one content."""
    assert message is not None
    mail = opened(message)
    assert mail["Reply-To"] == mail["From"]
    assert_reachable(mail)
    assert_readable(mail, voice)
    assert_one_content(mail)
    assert_one_tone(mail, voice)
    if VOICES[voice]["locale"] == "nl":
        assert_no_english(mail)


def assert_reachable(mail: EmailMessage) -> None:
    """Hold a mail to naming our phone and address, in both drawings."""
    for part in ("plain", "html"):
        assert SITE.company_phone in text_of(mail, part)
        assert SITE.company_email in text_of(mail, part)


def assert_readable(mail: EmailMessage, voice: str) -> None:
    """Hold a mail to easy words, short sentences, and nothing of an office."""
    plain, language = text_of(mail), VOICES[voice]["locale"]
    assert reading_ease(plain, language) >= EASY_ENOUGH
    assert longest_sentence(plain) <= LONGEST_SENTENCE
    assert forbidden_in(plain, language) == []


def assert_one_content(mail: EmailMessage) -> None:
    """Hold text and HTML to the same words, and the HTML to being valid and all our own."""
    html = text_of(mail, "html")
    words = Counter(word.strip(":-") for word in words_of_html(html))
    assert words == Counter(word.strip(":-") for word in text_of(mail).split() if word != "-")
    assert "http" not in html.replace(SITE.base_url, "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        html5lib.HTMLParser(strict=True).parse(html)


def assert_one_tone(mail: EmailMessage, voice: str) -> None:
    """Hold a Dutch mail to either u or je."""
    words = set(re.findall(r"\w+", f"{mail['Subject']} {text_of(mail)}".lower()))
    assert not words & TONES.get(voice, set())


def assert_no_english(mail: EmailMessage) -> None:
    """Hold a Dutch mail to Dutch."""
    assert not ENGLISH & set(" ".join(sentences(text_of(mail))).lower().split())


def assert_texted(message: OutboxMessage | None, *, to: str, parts: int) -> str:
    """Hold a message to being a text message of a few parts with our phone; return its words."""
    assert message is not None
    words = message.raw.decode()
    assert (message.medium, message.recipient) == (Medium.SMS, to)
    assert length_of(words).parts <= parts
    assert SITE.company_phone in words
    return words
