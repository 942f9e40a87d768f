"""What holds for every page that any test fetches. Each rule returns the faults it finds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from html5lib.constants import E as PARSE_ERRORS
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.texts import catalogue
from tests.document import SILENT, Document, squeezed, text_of

UNFILLED = re.compile(r"%\(\w*\)?|\{\{|\{%|<[A-Z]\w+\.\w+:|\bUndefined\b|^None$|\bNaN\b")
DATA_SCRIPTS = ("application/json", "application/ld+json")
NOT_TYPED_IN = ("hidden", "submit", "button", "reset", "image")
SPOKEN = ("alt", "aria-label", "title", "placeholder")
SEEN_WORDS = re.compile(r"[^\W\d_]{2,}")
SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "",
    "X-Frame-Options": "",
}


def faults_of(document: Document, app: Flask, *, is_part: bool = False) -> list[str]:
    """Return all that is wrong with an answer; a part (for htmx) need not be a whole page."""
    faults = [_headers(document)]
    if document.is_html and document.body and not 300 <= document.status < 400:
        faults += [_names(document), _looks(document), _words(document), _links(document, app)]
        faults += [_forms(document, app), _spoken_as_seen(document)]
        if not is_part:
            faults += [_skeleton(document), _reachable(document, app)]
    return list(chain.from_iterable(faults))


def _headers(document: Document) -> Iterator[str]:
    for name, start in SAFE_HEADERS.items():
        if not document.headers.get(name, "\0").startswith(start):
            yield f"header {name} is missing or weak"


def _skeleton(document: Document) -> Iterator[str]:
    for (line, column), code, values in document.parse_errors:
        yield f"HTML, line {line}, column {column}: {PARSE_ERRORS[code] % values}"
    for tag in ("h1", "main", "title"):
        if (number := len(_html_elements(document, tag))) != 1:
            yield f"{number} elements <{tag}>, there must be 1"
    if document.root.get("lang") not in ("nl", "en"):
        yield f"html lang is {document.root.get('lang')!r}"
    if len(document.elements("h1")) == 1 and document.h1 not in document.title:
        yield f"title {document.title!r} does not contain the heading {document.h1!r}"
    if not document.elements("meta", name="viewport"):
        yield "no viewport for phones"


def _html_elements(document: Document, tag: str) -> list[Element]:
    return [element for element in document.elements(tag) if _is_html(document, element)]


def _is_html(document: Document, element: Element) -> bool:
    return not any(element in set(svg.iter()) for svg in document.elements("svg"))


def _names(document: Document) -> Iterator[str]:
    ids = Counter(element.get("id") for element in document.elements() if element.get("id"))
    for name, number in ids.items():
        if number > 1:
            yield f"id {name!r} stands {number} times"
    for element in document.elements():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for name in element.get(attribute, "").split():
                if name not in ids:
                    yield f"{attribute}={name!r} points to nothing"


def _looks(document: Document) -> Iterator[str]:
    for element in document.elements():
        if element.get("style") is not None or element.tag == "style":
            yield f"<{element.tag}> carries its own style"
        if any(name.startswith("on") for name in element.keys()):  # noqa: SIM118 (not a dict)
            yield f"<{element.tag}> carries a script"
        if element.tag == "img" and element.get("alt") is None:
            yield f"image {element.get('src')} has no alt"
    for script in document.elements("script"):
        if script.get("src") is None and script.get("type") not in DATA_SCRIPTS:
            yield "inline script"


def _words(document: Document) -> Iterator[str]:
    language = document.root.get("lang") or "nl"
    foreign = _foreign_words(language)
    for words in _read_texts(document.root):
        if UNFILLED.search(words):
            yield f"a place in a text is not filled in: {words!r}"
        if words in foreign:
            yield f"{words!r} is not in the language of the page ({language})"


def _read_texts(element: Element) -> Iterator[str]:
    """Yield every text node and spoken attribute, but not what is marked as another language."""
    if element.tag in SILENT - {"head"} or not isinstance(element.tag, str):
        return
    for words in (element.text, *(element.get(name) for name in SPOKEN)):
        if words and words.strip():
            yield squeezed(words)
    for child in element:
        if child.get("lang") is None:
            yield from _read_texts(child)
        if child.tail and child.tail.strip():
            yield squeezed(child.tail)


@cache
def _foreign_words(language: str) -> frozenset[str]:
    pairs = [
        (squeezed(source), squeezed(dutch))
        for message in catalogue("nl")
        for source, dutch in _pairs(message.id, message.string)
    ]
    english, dutch = {source for source, _ in pairs}, {word for _, word in pairs}
    return frozenset(english - dutch if language == "nl" else dutch - english)


def _pairs(source: str | tuple[str, ...], dutch: str | tuple[str, ...]) -> list[tuple[str, str]]:
    if isinstance(source, str):
        return [(source, dutch)] if source and isinstance(dutch, str) and dutch else []
    return [(one, other) for one, other in zip(source, dutch, strict=False) if other]


def _links(document: Document, app: Flask) -> Iterator[str]:
    adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
    for link in document.elements("a"):
        if link.get("href") is None and link.get("role") is None:
            yield f"link {text_of(link)!r} goes nowhere"
            continue
        parts = urlsplit(link.get("href", ""))
        if not (text_of(link) or _spoken_name(link)):
            yield f"link to {link.get('href')} says nothing"
        if parts.scheme == "javascript" or link.get("href") == "#":
            yield f"link {text_of(link)!r} needs a script"
        is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/")
        is_file = parts.path.startswith("/static/")
        if is_ours and not is_file and not _is_route(adapter, parts.path):
            yield f"link {text_of(link)!r} goes to {parts.path}, which is no page"


def _spoken_name(element: Element) -> str:
    inside = [child.get("alt") or child.get("aria-label") or "" for child in element.iter()]
    return "".join(inside) + "".join(title.text or "" for title in element.iter("title"))


def _is_route(adapter, path: str) -> bool:  # type: ignore[no-untyped-def]
    try:
        adapter.match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def _spoken_as_seen(document: Document) -> Iterator[str]:
    """WCAG 2.5.3: who says aloud what a link or button shows, is understood."""
    for tag in ("a", "button"):
        for element in _html_elements(document, tag):
            seen, spoken = text_of(element), element.get("aria-label", "")
            if spoken and SEEN_WORDS.search(seen) and seen.lower() not in spoken.lower():
                yield f"{seen!r} is seen, but {spoken!r} is spoken"


def _forms(document: Document, app: Flask) -> Iterator[str]:
    labelled = {label.get("for") for label in document.elements("label")}
    wrapped = {child for label in document.elements("label") for child in label.iter()}
    for control in chain(*(document.elements(tag) for tag in ("input", "select", "textarea"))):
        if control.get("type") in NOT_TYPED_IN or control in wrapped:
            continue
        is_named = control.get("aria-label") or control.get("aria-labelledby")
        if not is_named and (control.get("id") is None or control.get("id") not in labelled):
            yield f"field {control.get('name')!r} has no label"
    for button in document.elements("button"):
        if not (text_of(button) or _spoken_name(button)):
            yield "a button says nothing"
    for form in document.forms:
        singles = Counter(
            control.get("name") for control in form.controls
            if control.get("name") and control.tag != "button"
            and control.get("type") not in ("radio", "checkbox", "submit")
        )  # fmt: skip
        yield from (f"two fields {name!r} in one form" for name, n in singles.items() if n > 1)
        if form.method == "post" and "csrf_token" not in form.names:
            yield f"form {form.action} has no csrf_token"


def _reachable(document: Document, app: Flask) -> Iterator[str]:
    phone = app.extensions["tijdvenster.settings"].company_phone
    if squeezed(phone) not in document.text.replace("\xa0", " "):
        yield "the phone number is not on the page"
