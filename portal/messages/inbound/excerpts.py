"""What somebody wrote, without the mail that it answers: enough for the desk to see what it is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from portal.calendar.cleaning import lines
from portal.messages.inbound.limits import EXCERPT, LARGEST_TEXT
from portal.messages.inbound.parts import Mail, Part

LONGEST_LINE = 2_000
MOST_LINES = 500
MOST_SIGNS = 4 * EXCERPT  # of what is cleaned, which costs time for every sign

_TAG = re.compile(r"(<[^<>]*>)")
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,15})")
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "ul", "ol"})
_UNSEEN = frozenset({"style", "script", "head", "title", "blockquote"})
_SPACES = re.compile(r"\s+")

_QUOTED_FROM = re.compile(
    r"(?:Op|On|Am|Le) .{4,300}?(?:schreef|wrote|schrieb|a écrit)\b.{0,200}:\s*$", re.DOTALL
)
_DIVIDER = re.compile(
    r"-{2,} ?(?:Original Message|Original Appointment|Forwarded message|Oorspronkelijk bericht"
    r"|Oorspronkelijke afspraak|Doorgestuurd bericht).{0,20}$|_{10,}$|-- $",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:Van|From|Von):\*? ", re.IGNORECASE)
_SENT = re.compile(r"\*?(?:Verzonden|Sent|Datum|Date|Gesendet):\*? ", re.IGNORECASE)


def excerpt_of(mail: Mail) -> str:
    """Return what was written, cleaned, at most 2,000 characters.

    A mail that consists of nothing but what it quotes is shown with that.
    """
    for kind in ("text/plain", "text/html"):
        texts = (part for part in mail.parts if part.kind == kind and not part.is_attachment)
        if (part := next(texts, None)) is not None and (written := _written(part)):
            return written
    return ""


def _written(part: Part) -> str:
    text = part.text(LARGEST_TEXT)
    whole = _plain(text) if part.kind == "text/html" else text
    rows = [row[:LONGEST_LINE] for row in re.split(r"\r\n|\r|\n", whole, maxsplit=MOST_LINES)]
    return _cleaned(_own(rows)) or _cleaned(rows)


def _cleaned(rows: Iterator[str] | list[str]) -> str:
    text = re.sub(r"\n\s*\n\s*", "\n\n", "\n".join(rows).strip())
    return lines(text[:MOST_SIGNS], EXCERPT)


def _own(rows: list[str]) -> Iterator[str]:
    """Yield the rows up to the mail that is answered, without those that quote it."""
    for at, row in enumerate(rows):
        following = "\n".join(rows[at : at + 4])
        if _DIVIDER.match(row) or _is_header_block(row, following) or _begins_quote(rows, at):
            return
        if not row.startswith(">"):
            yield row


def _begins_quote(rows: list[str], at: int) -> bool:
    """Whether "On … wrote:" stands here; programs break that line in two or three."""
    if not rows[at].startswith(("Op ", "On ", "Am ", "Le ")):
        return False
    return any(_QUOTED_FROM.fullmatch("\n".join(rows[at : at + n])[:700]) for n in (1, 2, 3))


def _is_header_block(row: str, following: str) -> bool:
    return bool(_FROM.match(row)) and any(_SENT.match(line) for line in following.split("\n")[1:])


def _plain(source: str) -> str:
    """Return the text of an HTML page; what it quotes, and what is not seen, left out."""
    seen: list[str] = []
    hidden: list[str] = []
    for token in _TAG.split(source):
        name = _TAG_NAME.match(token)
        tag = name[1].lower() if name and token.endswith(">") else ""
        if tag in _UNSEEN:
            _step(hidden, tag, is_end=token.startswith("</"))
        elif not hidden and not token.startswith(("<!", "<?")):
            seen.append(("\n" if tag in _BREAKS else "") if tag else _SPACES.sub(" ", token))
    return "\n".join(row.strip() for row in html.unescape("".join(seen)).split("\n"))


def _step(hidden: list[str], tag: str, *, is_end: bool) -> None:
    if not is_end:
        hidden.append(tag)
    elif tag in hidden:
        del hidden[hidden.index(tag) :]
