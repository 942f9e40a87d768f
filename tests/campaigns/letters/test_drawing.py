"""The drawn letter: one tagged page each, own fonts, and a QR code that opens the page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pytest
from flask import Flask
from pypdf import PdfReader
from pyzbar.pyzbar import ZBarSymbol, decode

from portal.campaigns.letters.drawing import letters_pdf
from portal.campaigns.letters.page import LetterPage
from portal.campaigns.letters.press import printed
from portal.texts import Tone
from tests.calendar.hostile import HOSTILE
from tests.campaigns.letters.papers import LONGEST, make_letter, page_of

MM = 72 / 25.4
PAGE = 297 * MM
CARD = PAGE - 210 * MM  # points from below: the edge of the card
LONG = "Stichting tot Behoud van Historische Verwarmingsinstallaties in Noord-Holland-Noord en Oost"

ORDER = (
    "Warmhuis", "030 000 01 23", "Mevr. G. de Vries", "Oudegracht 112 bis", "UTRECHT",
    "3 maart 2027", "Wanneer mogen wij komen", "Beste mevrouw De Vries", "Deze drie tijden",
    "woensdag 1 september", "donderdag 9 september", "woensdag 15 september", "vast tot en met",
    "Uw code", "Kies op de manier", "Op internet", "Met de kaart", "Met de telefoon",
    "Met vriendelijke groet", "Antwoordkaart", "Zet een kruisje bij de", "Geen van deze tijden",
    "Mijn telefoonnummer", "Stuur naar",
)  # fmt: skip


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    return {}


WIDEST = [
    ["2027-09-22", "08:00", "10:00"],
    ["2027-09-29", "10:00", "12:00"],
    ["2026-12-30", "08:00", "10:00"],
]


@pytest.fixture
def pages(app: Flask) -> list[LetterPage]:
    """An ordinary letter, one in each voice, one too long everywhere, and hostile ones."""
    letters = [
        make_letter(1),
        make_letter(2, tone=Tone.INFORMAL, name="Zoë Őrsi-Łąd"),
        make_letter(3, locale="en"),
        make_letter(4, name=LONG, surname=LONG,
                    address={"street": f"Burgemeester {LONG}", "city": LONGEST}),
        *(
            make_letter(5 + at, name=text, surname=text, address={"street": text, "city": text})
            for at, text in enumerate(HOSTILE)
        ),
    ]  # fmt: skip
    letters[2].windows = WIDEST
    with app.app_context():
        return [page_of(letter) for letter in letters]


@pytest.fixture
def pdf(drawn: dict[str, bytes], pages: list[LetterPage]) -> bytes:
    """The letters as one PDF, drawn once."""
    if "pdf" not in drawn:
        drawn["pdf"] = letters_pdf(pages, "Brieven 7, Warmhuis")
    return drawn["pdf"]


@pytest.fixture
def plain(drawn: dict[str, bytes], pages: list[LetterPage]) -> bytes:
    """Two letters to people with names as they are in the country, drawn once."""
    if "plain" not in drawn:
        drawn["plain"] = letters_pdf(pages[:2], "Brieven 8, Warmhuis")
    return drawn["plain"]


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def test_every_letter_is_one_page_whatever_people_are_called(pdf: bytes, pages):
    assert len(PdfReader(io.BytesIO(pdf)).pages) == len(pages) == 4 + len(HOSTILE)


def test_a_time_stands_on_one_line_in_the_letter_and_on_the_card(pdf: bytes, pages):
    with opened(pdf) as document:
        for number in (0, 1, 2):
            lines = document[number].get_textpage().get_text_bounded().splitlines()
            for window in pages[number].windows:
                assert sum(window in line for line in lines) == 2, window


def test_a_phone_that_sees_the_printed_letter_opens_the_customers_page(pdf: bytes, pages):
    with opened(pdf) as document:
        for number in (0, 1, 3, len(pages) - 1):
            picture = document[number].render(scale=150 / 72).to_pil().convert("1")
            found = decode(picture, symbols=[ZBarSymbol.QRCODE])
            assert [one.data.decode() for one in found] == [pages[number].link]


def test_the_document_is_tagged_and_says_title_and_language(pdf: bytes):
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "nl"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Brieven 7, Warmhuis"
    tags = tags_of(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Figure"} <= set(tags)
    assert tags.count("/H1") == len(reader.pages)
    metadata = root["/Metadata"].get_data().decode()
    assert "pdfuaid" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata or 'pdfuaid:part="1"' in metadata


def tags_of(element: object) -> list[str]:
    found: list[str] = []
    waiting = [element]
    while waiting:
        one = waiting.pop().get_object()  # type: ignore[attr-defined]
        if isinstance(one, list):
            waiting += [kid for kid in one if not isinstance(kid, int)]
        elif isinstance(one, dict):
            found += [str(one["/S"])] if "/S" in one else []
            if "/Figure" in found[-1:]:
                assert one["/Alt"], "a picture says what it is for"
            if "/K" in one and not isinstance(one["/K"], int):
                waiting.append(one["/K"])
    return found


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Return the fonts of a file by name, and whether each one is in it."""
    fonts = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"].values()
    found = {}
    for font in fonts:
        (descendant,) = font.get_object()["/DescendantFonts"]
        descriptor = descendant.get_object()["/FontDescriptor"].get_object()
        inside = "/FontFile2" in descriptor or "/FontFile3" in descriptor
        found[str(font.get_object()["/BaseFont"]).split("+")[1]] = inside
    return found


def test_every_font_is_in_the_file_and_ordinary_names_need_only_ours(pdf: bytes, plain: bytes):
    assert all(fonts_of(pdf).values())
    assert fonts_of(plain) == {"latin": True, "latin-Bold": True, "latin-ext": True}


def test_the_words_come_out_in_the_order_in_which_they_are_read(plain: bytes):
    told = " ".join(PdfReader(io.BytesIO(plain)).pages[0].extract_text().split())
    places = [told.find(words) for words in ORDER]
    assert -1 not in places, ORDER[places.index(-1)]
    assert places == sorted(places)


def test_nothing_of_a_letter_reaches_into_its_card(pdf: bytes, pages):
    with opened(pdf) as document:
        for number, page in enumerate(pages):
            text = document[number].get_textpage()
            at = text.search(page.closing.split(",")[0]).get_next()
            assert at is not None, number
            _, bottom, _, _ = text.get_charbox(at[0])
            assert bottom > CARD + 2 * MM, f"letter {number}"


def test_the_address_stands_in_the_window_of_the_envelope(pdf: bytes):
    """DIN 680: the window lies from 20 mm of the left edge, the address from 60 to 90 mm down."""
    with opened(pdf) as document:
        for number, first in ((0, "Mevr. G. de Vries"), (3, "Stichting tot Behoud")):
            text = document[number].get_textpage()
            at = text.search(first).get_next()
            left, bottom, _, top = text.get_charbox(at[0])
            town = text.search("3511 AW").get_next()
            _, last, _, _ = text.get_charbox(town[0])
            assert 22 * MM < left < 30 * MM
            assert PAGE - top > 60 * MM
            assert PAGE - last < 90 * MM
            assert bottom > last


def test_the_same_letters_are_the_same_bytes(pages, plain: bytes):
    assert letters_pdf(pages[:2], "Brieven 8, Warmhuis") == plain


def test_the_press_fetches_nothing_from_elsewhere():
    page = (
        '<html lang="nl"><title>x</title><img alt="x" src="http://192.0.2.1/x.png"><p>y</p></html>'
    )
    assert printed(page, patience_s=60).startswith(b"%PDF")
