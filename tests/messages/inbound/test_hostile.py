"""Mails made to hurt raise nothing, stay within their limits, and change nothing."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.messages.inbound.limits import EXCERPT
from portal.messages.inbound.reading import (
    CalendarReply,
    FreeText,
    OutOfOffice,
    Reading,
    Refused,
    Trust,
    read,
)
from tests.messages.inbound.bombs import BOMBS, many, nested, readings
from tests.messages.inbound.samples import FOLDER, reading

SECONDS = 1.5  # a loaded machine; see docs/inbound.md for the figures of a quiet one
HARMLESS = {  # what is in them is a plain answer all the same
    "a charset that is none", "a charset that is slow", "a charset that runs",
    "a charset with a shift", "a line of backslashes", "a folded line", "a line of commas",
    "a line of parameters", "a zone with a thousand rules", "repeats within the limit",
    "many results", "open comments of ours", "a zone with a rule for every second",
}  # fmt: skip


def is_bounded(found: Reading) -> bool:
    lengths = (len(found.sender), len(found.subject), len(found.excerpt))
    return all(size <= most for size, most in zip(lengths, (254, 200, EXCERPT), strict=True))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_in_time_and_proves_nothing(name: str) -> None:
    began = process_time()
    found = reading(BOMBS[name])
    assert process_time() - began < SECONDS
    assert is_bounded(found)
    if isinstance(found.content, CalendarReply):
        assert name in HARMLESS


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (BOMBS["ten megabytes"], "it is larger than 1 MB"),
        (many(21), "it has more than 20 parts"),
        (nested(6), "its parts are nested deeper than 5"),
    ],
)
def test_beyond_a_limit_a_person_looks(raw: bytes, reason: str) -> None:
    assert reading(raw).content == Refused(reason)
    assert reading(raw).sender == "zoe@example.org"
    assert reading(raw).excerpt or "deeper" in reason


def test_up_to_the_limits_it_is_read() -> None:
    assert reading(many(20)).content == FreeText()
    assert reading(nested(5)).content == FreeText()


ALL = [file.read_bytes() for file in sorted(FOLDER.glob("*.eml"))]
PIECES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"\0", b"\r", b"\n\n", b"--b\n", b"\x85", "\u2028".encode(), b"=?utf-8?q?=0A?=", b";",
         b'"', b"BEGIN:VEVENT\n", b"END:VEVENT\n", b"SEQUENCE:9\n", b"\xff\xfe", b"Content-Type: "]
    ),
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a sample in which some places are cut out or written over."""
    raw = draw(st.sampled_from(ALL))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        raw = raw[:start] + draw(PIECES) + raw[start + draw(st.integers(0, 80)) :]
    return raw


@settings(max_examples=150, deadline=None)
@given(raw=st.one_of(damaged(), st.binary(max_size=3_000)))
def test_no_bytes_raise_anything(raw: bytes) -> None:
    found = reading(raw)
    assert is_bounded(found)
    assert not any(ord(sign) < 32 and sign != "\n" for sign in found.excerpt + found.subject)


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=2_000))
def test_rubbish_is_never_an_answer(raw: bytes) -> None:
    found = read(raw, company_email="afspraak@warmhuis.example", authserv_id="mx")
    assert isinstance(found.content, FreeText | OutOfOffice | Refused)
    assert found.trust is Trust.DOUBTFUL


def test_what_the_reader_itself_gets_wrong_is_for_a_person() -> None:
    found = read(None, company_email="a@b.example", authserv_id="")  # type: ignore[arg-type]
    assert found.content == Refused("unreadable: TypeError")


WITHOUT_ASSERTS = """
assert False
from tests.messages.inbound.bombs import readings
print(readings())
"""


def test_without_asserts_all_is_understood_the_same() -> None:
    found = subprocess.run(
        [sys.executable, "-O", "-c", WITHOUT_ASSERTS],
        capture_output=True,
        text=True,
        check=True,
        cwd=FOLDER.parents[3],
    )
    assert found.stdout == readings() + "\n"


@pytest.mark.parametrize("name", ["a megabyte of fields", "spaces in a page", "entities"])
def test_a_bomb_takes_little_memory(name: str) -> None:
    tracemalloc.start()
    reading(BOMBS[name])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000
