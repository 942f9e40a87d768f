"""Makes any person's text safe to stand in an invite or a mail header.

Libraries do not: icalendar guards line ends with an `assert` that `python -O` removes, and passes
NUL, VT, FF, NEL, LS and PS on, at which other programs refuse the whole calendar.
"""

from __future__ import annotations

import re
import unicodedata

NAME_LIMIT = 80
LINE_LIMIT = 200
TEXT_LIMIT = 2_000

_LINE_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

# Overrides and isolates turn the text after them around; plain right-to-left letters need none.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def one_line(value: str, limit: int = LINE_LIMIT) -> str:
    """Return the text on one line, without control characters, at most `limit` characters."""
    spaced = _LINE_ENDS.sub(" ", value).replace("\t", " ")
    return _cut(re.sub(" {2,}", " ", _printable(spaced)).strip(), limit)


def header_line(value: str, limit: int = LINE_LIMIT) -> str:
    """Return the text on one line for a mail's header, with no encoded word (RFC 2047) in it.

    The library decodes such words and writes what was in them, line ends and all: new headers.
    """
    return one_line(value, limit).replace("=?", "= ?")


def lines(value: str, limit: int = TEXT_LIMIT) -> str:
    """Return the text with line feeds only, without other control characters."""
    kept = [_printable(line.replace("\t", " ")) for line in _LINE_ENDS.split(value)]
    return _cut("\n".join(kept).strip(), limit)


def common_name(value: str) -> str:
    """Return a name for a calendar address: one line, and single quotes for double ones.

    icalendar writes a double quote as RFC 6868's caret, which some programs then show.
    """
    return one_line(value.replace('"', "'").replace("^", "'"), NAME_LIMIT)


def _printable(line: str) -> str:
    return "".join(sign for sign in line if not _is_hidden(sign))


def _is_hidden(sign: str) -> bool:
    """Whether a sign is a control (C0, DEL, C1), half a pair, or turns other text around."""
    return unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in _TURNING


def _cut(value: str, limit: int) -> str:
    return value if len(value) <= limit else value[: limit - 1].rstrip() + "…"
