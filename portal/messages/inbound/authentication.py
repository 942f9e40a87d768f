"""What our own mail server found out about who sent a mail (RFC 8601).

Anybody can write such a field. Ours is the topmost, for each server writes above what came in, and
our server must take away what others wrote in its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.messages.inbound.headers import Headers

FIELD = "authentication-results"

_AROUND_EQUALS = re.compile(r"\s*=\s*")
_HARMLESS = re.compile(r"[A-Za-z0-9.@_+-]")


class NotReadable(ValueError):
    """A comment or a quotation in the field does not end."""


def has_dmarc_pass(headers: Headers, authserv_id: str, domain: str) -> bool:
    """Whether our own server saw that the From domain stands for this mail (DMARC)."""
    fields = headers.all(FIELD)
    if not authserv_id or not domain or not fields:
        return False
    try:
        server, *results = [_words(part) for part in _clauses(fields[0])]
    except NotReadable:
        return False
    if not server or server[0].lower() != authserv_id.lower():
        return False
    return [_is_pass(words, domain) for words in results if _method(words) == "dmarc"] == [True]


def _method(words: list[str]) -> str:
    return words[0].partition("=")[0].partition("/")[0].lower() if words else ""


def _is_pass(words: list[str], domain: str) -> bool:
    """Whether a DMARC result is a pass, for this domain and no other."""
    pairs = [word.lower().partition("=") for word in words]
    named = [value for name, _, value in pairs[1:] if name == "header.from"]
    return pairs[0][2] == "pass" and [value.rpartition("@")[2] for value in named] == [domain]


def _words(clause: str) -> list[str]:
    return _AROUND_EQUALS.sub("=", clause).split()


def _clauses(value: str) -> list[str]:
    """Return the field without its comments, split at its semicolons.

    A quoted sign that could be taken for structure becomes a question mark.
    """
    return "".join(_without_comments(value)).split("\n")


def _without_comments(value: str) -> Iterator[str]:
    depth, is_quoted, is_escaped = 0, False, False
    for sign in value:
        if is_escaped:
            is_escaped = False
            if not depth:
                yield "?"
        elif sign == "\\" and (depth or is_quoted):
            is_escaped = True
        elif depth:
            depth += {"(": 1, ")": -1}.get(sign, 0)
        elif sign == '"':
            is_quoted = not is_quoted
        elif is_quoted:
            yield sign if _HARMLESS.fullmatch(sign) else "?"
        elif sign == "(":
            depth = 1
            yield " "
        else:
            yield "\n" if sign == ";" else sign
    if depth or is_quoted:
        raise NotReadable("a comment or a quotation does not end")
