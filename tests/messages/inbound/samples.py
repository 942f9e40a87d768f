"""Mails in the manner of the programs that write them, made up here; how to read and change one."""

from __future__ import annotations

from pathlib import Path

from portal.messages.inbound.own import Us
from portal.messages.inbound.reading import Reading, understood

FOLDER = Path(__file__).parent / "samples"
US = Us("afspraak@warmhuis.example", "bounce", "mx.warmhuis.example")
REPLY_TOKEN = "23456789bcdfghjkmnpq"
BOUNCE_TOKEN = "rstvwxz23456789bcdfg"
UID = "7d0f2c1e-4b1a-4a53-9c7e-1f5e2a6b9c3d@warmhuis.example"
SENT_ID = "<17400.1@warmhuis.example>"


def sample(name: str) -> bytes:
    """Return a mail as a pipe gives it, with bare line feeds."""
    return (FOLDER / f"{name}.eml").read_bytes()


def as_imap_gives(raw: bytes) -> bytes:
    """Return the same mail with CRLF."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def changed(name: str, *pairs: tuple[str, str]) -> bytes:
    """Return a sample in which texts are replaced; each must be there."""
    raw = sample(name)
    for old, new in pairs:
        assert old.encode() in raw, old
        raw = raw.replace(old.encode(), new.encode())
    return raw


def reading(raw: bytes, us: Us = US) -> Reading:
    """Return the reading by the function that does not hide its errors."""
    return understood(raw, us)
