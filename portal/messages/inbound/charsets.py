"""Bytes to text in the charsets that mail uses, and in no other.

Python has codecs under that name which take quadratic time (idna, punycode) or run escapes.
"""

from __future__ import annotations

import codecs

_KNOWN = frozenset({
    "utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-7", "koi8-r", "koi8-u", "mac-roman",
    "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "iso2022_jp",
})  # fmt: skip
_FAMILIES = ("iso8859-", "cp125", "cp437", "cp850", "cp85", "cp86")


def decoded(value: bytes, charset: str) -> str:
    """Return the text; signs that cannot be read become U+FFFD, a strange charset is guessed."""
    codec = _codec(charset)
    if codec in ("utf-8", "ascii"):  # what calls itself so is often something else
        return _utf8_or_western(value)
    return value.decode(codec, "replace")


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip("\"' ")[:40]).name
    except (LookupError, ValueError):
        return "utf-8"
    return name if name in _KNOWN or name.startswith(_FAMILIES) else "utf-8"


def _utf8_or_western(value: bytes) -> str:
    try:
        return value.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        if fault.end >= len(value) - 4 and fault.reason == "unexpected end of data":
            return value.decode("utf-8-sig", "replace")  # it was cut at our limit
        return value.decode("cp1252", "replace")
