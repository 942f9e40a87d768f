"""Texts in Dutch and English, formal (u) and informal (je).

Source texts are English. Dutch stands in `translations/nl/*.po`, one file per subject, formally;
an entry with the context "je" says the same informally and wins when that tone is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, refresh
from markupsafe import Markup, escape

TRANSLATIONS = Path(__file__).parent / "translations"
LOCALES = ("nl", "en")
COOKIE = "language"


class Tone(Enum):
    """How a person wishes to be addressed in Dutch."""

    FORMAL = "u"
    INFORMAL = "je"


_tone: ContextVar[Tone] = ContextVar("tone", default=Tone.FORMAL)


def text(message: str, **values: object) -> str:
    """Return a text in the reader's language and tone, with `%(name)s` places filled in."""
    found = _translated(message)
    if any(isinstance(value, Markup) for value in values.values()):
        return escape(found) % values  # a value such as a link; everything else stays text
    return found % values if values else found


def source_text(message: str) -> str:
    """Return the text as it is: it stands in a table here, and `text` says it when it is needed."""
    return message


def plural(singular: str, several: str, number: int, **values: object) -> str:
    """Return the text for a number, which is available in it as `%(num)s`."""
    found = _plural(singular, several, number)
    return found % {"num": number, **values}


@contextmanager
def spoken_to(locale: str, tone: Tone = Tone.FORMAL) -> Iterator[None]:
    """Use a person's language and tone for all texts made inside."""
    token = _tone.set(tone)
    try:
        with force_locale(locale):
            yield
    finally:
        _tone.reset(token)


def speak(tone: Tone, locale: str | None = None) -> None:
    """Use this tone, and this language unless the reader chose one, for the rest of the request."""
    _tone.set(tone)
    if locale is not None:
        g.locale = locale
        refresh()


def init_texts(app: Flask) -> None:
    """Give the application and its templates their texts."""
    Babel(
        app,
        default_locale="nl",
        default_timezone="Europe/Amsterdam",
        locale_selector=_reader_locale,
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(text, _jinja_plural, newstyle=False)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(_=text, plural=plural)
    app.before_request(_speak_formally)


def language() -> str:
    """Return the two letters of the reader's language."""
    locale = get_locale()
    return str(locale.language) if locale else "nl"


def _speak_formally() -> None:
    speak(Tone.FORMAL)


def _reader_locale() -> str:
    if not has_request_context():
        return LOCALES[0]
    chosen = request.cookies.get(COOKIE) or getattr(g, "locale", None)
    return chosen if chosen in LOCALES else "nl"


def _translated(message: str) -> str:
    catalogue = translations(language())
    if _tone.get() is Tone.INFORMAL:
        found = catalogue.pgettext("je", message)
        if found != message:
            return str(found)
    return str(catalogue.gettext(message))


def _plural(singular: str, several: str, number: int) -> str:
    catalogue = translations(language())
    if _tone.get() is Tone.INFORMAL:
        found = catalogue.npgettext("je", singular, several, number)
        if found not in (singular, several):
            return str(found)
    return str(catalogue.ngettext(singular, several, number))


def _jinja_plural(singular: str, several: str, number: int) -> str:
    return _plural(singular, several, number)


@cache
def translations(locale: str) -> NullTranslations:
    """Return the merged catalogue of a language; English is the source and needs none."""
    if locale == "en":
        return NullTranslations()
    return _as_translations(catalogue(locale))


def catalogue(locale: str) -> Catalog:
    """Return every subject's texts of a language in one catalogue."""
    merged = Catalog(locale=Locale.parse(locale), domain="messages")
    for file in sorted((TRANSLATIONS / locale).glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=locale):
                if message.id:
                    merged[message.id] = message
    return merged


def _as_translations(merged: Catalog) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled, domain="messages")
