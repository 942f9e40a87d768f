"""Letters as one document: each on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal.campaigns.letters.page import LetterPage
from portal.campaigns.letters.press import printed

TEMPLATES = Path(__file__).parent.parent / "templates"


def letters_pdf(pages: Sequence[LetterPage], title: str, language: str = "nl") -> bytes:
    """Return letters as one tagged PDF (PDF/UA-1), a page each; raises PressMissing, PressFailed.

    `language` is that of the document, as most of its letters are; each letter names its own.
    """
    return printed(letters_html(pages, title, language))


def letters_html(pages: Sequence[LetterPage], title: str, language: str) -> str:
    """Return letters as HTML with everything in it but the fonts; every value is escaped."""
    look = Markup((TEMPLATES / "campaigns" / "letter.css").read_text())
    template = _environment().get_template("campaigns/letters.html")
    return template.render(pages=pages, title=title, language=language, look=look)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
