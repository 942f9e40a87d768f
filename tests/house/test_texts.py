"""Every text stands in both languages and both tones, once, and says what we want to say."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from tests.house.wording import Said, dynamic_calls, entries, environment, places, said, templates

FORMAL_WORDS = re.compile(r"\b(u|uw|uwe|uzelf)\b", re.IGNORECASE)
FORBIDDEN = re.compile(
    r"no-?reply|do-not-reply|geachte heer|heer/mevrouw|dear sir|sir/madam|niet reageren op deze",
    re.IGNORECASE,
)
WORDS = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
MARKUP = re.compile(
    r"<!--.*?-->|<!doctype[^>]*>|<(script|style)\b.*?</\1>|<(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>|&#?\w+;",
    re.DOTALL | re.IGNORECASE,
)
NAMES = re.compile(r"Google Calendar|Outlook(?:\.com| \(Office 365\))|Yahoo")
TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL)
CLASSES = re.compile(r"\{%-?\s*block \w*class\s*-?%\}.*?\{%-?\s*endblock\s*-?%\}", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r"\b(?:alt|title|aria-label|placeholder)=\"([^\"]*)\"")


def dutch(tone: str) -> dict[Said, tuple[str, ...]]:
    return {entry.source: entry.dutch for entry in entries() if entry.tone == tone}


def test_every_text_is_translated():
    known = dutch("u")
    missing = [
        f"{where}: {text!r}"
        for text, where in said().items()
        if text not in known or not all(known[text])
    ]
    assert not missing, "\n".join(missing)


def test_no_translation_is_left_over():
    used = set(said())
    unused = [f"{entry.file}: {entry.source!r}" for entry in entries() if entry.source not in used]
    assert not unused, "\n".join(unused)


def test_a_text_that_is_not_written_where_it_is_said_is_marked_where_it_stands():
    for place in dynamic_calls():
        file = place.rsplit(":", 1)[0]
        with open(file) as source:
            assert "source_text(" in source.read(), f"{place}: mark its texts with source_text()"


def test_no_text_is_translated_twice():
    files = defaultdict(list)
    for entry in entries():
        files[entry.source, entry.tone].append(entry.file)
    twice = {key: names for key, names in files.items() if len(names) > 1}
    assert not twice, "a text that two subjects use stands in shared.po"


def test_what_is_filled_in_is_the_same_in_both_languages():
    for entry in entries():
        sources = (entry.source,) if isinstance(entry.source, str) else entry.source
        wanted = places(*sources)
        for words in entry.dutch:
            optional = {"num"} if len(entry.dutch) > 1 else set()
            assert places(words) - optional == wanted - optional, f"{entry.file}: {words!r}"


def test_formal_texts_have_an_informal_sister():
    informal = dutch("je")
    missing = [f"{e.file}: {words!r}" for e in entries() if e.tone == "u"
               for words in e.dutch
               if FORMAL_WORDS.search(words) and e.source not in informal]  # fmt: skip
    assert not missing, "\n".join(missing)


def test_informal_texts_say_je_and_have_a_formal_sister():
    formal = dutch("u")
    for entry in entries():
        if entry.tone == "je":
            assert entry.source in formal, f"{entry.file}: {entry.source!r}"
            assert not any(map(FORMAL_WORDS.search, entry.dutch)), f"{entry.file}: {entry.dutch}"


def test_only_known_tones_are_used():
    assert {entry.tone for entry in entries()} <= {"u", "je"}


def test_nobody_is_told_not_to_answer_or_called_sir_or_madam():
    everything = [*map(str, said()), *(words for e in entries() for words in e.dutch)]
    everything += [file.read_text() for file in templates()]
    assert not [words for words in everything if FORBIDDEN.search(words)]


@pytest.mark.parametrize("file", templates(), ids=str)
def test_templates_say_nothing_untranslated(file):
    source = CLASSES.sub("", TRANSLATED.sub("", file.read_text()))
    shown = "".join(
        value if kind == "data" else "\0" if kind.endswith("_begin") else ""
        for _, kind, value in environment().lex(source)
        if kind in ("data", "variable_begin")
    )
    spoken = SPOKEN_ATTRIBUTE.findall(shown)
    left = NAMES.sub("", MARKUP.sub(" ", shown))
    assert not WORDS.findall(left), f"{file}: {WORDS.findall(left)}"
    assert not [words for words in spoken if WORDS.search(words)], file
