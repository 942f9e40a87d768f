"""What every mail to a customer has to pass, whatever it tells and whoever reads it."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from typing import Any

import html5lib

from portal.customers.models import CustomerKind, Salutation
from portal.messages.models import OutboxMessage
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


def assert_fit_to_send(message: OutboxMessage | None, voice: str) -> None:
    """Hold a mail to all of it: readers, words, tone, and two drawings of one content."""
    assert message is not None
    mail = opened(message)
    plain, html, language = text_of(mail), text_of(mail, "html"), VOICES[voice]["locale"]
    assert mail["Reply-To"] == mail["From"]
    assert "http" not in html.replace(SITE.base_url, "")
    _assert_readable(plain, html, language)
    _assert_one_content(plain, html)
    words = set(re.findall(r"\w+", f"{mail['Subject']} {plain}".lower()))
    assert not words & TONES.get(voice, set())
    if language == "nl":
        assert not ENGLISH & set(" ".join(sentences(plain)).lower().split())


def _assert_readable(plain: str, html: str, language: str) -> None:
    for part in (plain, html):
        assert SITE.company_phone in part
        assert SITE.company_email in part
    assert reading_ease(plain, language) >= EASY_ENOUGH
    assert longest_sentence(plain) <= LONGEST_SENTENCE
    assert forbidden_in(plain, language) == []


def _assert_one_content(plain: str, html: str) -> None:
    labels = Counter(word.strip(":-") for word in words_of_html(html))
    assert labels == Counter(word.strip(":-") for word in plain.split() if word != "-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        html5lib.HTMLParser(strict=True).parse(html)
