"""A page as a person sees it: headings, text, links, tables and forms."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import html5lib

SILENT = {"script", "style", "template", "head", "noscript"}


class Link(NamedTuple):
    """What a link says and where it goes."""

    text: str
    href: str


def squeezed(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return re.sub(r"\s+", " ", text).strip()


def text_of(element: Element) -> str:
    """Return what can be read inside an element."""
    return squeezed(" ".join(_texts(element)))


def _texts(element: Element) -> Iterator[str]:
    if element.tag in SILENT or not isinstance(element.tag, str):
        return
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield child.tail or ""


@dataclass
class Document:
    """One parsed answer. `status`, `headers` and `body` are there for what is no HTML, too."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    root: Element = field(repr=False)
    parse_errors: list[Any] = field(default_factory=list, repr=False)

    @property
    def is_html(self) -> bool:
        """Whether the answer is a page or a part of one."""
        return self.headers.get("Content-Type", "").startswith("text/html")

    @property
    def location(self) -> str:
        """Where a redirect goes."""
        return self.headers.get("Location", "")

    @property
    def h1(self) -> str:
        """The text of the heading."""
        return self.first("h1")

    @property
    def title(self) -> str:
        """The title of the browser's tab."""
        return squeezed("".join(self.root.find(".//title").itertext()))  # type: ignore[union-attr]

    @property
    def text(self) -> str:
        """Everything that can be read on the page, in order."""
        body = self.root.find(".//body")
        return text_of(self.root if body is None else body)

    @property
    def links(self) -> list[Link]:
        """Every link with what it says (its aria-label when it has one)."""
        return [
            Link(link.get("aria-label") or text_of(link), link.get("href", ""))
            for link in self.elements("a")
        ]

    @property
    def forms(self) -> list[Form]:
        """The forms in the order of the page."""
        return [Form(self.path, element) for element in self.elements("form")]

    def elements(self, tag: str = "*", **attributes: str) -> list[Element]:
        """Return elements by tag and attributes; `class_="x"` looks for one of its classes."""
        return [
            element
            for element in self.root.iter()
            if isinstance(element.tag, str)
            and tag in ("*", element.tag)
            and all(_has(element, name, value) for name, value in attributes.items())
        ]

    def first(self, tag: str, **attributes: str) -> str:
        """Return the text of the first such element; fails when there is none."""
        found = self.elements(tag, **attributes)
        assert found, f"no <{tag}> {attributes} on {self.path}:\n{self.text}"
        return text_of(found[0])

    def link(self, words: str) -> str:
        """Return where the one link goes that says these words (or a part of them)."""
        found = {link.href for link in self.links if words in link.text}
        assert len(found) == 1, f"links with {words!r}: {found} among {self.links}"
        return found.pop()

    def form(self, which: str | int = 0) -> Form:
        """Return a form by its place, a field, or a part of its action, id or button's text."""
        if isinstance(which, int):
            assert len(self.forms) > which, f"{len(self.forms)} forms on {self.path}"
            return self.forms[which]
        found = [form for form in self.forms if form.answers_to(which)]
        assert len(found) == 1, f"{len(found)} forms answer to {which!r} on {self.path}"
        return found[0]

    def rows(self, table: int = 0) -> list[list[str]]:
        """Return the texts of a table's cells, row by row, head included."""
        element = self.elements("table")[table]
        return [[text_of(cell) for cell in row if cell.tag in ("th", "td")]
                for row in element.iter("tr")]  # fmt: skip


class Form:
    """A form with the values that a browser would send."""

    def __init__(self, page: str, element: Element) -> None:
        self.element = element
        self.action = element.get("action") or page
        self.method = element.get("method", "get").lower()

    @property
    def controls(self) -> list[Element]:
        """Inputs, selects, text areas and buttons."""
        tags = ("input", "select", "textarea", "button")
        return [element for element in self.element.iter() if element.tag in tags]

    @property
    def values(self) -> dict[str, list[str]]:
        """What would be sent now, without any button."""
        sent: dict[str, list[str]] = {}
        for control in self.controls:
            for value in _sent_by(control):
                sent.setdefault(control.get("name", ""), []).append(value)
        sent.pop("", None)
        return sent

    @property
    def names(self) -> set[str]:
        """The names of every control, buttons included."""
        return {control.get("name", "") for control in self.controls} - {""}

    def choices(self, name: str) -> list[str]:
        """Return the values that a group of radios or boxes, or a select, lets one choose."""
        return [value for control in self.controls if control.get("name") == name
                for value in _choices(control)]  # fmt: skip

    def answers_to(self, words: str) -> bool:
        """Whether the words are a field's name, or part of the action, id or a button's text."""
        buttons = [control for control in self.controls if control.tag == "button"]
        said = [self.action, self.element.get("id", ""), *map(text_of, buttons)]
        return words in self.names or any(words in text for text in said)


def _sent_by(control: Element) -> Iterable[str]:
    kind = control.get("type", "text").lower()
    if control.tag == "button" or kind in ("submit", "button", "reset", "image", "file"):
        return []
    if control.get("disabled") is not None:
        return []
    if control.tag == "textarea":
        return ["".join(control.itertext()).removeprefix("\n")]
    if control.tag == "select":
        return _selected(control)
    if kind in ("radio", "checkbox"):
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [control.get("value", "")]


def _selected(select: Element) -> list[str]:
    options = list(select.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None]
    if not chosen and select.get("multiple") is None:
        chosen = options[:1]
    return [option.get("value", text_of(option)) for option in chosen]


def _choices(control: Element) -> list[str]:
    if control.tag == "select":
        return [option.get("value", text_of(option)) for option in control.iter("option")]
    if control.get("type") in ("radio", "checkbox") and control.get("disabled") is None:
        return [control.get("value", "on")]
    return [control.get("value", "")] if control.tag == "button" else []


def _has(element: Element, name: str, value: str) -> bool:
    if name == "class_":
        return value in element.get("class", "").split()
    return element.get(name.rstrip("_").replace("_", "-")) == value


def parse(path: str, status: int, headers: Mapping[str, str], body: bytes) -> Document:
    """Return the document of an answer; one that is no HTML has an empty root."""
    document = Document(path, status, headers, body, Element("html"))
    if document.is_html and body:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # html5lib's notes about names that XML would not like
            parser = html5lib.HTMLParser(
                html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False
            )
            document.root = parser.parse(body, transport_encoding="utf-8")
        document.parse_errors = parser.errors
    return document
