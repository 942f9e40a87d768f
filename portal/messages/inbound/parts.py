"""Takes a mail apart within limits.

The standard library's parser builds everything before one can count, and calls itself for every
level. Here splitting stops at the limit; fields and codings are still the library's.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.messages.inbound.charsets import decoded
from portal.messages.inbound.headers import Headers, split_off
from portal.messages.inbound.limits import DEEPEST, LARGEST_MAIL, MOST_PARTS

LONGEST_BOUNDARY = 200

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(frozen=True)
class Part:
    """One leaf: its type, its parameters, and its bytes as they came."""

    kind: str
    parameters: dict[str, str]
    headers: Headers
    body: bytes

    @property
    def is_attachment(self) -> bool:
        """Whether it came as a file beside the text."""
        return self.headers.first("content-disposition").lower().startswith("attachment")

    def content(self, most: int) -> bytes:
        """Return its bytes, decoded, made of at most so many; what cannot be decoded is dropped."""
        coding = self.headers.first("content-transfer-encoding").strip().lower()
        body = self.body[:most]
        if coding == "base64":
            return _from_base64(body)
        return binascii.a2b_qp(body) if coding == "quoted-printable" else body

    def text(self, most: int) -> str:
        """Return its text, made of at most so many bytes."""
        return decoded(self.content(most), self.parameters.get("charset", "utf-8"))


@dataclass(frozen=True)
class Mail:
    """A mail taken apart; `excess` says which limit it goes beyond, and then not all is there."""

    headers: Headers
    kind: str
    parameters: dict[str, str]
    parts: tuple[Part, ...]
    excess: str = ""


class BeyondLimits(Exception):
    """The mail has more parts, or deeper ones, than is read."""


def mail_in(raw: bytes) -> Mail:
    """Return the mail, as far as the limits let it be read."""
    excess = "it is larger than 1 MB" if len(raw) > LARGEST_MAIL else ""
    headers, body = split_off(raw[:LARGEST_MAIL])
    kind, parameters = headers.content_type()
    found: list[Part] = []
    try:
        for part in _leaves(headers, body, 0):
            if len(found) == MOST_PARTS:
                raise BeyondLimits(f"it has more than {MOST_PARTS} parts")
            found.append(part)
    except BeyondLimits as limit:
        excess = excess or str(limit)
    return Mail(headers, kind, parameters, tuple(found), excess)


def _leaves(headers: Headers, body: bytes, depth: int) -> Iterator[Part]:
    kind, parameters = headers.content_type()
    boundary = parameters.get("boundary", "")
    if not kind.startswith("multipart/") or not 0 < len(boundary) <= LONGEST_BOUNDARY:
        yield Part(kind, parameters, headers, body)
        return
    if depth == DEEPEST:
        raise BeyondLimits(f"its parts are nested deeper than {DEEPEST}")
    for piece in _pieces(body, boundary.encode("utf-8", "replace")):
        yield from _leaves(*split_off(piece), depth + 1)


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Yield what stands between the delimiter lines; the last one may miss its end."""
    delimiter = b"--" + boundary
    begin = None
    for start, end, is_last in _delimiters(body, delimiter):
        if begin is not None:
            yield body[begin:start]
        begin = None if is_last else end
        if is_last:
            return
    if begin is not None:
        yield body[begin:]


def _delimiters(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield where each delimiter line begins and ends, and whether it is the closing one."""
    at = 0 if body.startswith(delimiter) else _next_line(body, delimiter, 0)
    while at != -1:
        after = at + len(delimiter)
        line_end = body.find(b"\n", after) + 1 or len(body)
        rest = body[after:line_end].strip()
        if rest in (b"", b"--"):
            yield at, line_end, rest == b"--"
        at = _next_line(body, delimiter, after)


def _next_line(body: bytes, delimiter: bytes, start: int) -> int:
    """Return where the next line that begins so begins, -1 for none."""
    found = body.find(b"\n" + delimiter, start)
    return -1 if found == -1 else found + 1


def _from_base64(body: bytes) -> bytes:
    signs = _NOT_BASE64.sub(b"", body)
    whole = signs[: len(signs) // 4 * 4] if len(signs) % 4 == 1 else signs
    try:
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    except binascii.Error:
        return b""
