"""What a letter says: plain words, an own greeting, three ways to answer, no small print."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from flask import Flask

from portal.campaigns.letters.address_list import address_list, inert
from portal.campaigns.letters.drawing import letters_html
from tests.campaigns.letters.agenda import LETTER_SITE
from tests.campaigns.letters.papers import LONGEST, make_letter, page_of
from tests.messages.gates import ENGLISH, PERSONAS, TONES, VOICES
from tests.messages.readability import (
    EASY_ENOUGH,
    LONGEST_SENTENCE,
    forbidden_in,
    longest_sentence,
    reading_ease,
)

EVERYBODY = [(voice, persona) for voice in VOICES for persona in PERSONAS]


@pytest.fixture(autouse=True)
def _in_the_portal(app: Flask):
    with app.app_context():
        yield


@pytest.mark.parametrize(("voice", "persona"), EVERYBODY)
def test_every_letter_is_easy_to_read(voice: str, persona: str):
    page = page_of(make_letter(**{**VOICES[voice], **PERSONAS[persona]}))
    language = VOICES[voice]["locale"]
    assert reading_ease(page.prose, language) >= EASY_ENOUGH
    assert longest_sentence(page.prose) <= LONGEST_SENTENCE
    assert forbidden_in(page.prose, language) == []
    words = set(re.findall(r"\w+", f"{page.subject} {page.prose} {page.code_name}".lower()))
    assert not words & TONES.get(voice, set())
    if language == "nl":
        assert not ENGLISH & words


def test_a_letter_greets_by_name_and_names_three_ways():
    page = page_of(make_letter())
    assert page.greeting == "Beste mevrouw De Vries,"
    assert page.windows[0] == "woensdag 1 september 2027 tussen 10:00 en 12:00"
    assert "portal.example/c" in page.ways.web[1]
    assert "woensdag 18 augustus" in page.ways.card[1]
    assert "030 000 01 23" in page.ways.phone[1]
    assert "dinsdag 24 augustus" in page.kept
    assert page.code == "4821 9035 " + page.code[-1]


def test_an_address_is_written_as_the_post_reads_it():
    page = page_of(make_letter(address={"city": LONGEST}))
    assert page.recipient == (
        "Mevr. G. de Vries", "Oudegracht 112 bis", f"3511 AW\u00a0 {LONGEST.upper()}"
    )  # fmt: skip


def test_the_card_says_nothing_about_its_sender_but_the_code():
    page = page_of(make_letter())
    said = " ".join((*page.card.address, page.card.heading, page.card.intro, page.card.by))
    assert "Vries" not in said
    assert "Oudegracht" not in said
    assert page.card.address == ("Warmhuis", "Antwoordnummer 0000", "3500 XX Utrecht")


def test_a_company_without_an_address_still_has_a_card():
    page = page_of(make_letter(), replace(LETTER_SITE, company_address=""))
    assert page.card.address == ("Warmhuis",)


def test_nothing_that_people_are_called_is_taken_for_html():
    page = page_of(make_letter(name="<script>alert(1)</script> & <b>Jan"))
    html = letters_html([page], "<title>", "nl")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<title>&lt;title&gt;</title>" in html


@pytest.mark.parametrize(
    "name", ["=1+1", "+31", "-2", "@SUM(A1)", " =1", "\t=1", "＝1", "|calc", "%0A=1"]
)
def test_a_spreadsheet_runs_nothing_of_the_list(name: str):
    content = address_list([make_letter(name=name, address={"street": name, "city": name})])
    assert content.startswith(b"\xef\xbb\xbf")
    row = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[1]
    assert not [cell for cell in row if re.match(r"\s*[=+\-@＝|%\t]", cell)]
    assert inert("'s-Gravenhage") == "'s-Gravenhage"


def test_the_list_holds_what_stands_on_the_envelope_and_no_more():
    rows = address_list([make_letter(1), make_letter(2)]).decode("utf-8-sig").splitlines()
    assert rows[0] == '"page";"code";"name";"street";"postcode";"town"'
    assert rows[1].endswith('"Mevr. G. de Vries";"Oudegracht 112 bis";"3511 AW";"Utrecht"')
    assert rows[2].startswith('"2";"4821 9036 ')


def test_signs_that_no_font_for_letters_has_are_left_out():
    assert page_of(make_letter(name="Jan 👩‍👩‍👧 de Vries")).recipient[0] == "Jan de Vries"
    assert page_of(make_letter(name="Zoë Łąd-Őrsi")).recipient[0] == "Zoë Łąd-Őrsi"
