"""The fields at the top of a mail or of one of its parts, as far as they can be trusted to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses

from portal.mail import AddressUnusable, mail_address
from portal.messages.inbound.charsets import decoded
from portal.messages.inbound.limits import LARGEST_HEADER, LONGEST_FIELD

MOST_FIELDS = 500
MOST_ADDRESSES = 50

_FOLD = re.compile(r"\r?\n[ \t]+")
_FIELD = re.compile(r"([!-9;-~]{1,80})[ \t]*:(.*)", re.DOTALL)


@dataclass(frozen=True)
class Headers:
    """The fields in their order; names in small letters, values unfolded but not decoded."""

    fields: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Return the values of every field with this name, the topmost first."""
        return [value for known, value in self.fields if known == name]

    def first(self, name: str) -> str:
        """Return the topmost value, or an empty text."""
        return next((value for known, value in self.fields if known == name), "")

    def text(self, name: str) -> str:
        """Return the topmost value with its encoded words (RFC 2047) decoded; not cleaned."""
        value = self.first(name)
        try:
            return "".join(_word(word, charset) for word, charset in decode_header(value))
        except (HeaderParseError, ValueError):
            return value

    def addresses(self, name: str) -> list[str]:
        """Return the addresses in all fields of this name, in small letters, plain ones only."""
        return list(_plain(self.named(name)))

    def named(self, name: str) -> list[str]:
        """Return all that stands for an address in these fields, plain or not."""
        values = self.all(name)[:MOST_ADDRESSES]
        try:
            return [address for _, address in getaddresses(values)[:MOST_ADDRESSES]]
        except (RecursionError, IndexError, AttributeError, ValueError):  # comments in comments
            return []

    def content_type(self) -> tuple[str, dict[str, str]]:
        """Return the type, such as text/plain, and its parameters, in small letters their names."""
        return _with_parameters(self.first("content-type") or "text/plain")


def headers_in(block: bytes) -> Headers:
    """Return the fields of a block; a line that is none is passed over."""
    text = decoded(block[:LARGEST_HEADER], "utf-8").replace("\r\n", "\n").replace("\r", "\n")
    found = []
    for line in _FOLD.sub(" ", text).split("\n")[:MOST_FIELDS]:
        if field := _FIELD.fullmatch(line[:LONGEST_FIELD]):
            found.append((field[1].lower(), field[2].strip()))
    return Headers(tuple(found))


def split_off(raw: bytes) -> tuple[Headers, bytes]:
    """Return the fields of a mail or a part, and what follows the first empty line."""
    if (blank := re.match(rb"\r?\n", raw)) is not None:
        return Headers(()), raw[blank.end() :]
    end = re.search(rb"\r?\n\r?\n", raw)
    if end is None:
        return headers_in(raw), b""
    return headers_in(raw[: end.start()]), raw[end.end() :]


def _word(word: bytes | str, charset: str | None) -> str:
    return word if isinstance(word, str) else decoded(word, charset or "utf-8")


def _plain(addresses: list[str]) -> Iterator[str]:
    for address in addresses:
        try:
            yield mail_address(address).lower()
        except AddressUnusable:
            continue


def _with_parameters(value: str) -> tuple[str, dict[str, str]]:
    field = Message()
    field["Content-Type"] = value
    try:
        pairs = field.get_params(failobj=[])[1:]
        parameters = {name.lower(): collapse_rfc2231_value(said) for name, said in pairs}
        return field.get_content_type(), parameters
    except (ValueError, LookupError):  # a parameter in a charset that is none
        return "application/octet-stream", {}
