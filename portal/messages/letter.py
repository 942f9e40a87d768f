"""What a mail says, once; text and HTML are two drawings of the same content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal.texts import language, text


@dataclass(frozen=True)
class Paragraph:
    """One or a few sentences."""

    words: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Fact:
    """A short name with its value, such as when or where; what is over is struck through."""

    name: str
    value: str
    is_over: bool = False


@dataclass(frozen=True)
class Facts:
    """What the reader came for, to be seen in one glance."""

    rows: tuple[Fact, ...]
    kind: str = "facts"


@dataclass(frozen=True)
class Choices:
    """A few examples, one on a line; those to be read rather than chosen are plain."""

    lines: tuple[str, ...]
    is_plain: bool = False
    kind: str = "choices"


@dataclass(frozen=True)
class Button:
    """The one thing to do. Its address is also shown, for who cannot press it."""

    label: str
    address: str
    kind: str = "button"


Block = Paragraph | Facts | Choices | Button


@dataclass(frozen=True)
class Letter:
    """A mail's content in the reader's language, from the greeting to the signature."""

    subject: str
    preview: str
    greeting: str
    blocks: tuple[Block, ...]
    contact: tuple[str, ...]
    closing: str
    signature: str


@dataclass(frozen=True)
class Drawing:
    """A letter as plain text and as HTML."""

    text: str
    html: str


def draw(letter: Letter) -> Drawing:
    """Return both drawings; call it inside `spoken_to`, for the language is marked in the HTML."""
    shared = {"letter": letter, "language": language(), "_": text}
    return Drawing(
        text=_environment().get_template("messages/letter.txt").render(shared).strip() + "\n",
        html=_environment().get_template("messages/letter.html").render(shared),
    )


@cache
def _environment() -> Environment:
    """Return templates apart from the pages' own: mails are also made where there is no request."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
